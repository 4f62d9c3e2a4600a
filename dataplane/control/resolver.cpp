// The life of a neighbor: wanted, asked for, known, doubted, failed, forgotten.
#include "dataplane/control/resolver.hpp"

#include <algorithm>
#include <array>

#include "dataplane/control/resolver_frames.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr std::array<Nanos, 3> first_gaps{50ms, 100ms, 200ms};
constexpr unsigned unicast_probes = 3;   // MAX_UNICAST_SOLICIT, RFC 4861 section 10
constexpr Nanos delay_first_probe = 5s;  // DELAY_FIRST_PROBE_TIME, ibid.

}  // namespace

Resolver::Resolver(NeighborTable& table, Limits limits) : table_{table}, limits_{limits} {}

Resolver::Entry* Resolver::find(PortId port, const Ipv6Addr& address) {
    const auto at = entries_.find(table_.find(port, address));
    return at == entries_.end() ? nullptr : &at->second;
}

Resolver::Entry* Resolver::create(PortId port, const Ipv6Addr& address, Instant now) {
    const NeighborId id = table_.insert(port, address);
    if (id == no_neighbor) return nullptr;
    Entry& entry =
        entries_
            .emplace(
                id, Entry{.id = id, .port = port, .address = address, .confirmed = now, .due = now})
            .first->second;
    ++silent_count_;
    timers_.emplace(entry.due, id);
    return &entry;
}

void Resolver::set_state(Entry& entry, State state) {
    silent_count_ -= silent(entry) ? 1U : 0U;
    entry.state = state;
    silent_count_ += silent(entry) ? 1U : 0U;
}

void Resolver::set_ports(IdVector<PortId, ResolverPort> ports, Instant, ResolverOutput& out) {
    ports_ = std::move(ports);
    std::erase_if(defended_,
                  [&](const auto& item) { return !is_ours(item.first.first, item.first.second); });
    for (auto& [id, entry] : entries_) {
        const bool gateway = entry.pinned && ports_.contains(entry.port);  // pin() judges those
        entry.leaving = false;
        if (!gateway && !belongs(entry)) leave(entry, out);
    }
}

std::vector<NeighborId> Resolver::pin(std::span<const std::pair<PortId, Ipv6Addr>> gateways,
                                      Instant now, ResolverOutput& out) {
    std::set<NeighborId> before;
    for (auto& [id, entry] : entries_)
        if (std::exchange(entry.pinned, false)) before.insert(id);
    std::vector<NeighborId> ids;
    for (const auto& [port, address] : gateways) {
        Entry* entry = ports_.contains(port) ? find(port, address) : nullptr;
        const bool fresh = entry == nullptr;
        if (fresh && ports_.contains(port)) entry = create(port, address, now);
        ids.push_back(entry == nullptr ? no_neighbor : entry->id);
        if (entry == nullptr || entry->pinned) continue;
        entry->pinned = true;
        entry->leaving = false;
        const bool given_up = entry->state == State::failed && !before.contains(entry->id);
        if (fresh || given_up) begin(*entry, State::incomplete, now, out);
    }
    for (const NeighborId id : before)
        if (!entries_.at(id).pinned) unpin(entries_.at(id), now, out);
    silent_count_ = static_cast<std::size_t>(
        std::ranges::count_if(entries_, [](const auto& item) { return silent(item.second); }));
    return ids;
}

void Resolver::unpin(Entry& entry, Instant now, ResolverOutput& out) {
    if (!belongs(entry))
        leave(entry, out);
    else if (entry.state == State::failed)
        schedule(entry, now, limits_.failed_hold);
}

void Resolver::want(PacketHandle packet, PortId port, const Ipv6Addr& address, Instant now,
                    ResolverOutput& out) {
    Entry* entry = find(port, address);
    if (entry != nullptr && has_mac(*entry)) {
        out.ready.push_back({packet, port, entry->mac});
        return;
    }
    const auto lose = [&](Drop drop) { out.lost.push_back({packet, port, drop}); };
    if (entry == nullptr ? !on_link(port, address) : entry->leaving)
        return lose(Drop::reconfigured);
    if (entry == nullptr ? !can_answer(port, address) : entry->state == State::failed)
        return lose(Drop::neighbor_failed);
    if (entry == nullptr) {
        // Who asks for one address of a subnet after the other leaves room for those that exist.
        if (silent_count_ >= limits_.unanswered) return lose(Drop::neighbor_queue_full);
        entry = create(port, address, now);
        if (entry == nullptr) return lose(Drop::neighbor_queue_full);
        begin(*entry, State::incomplete, now, out);
    }
    if (entry->held.size() >= limits_.held_per_neighbor || held_count_ >= limits_.held_total)
        return lose(Drop::neighbor_queue_full);
    entry->held.push_back(packet);
    ++held_count_;
}

void Resolver::ask_for(PortId port, const Ipv6Addr& address, Instant now, ResolverOutput& out) {
    if (find(port, address) != nullptr || !can_answer(port, address)) return;
    if (silent_count_ >= limits_.unanswered) return;
    if (Entry* entry = create(port, address, now)) begin(*entry, State::incomplete, now, out);
}

void Resolver::tick(Instant now, ResolverOutput& out) {
    for (const NeighborId id : std::exchange(leaving_, {})) {
        const auto at = entries_.find(id);
        if (at != entries_.end() && at->second.leaving) forget(id, out);
    }
    // Ends: whatever fires is due later than now, or gone.
    while (!timers_.empty() && timers_.begin()->first <= now)
        fire(entries_.at(timers_.begin()->second), now, out);
}

void Resolver::set_link(PortId port, bool up, Instant now, ResolverOutput& out) {
    if (!up) {
        without_link_.insert(port);
        return;
    }
    if (without_link_.erase(port) == 0) return;
    for (auto& [id, entry] : entries_) {
        if (entry.port != port || entry.leaving) continue;
        const bool hopeless = entry.state == State::failed && entry.pinned;
        if (entry.state == State::incomplete || hopeless)
            begin(entry, State::incomplete, now, out);
        else if (entry.state == State::probing)
            begin(entry, State::probing, now, out);
    }
}

void Resolver::fire(Entry& entry, Instant now, ResolverOutput& out) {
    const bool forgotten = entry.state == State::failed && !entry.pinned;
    if (without_link_.contains(entry.port) && !forgotten)
        return schedule(entry, now, limits_.retransmit);
    switch (entry.state) {
        case State::incomplete:
        case State::probing:
            entry.asked < limits_.attempts ? ask(entry, now, out) : fail(entry, now, out);
            return;
        case State::stale:
        case State::reachable:
            begin(entry, State::probing, now, out);
            return;
        case State::failed:
            entry.pinned ? ask(entry, now, out) : forget(entry.id, out);
            return;
    }
}

void Resolver::schedule(Entry& entry, Instant now, Nanos delay) {
    timers_.erase({entry.due, entry.id});
    entry.due = now + std::max(delay, Nanos{1});
    timers_.emplace(entry.due, entry.id);
}

void Resolver::begin(Entry& entry, State state, Instant now, ResolverOutput& out) {
    set_state(entry, state);
    entry.asked = 0;
    if (without_link_.contains(entry.port))
        schedule(entry, now, limits_.retransmit);
    else
        ask(entry, now, out);
}

void Resolver::ask(Entry& entry, Instant now, ResolverOutput& out) {
    send_request(entry, out);
    const bool early = entry.state != State::failed && entry.asked < first_gaps.size();
    schedule(entry, now,
             early ? std::min(first_gaps[entry.asked], limits_.retransmit) : limits_.retransmit);
    ++entry.asked;
}

void Resolver::send_request(const Entry& entry, ResolverOutput& out) const {
    const ResolverPort& port = ports_[entry.port];
    std::optional<MacAddr> known;
    if (entry.state == State::probing && entry.asked < unicast_probes) known = entry.mac;
    if (is_mapped(entry.address)) {
        const Ipv4Addr target = unmapped(entry.address);
        const auto own = std::ranges::find_if(
            port.address4, [&](const Ipv4Prefix& subnet) { return subnet.covers(target); });
        if (port.address4.empty()) return;
        const Ipv4Addr source = (own == port.address4.end() ? port.address4.begin() : own)->address;
        out.frames.push_back({entry.port, arp_frame(ArpOperation::request, {port.mac, source},
                                                    {known.value_or(MacAddr{}), target},
                                                    known.value_or(broadcast_mac))});
        return;
    }
    // A gateway outside all our subnets is asked from the link-local address, which it can answer.
    auto own = std::ranges::find_if(
        port.address6, [&](const Ipv6Prefix& subnet) { return subnet.covers(entry.address); });
    if (own == port.address6.end())
        own = std::ranges::find_if(
            port.address6, [](const Ipv6Prefix& subnet) { return subnet.address.link_local(); });
    if (own == port.address6.end()) return;
    out.frames.push_back(
        {entry.port, solicitation_frame({port.mac, own->address}, entry.address, known)});
}

void Resolver::learn(Entry& entry, const MacAddr& mac, State state, Instant now,
                     ResolverOutput& out) {
    entry.mac = mac;
    set_state(entry, state);
    entry.asked = 0;
    if (state == State::reachable) entry.confirmed = now;
    schedule(entry, now,
             state == State::reachable ? limits_.reachable
                                       : std::min(delay_first_probe, limits_.reachable));
    table_.set_mac(entry.id, mac);
    for (const PacketHandle packet : entry.held) out.ready.push_back({packet, entry.port, mac});
    held_count_ -= entry.held.size();
    entry.held.clear();
}

void Resolver::fail(Entry& entry, Instant now, ResolverOutput& out) {
    set_state(entry, State::failed);
    table_.clear_mac(entry.id);
    lose_held(entry, Drop::neighbor_failed, out);
    schedule(entry, now, entry.pinned ? limits_.retransmit : limits_.failed_hold);
}

void Resolver::leave(Entry& entry, ResolverOutput& out) {
    lose_held(entry, Drop::reconfigured, out);
    entry.leaving = true;
    leaving_.push_back(entry.id);
}

void Resolver::forget(NeighborId id, ResolverOutput& out) {
    const auto at = entries_.find(id);
    timers_.erase({at->second.due, id});
    silent_count_ -= silent(at->second) ? 1U : 0U;
    table_.erase(id);
    out.erased.push_back(id);
    entries_.erase(at);
}

void Resolver::lose_held(Entry& entry, Drop drop, ResolverOutput& out) {
    for (const PacketHandle packet : entry.held) out.lost.push_back({packet, entry.port, drop});
    held_count_ -= entry.held.size();
    entry.held.clear();
}

void Resolver::stop(ResolverOutput& out) {
    for (auto& [id, entry] : entries_) lose_held(entry, Drop::stopped, out);
}

std::size_t Resolver::held() const {
    std::size_t sum = 0;
    for (const auto& [id, entry] : entries_) sum += entry.held.size();
    return sum;
}

std::vector<NeighborView> Resolver::view(Instant now) const {
    constexpr auto name = [](State state) -> std::string_view {
        switch (state) {
            case State::incomplete:
                return "incomplete";
            case State::stale:
                return "stale";
            case State::reachable:
                return "reachable";
            case State::probing:
                return "probing";
            case State::failed:
                return "failed";
        }
        return {};
    };
    std::vector<NeighborView> views;
    for (const auto& [id, entry] : entries_)
        views.push_back({.port = entry.port,
                         .address = entry.address,
                         .mac = table_.mac(id).value_or(MacAddr{}),
                         .state = name(entry.state),
                         .pinned = entry.pinned,
                         .age = now - entry.confirmed,
                         .held = entry.held.size()});
    std::ranges::sort(views, {},
                      [](const NeighborView& v) { return std::pair{v.port, v.address}; });
    return views;
}

}  // namespace weir

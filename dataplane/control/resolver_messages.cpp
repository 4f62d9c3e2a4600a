// What a neighbor's message means: whom we believe, and whom we answer.
#include <algorithm>

#include "dataplane/control/host_address.hpp"
#include "dataplane/control/resolver.hpp"
#include "dataplane/control/resolver_frames.hpp"
#include "dataplane/wire/ethernet.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Nanos defend_interval = 10s;  // RFC 5227 section 1.1

// All ones or all zeros behind the prefix, but in a /31 both are hosts (RFC 3021).
bool is_broadcast(const Ipv4Prefix& subnet, Ipv4Addr address) {
    const std::uint32_t rest = address.bits() & ~subnet.mask();
    return subnet.length < 31 && (rest == 0 || rest == ~subnet.mask());
}

}  // namespace

bool Resolver::on_link(PortId port, const Ipv6Addr& address) const {
    if (!ports_.contains(port)) return false;
    const auto covers = [](const auto& subnets, const auto& host) {
        return std::ranges::any_of(subnets, [&](const auto& s) { return s.covers(host); });
    };
    if (is_mapped(address)) return covers(ports_[port].address4, unmapped(address));
    return address.link_local() || covers(ports_[port].address6, address);
}

bool Resolver::is_ours(PortId port, const Ipv6Addr& address) const {
    if (!ports_.contains(port)) return false;
    const auto holds = [](const auto& subnets, const auto& host) {
        return std::ranges::any_of(subnets, [&](const auto& s) { return s.address == host; });
    };
    if (is_mapped(address)) return holds(ports_[port].address4, unmapped(address));
    return holds(ports_[port].address6, address);
}

bool Resolver::can_answer(PortId port, const Ipv6Addr& address) const {
    if (is_ours(port, address) || !on_link(port, address)) return false;
    if (!is_mapped(address)) return is_host(address);
    const Ipv4Addr host = unmapped(address);
    return is_host(host) && std::ranges::none_of(ports_[port].address4, [&](const auto& subnet) {
               return subnet.covers(host) && is_broadcast(subnet, host);
           });
}

Drop Resolver::on_arp(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
                      ResolverOutput& out) {
    if (!ports_.contains(port)) return Drop::reconfigured;
    const ArpPacket* arp = read_arp(frame, l3);
    if (arp == nullptr) return Drop::icmp_malformed;
    const auto operation = static_cast<ArpOperation>(arp->operation.host());
    if (operation != ArpOperation::request && operation != ArpOperation::reply)
        return Drop::no_listener;
    const ResolverPort& own = ports_[port];
    if (arp->sender_mac == own.mac) return Drop::none;  // our own words, sent back to us
    const Ipv6Addr sender = mapped(arp->sender);
    if (is_ours(port, sender)) {
        defend(port, sender, now, out);
        return Drop::none;
    }
    const bool for_us = is_ours(port, mapped(arp->target));
    if (for_us && operation == ArpOperation::request) {
        heard_request(port, sender, arp->sender_mac, now, out);
        // An address probe (RFC 5227: sender 0.0.0.0) is answered like any request.
        out.frames.push_back({port, arp_frame(ArpOperation::reply, {own.mac, arp->target},
                                              {arp->sender_mac, arp->sender}, arp->sender_mac)});
        return Drop::none;
    }
    Entry* entry = find(port, sender);
    if (entry == nullptr) return Drop::none;
    const bool asked = entry->state != State::reachable && entry->state != State::stale;
    if (for_us && asked)
        learn(*entry, arp->sender_mac, State::reachable, now, out);
    else if (!has_mac(*entry) || entry->mac != arp->sender_mac)
        learn(*entry, arp->sender_mac, State::stale, now, out);
    return Drop::none;
}

// Who asks for us will want an answer to what it sends next: RFC 826, RFC 4861 section 7.2.3.
void Resolver::heard_request(PortId port, const Ipv6Addr& from, const MacAddr& mac, Instant now,
                             ResolverOutput& out) {
    Entry* entry = find(port, from);
    if (entry == nullptr && can_answer(port, from)) entry = create(port, from, now);
    if (entry == nullptr) return;
    if (!has_mac(*entry) || entry->mac != mac) learn(*entry, mac, State::stale, now, out);
}

Drop Resolver::on_nd(std::span<const std::byte> frame, std::size_t l3, PortId port, Instant now,
                     ResolverOutput& out) {
    if (!ports_.contains(port)) return Drop::reconfigured;
    NeighborNotice notice;
    const Drop drop = read_neighbor_notice(frame, l3, notice);
    if (drop != Drop::none) return drop;
    if (notice.message == nullptr) return Drop::no_listener;
    // Mapped is how we keep IPv4 neighbors; nobody shall speak of those here.
    if (is_mapped(notice.ip->source) || is_mapped(notice.message->target))
        return Drop::icmp_malformed;
    const auto* ethernet = Cursor{frame.first(l3)}.peek<EthernetHeader>();
    if (ethernet == nullptr) return Drop::truncated;
    const MacAddr own = ports_[port].mac;
    if (ethernet->source == own || notice.source_mac == own || notice.target_mac == own)
        return Drop::none;  // our own words, sent back to us
    if (notice.solicitation())
        on_solicitation(notice, ethernet->source, port, now, out);
    else
        on_advertisement(notice, port, now, out);
    return Drop::none;
}

// RFC 4861 section 7.2.3 and 7.2.4.
void Resolver::on_solicitation(const NeighborNotice& notice, const MacAddr& from, PortId port,
                               Instant now, ResolverOutput& out) {
    const Ipv6Addr source = notice.ip->source;
    const Ipv6Addr target = notice.message->target;
    if (is_ours(port, source)) return defend(port, source, now, out);
    if (!is_ours(port, target)) return;
    const Station<Ipv6Addr> own{ports_[port].mac, target};
    if (source.unspecified()) {  // RFC 4862 section 5.4.3: somebody tries whether it may have it
        out.frames.push_back({port, advertisement_frame(own, all_nodes(), false)});
        return;
    }
    if (notice.source_mac) heard_request(port, source, *notice.source_mac, now, out);
    const MacAddr to = notice.source_mac.value_or(from);
    if (!is_station(to)) return;
    out.frames.push_back({port, advertisement_frame(own, {to, source}, true)});
}

// RFC 4861 section 7.2.5. A failed neighbor is treated as an incomplete one.
void Resolver::on_advertisement(const NeighborNotice& notice, PortId port, Instant now,
                                ResolverOutput& out) {
    const Ipv6Addr target = notice.message->target;
    if (is_ours(port, target)) return defend(port, target, now, out);
    Entry* entry = find(port, target);
    if (entry == nullptr) return;
    const State told = notice.solicited() ? State::reachable : State::stale;
    if (!has_mac(*entry)) {
        if (notice.target_mac) learn(*entry, *notice.target_mac, told, now, out);
        return;
    }
    const MacAddr mac = notice.target_mac.value_or(entry->mac);
    const bool differs = mac != entry->mac;
    if (differs && !notice.overrides()) {
        if (entry->state == State::reachable) learn(*entry, entry->mac, State::stale, now, out);
        return;
    }
    if (differs || notice.solicited()) learn(*entry, mac, told, now, out);
}

// Tells everybody on the link whose address it is (RFC 5227 section 2.4 (b), RFC 4861 section
// 7.2.6). Limited, or two machines with one address would do nothing else.
void Resolver::defend(PortId port, const Ipv6Addr& address, Instant now, ResolverOutput& out) {
    const auto [last, first_time] = defended_.try_emplace({port, address}, now);
    if (!first_time && now - last->second < defend_interval) return;
    last->second = now;
    const MacAddr mac = ports_[port].mac;
    if (is_mapped(address)) {
        const Ipv4Addr own = unmapped(address);
        out.frames.push_back(
            {port, arp_frame(ArpOperation::request, {mac, own}, {MacAddr{}, own}, broadcast_mac)});
        return;
    }
    out.frames.push_back({port, advertisement_frame({mac, address}, all_nodes(), false)});
}

}  // namespace weir

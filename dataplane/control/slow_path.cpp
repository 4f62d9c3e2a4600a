#include "dataplane/control/slow_path.hpp"

#include <rte_mempool.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "dataplane/config/own_sources.hpp"
#include "dataplane/control/compile.hpp"
#include "dataplane/control/icmp_reply.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/icmp.hpp"

namespace weir {
namespace {

constexpr std::size_t round_size = 32;

// A chain's first segment is enough: nobody speaks to us in jumbo frames, and errors quote 1,280
// bytes.
std::span<const std::byte> ip_of(Packet& packet) {
    return bytes(packet).subspan(sizeof(EthernetHeader));
}

bool is_nd(std::span<const std::byte> ip) {
    if (ip.size() < sizeof(Ipv6Header) + sizeof(IcmpHeader)) return false;
    const auto& header = *reinterpret_cast<const Ipv6Header*>(ip.data());
    const auto type = std::to_integer<std::uint8_t>(ip[sizeof(Ipv6Header)]);
    return header.version() == 6 && header.next_header == IpProto::icmpv6 &&
           type >= icmpv6::router_solicitation && type <= icmpv6::redirect;
}

Ipv6Addr destination_key(std::span<const std::byte> ip) {
    const auto& header = *reinterpret_cast<const Ipv6Header*>(ip.data());
    if (header.version() == 6) return header.destination;
    return mapped(reinterpret_cast<const Ipv4Header*>(ip.data())->destination);
}

// Who may not reach our SIDs does not learn which addresses are none.
bool comes_from_domain(std::span<const std::byte> ip, const Snapshot& snapshot) {
    return snapshot.in_domain(reinterpret_cast<const Ipv6Header*>(ip.data())->source);
}

// Our address to speak from: the port's own first, else any of the same table, for IPv6 at last the
// node's.
IcmpErrorSource error_source(const Snapshot& snapshot, PortId in, TableId table) {
    IcmpErrorSource source;
    const auto consider = [&](const PortConfig& port) {
        if (!source.ipv4 && !port.address4.empty()) source.ipv4 = port.address4.front().address;
        if (!source.ipv6 && !port.address6.empty()) source.ipv6 = port.address6.front().address;
    };
    const Config& config = *snapshot.config;
    if (config.ports[in].table == table) consider(config.ports[in]);
    for (const PortConfig& port : config.ports)
        if (port.table == table) consider(port);
    if (!source.ipv6) source.ipv6 = snapshot.source;
    return source;
}

// What waits for an answer must not take the buffers that receive queues need, nor those who never
// answer the places of those who do.
Resolver::Limits limits_of(const SlowPath::Setup& setup) {
    Resolver::Limits limits;
    limits.held_total = std::min<std::size_t>(limits.held_total, setup.pool->size / 8);
    limits.unanswered = std::max(1U, setup.neighbors->capacity() / 4);
    return limits;
}

}  // namespace

SlowPath::SlowPath(Setup setup)
    : setup_{std::move(setup)}, resolver_{*setup_.neighbors, limits_of(setup_)} {}

std::vector<NeighborId> SlowPath::configure(const Config& config,
                                            const IdVector<PortId, MacAddr>& macs, Instant now) {
    IdVector<PortId, ResolverPort> ports;
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const PortId id{static_cast<std::uint16_t>(i)};
        const PortConfig& port = config.ports[id];
        ResolverPort made{macs[id], port.address4, port.address6};
        made.address6.push_back({link_local_address(macs[id]), 64});
        ports.push_back(std::move(made));
    }
    ports_ = ports;
    ResolverOutput output;
    resolver_.set_ports(std::move(ports), now, output);
    auto slots = resolver_.pin(gateways_of(config), now, output);
    carry_out(output);
    return slots;
}

std::size_t SlowPath::held_buffers() const {
    std::size_t n = 0;
    resolver_.walk([&](PacketHandle it) { n += static_cast<const Packet*>(it)->nb_segs; });
    return n;
}

std::size_t SlowPath::poll(const Snapshot& snapshot, Instant now) {
    std::array<Packet*, round_size> round;
    std::size_t moved = 0;
    for (std::size_t i = 0; i < setup_.rings.size(); ++i) {
        const auto worker = static_cast<WorkerId>(i);
        const std::size_t punted = setup_.rings[i]->punts.pop(round);
        setup_.shard->taken_over.add(punted);
        for (std::size_t k = 0; k < punted; ++k) {
            if (punt_info(*round[k]).punt == Punt::error)
                on_error(*round[k], worker, snapshot);
            else
                on_protocol(*round[k], worker, snapshot, now);
        }
        const std::size_t waiting = setup_.rings[i]->resolves.pop(round);
        setup_.shard->taken_over.add(waiting);
        for (std::size_t k = 0; k < waiting; ++k) on_resolve(*round[k], now);
        answer_asks(*setup_.rings[i], now);
        moved += punted + waiting;
    }
    return moved;
}

// A slot is used again only when no packet that names it can still lie in a ring: else that packet
// would go to whoever got the slot. All such packets were pushed before the grace period ended.
void SlowPath::release_neighbors() {
    for (std::size_t i = 0; i < marks_.size(); ++i)
        if (setup_.rings[i]->resolves.popped() < marks_[i]) return;
    for (const NeighborId id : marked_) setup_.neighbors->release(id);
    marked_ = std::exchange(graced_, {});
    marks_.clear();
    if (marked_.empty()) return;
    for (const ControlRings* rings : setup_.rings) marks_.push_back(rings->resolves.pushed());
}

void SlowPath::tick(Instant now) {
    last_tick_ = now;
    ResolverOutput output;
    resolver_.tick(now, output);
    carry_out(output);
    release_neighbors();
}

void SlowPath::set_link(PortId port, bool up, Instant now) {
    ResolverOutput output;
    resolver_.set_link(port, up, now, output);
    carry_out(output);
}

void SlowPath::stop() {
    ResolverOutput output;
    resolver_.stop(output);
    carry_out(output);
    std::array<Packet*, round_size> round;
    for (ControlRings* rings : setup_.rings) {
        for (PacketRing* ring : {&rings->punts, &rings->resolves, &rings->injects})
            for (std::size_t n = ring->pop(round); n != 0; n = ring->pop(round)) {
                setup_.shard->taken_over.add(n);
                for (std::size_t k = 0; k < n; ++k) lose(*round[k], PortId{0}, Drop::stopped);
            }
    }
}

void SlowPath::on_protocol(Packet& packet, WorkerId worker, const Snapshot& snapshot, Instant now) {
    PuntInfo info = punt_info(packet);
    const auto frame = bytes(packet);
    const auto ip = ip_of(packet);
    if (info.version == 0) {
        ResolverOutput output;
        const Drop drop = resolver_.on_arp(frame, info.l3, info.in, now, output);
        drop == Drop::none ? consume(packet) : lose(packet, info.in, drop);
        carry_out(output);
        return;
    }
    if (info.version == 6 && is_nd(ip)) {
        // Through a tunnel nobody is a neighbor, whatever the inner hop limit says.
        ResolverOutput output;
        const Drop drop = info.outermost ? resolver_.on_nd(frame, info.l3, info.in, now, output)
                                         : Drop::icmp_malformed;
        drop == Drop::none ? consume(packet) : lose(packet, info.in, drop);
        carry_out(output);
        return;
    }
    if (const Refusal why = refusal(ip); why.drop != Drop::none) {
        info.value = why.value;
        send_error(ip, info, why.drop, worker, snapshot);
        return lose(packet, info.in, why.drop);
    }
    if (answer_echo(packet, info, ip, worker, now)) return;
    send_error(ip, info, Drop::no_listener, worker, snapshot);
    lose(packet, info.in, Drop::no_listener);
}

bool SlowPath::answer_echo(Packet& packet, const PuntInfo& info, std::span<const std::byte> ip,
                           WorkerId worker, Instant now) {
    const auto reply = echo_reply(ip);
    if (!reply) return false;
    const Ipv6Addr to = destination_key(*reply);
    if (!to.link_local()) {
        originate(*reply, info.table, info.in, worker);
    } else if (Packet* made = make_packet(*reply, sizeof(EthernetHeader)); made != nullptr) {
        // Link-local has no route: straight to the port it came from.
        auto& ethernet = *rte_pktmbuf_mtod(made, EthernetHeader*);
        ethernet = {MacAddr{}, ports_[info.in].mac,
                    be16{static_cast<std::uint16_t>(EtherType::ipv6)}};
        punt_info(*made) = info;
        punt_info(*made).out = info.in;
        ResolverOutput output;
        resolver_.want(made, info.in, to, now, output);
        carry_out(output);
    }
    consume(packet);
    return true;
}

void SlowPath::on_error(Packet& packet, WorkerId worker, const Snapshot& snapshot) {
    const PuntInfo info = punt_info(packet);
    const bool told = info.drop != Drop::sid_unknown || comes_from_domain(ip_of(packet), snapshot);
    if (told) send_error(ip_of(packet), info, info.drop, worker, snapshot);
    lose(packet, info.in, info.drop);
}

void SlowPath::send_error(std::span<const std::byte> ip, const PuntInfo& info, Drop drop,
                          WorkerId worker, const Snapshot& snapshot) {
    const auto source = error_source(snapshot, info.in, info.table);
    if (const auto error = icmp_error(ip, drop, info.value, source))
        originate(*error, info.table, info.in, worker);
}

void SlowPath::on_resolve(Packet& packet, Instant now) {
    const PuntInfo info = punt_info(packet);
    const Ipv6Addr address = info.neighbor == no_neighbor
                                 ? destination_key(ip_of(packet))
                                 : setup_.neighbors->address(info.neighbor);
    ResolverOutput output;
    resolver_.want(&packet, info.out, address, now, output);
    carry_out(output);
}

void SlowPath::answer_asks(ControlRings& rings, Instant now) {
    std::array<NeighborAsk, round_size> asked;
    const std::size_t n = rings.asks.pop(asked);
    if (n == 0) return;
    ResolverOutput output;
    for (const NeighborAsk& it : std::span{asked}.first(n))
        resolver_.ask_for(it.port, it.address, now, output);
    carry_out(output);
}

void SlowPath::carry_out(ResolverOutput& output) {
    for (const auto& frame : output.frames) {
        Packet* packet = make_packet(frame.bytes, 0);
        if (packet == nullptr) continue;
        packet->port = static_cast<std::uint16_t>(index(frame.port));
        set_egress_tag(*packet, {control_slice, frame.port, 0});
        inject_info(*packet) = {Inject::frame, {}};
        inject(*packet, setup_.owners[frame.port]);
    }
    for (const auto& ready : output.ready) {
        Packet& packet = *static_cast<Packet*>(ready.packet);
        rte_pktmbuf_mtod(&packet, EthernetHeader*)->destination = ready.mac;
        packet.port = static_cast<std::uint16_t>(index(ready.port));
        inject_info(packet) = {Inject::frame, {}};
        inject(packet, setup_.owners[ready.port]);
    }
    for (const auto& lost : output.lost) {
        Packet& packet = *static_cast<Packet*>(lost.packet);
        if (lost.drop == Drop::neighbor_failed) send_unreachable(packet);
        if (lost.drop == Drop::neighbor_queue_full) refuse(packet, lost.port);
        lose(packet, lost.port, lost.drop);
    }
    for (const NeighborId id : output.erased)
        setup_.publisher->after_grace([this, id] { graced_.push_back(id); });
}

// The sender of a packet that waited in vain is told so - unless that is us, through an
// encapsulation.
void SlowPath::send_unreachable(Packet& packet) {
    const auto snapshot = setup_.publisher->current();
    const auto ip = ip_of(packet);
    const auto& header = *reinterpret_cast<const Ipv6Header*>(ip.data());
    const auto is_ours = [&](const Ipv6Prefix& source) { return source.covers(header.source); };
    if (!snapshot ||
        (header.version() == 6 && std::ranges::any_of(own_sources(*snapshot->config), is_ours)))
        return;
    if (!unreachable_limit_.take(last_tick_)) return;
    const PuntInfo info = punt_info(packet);
    send_error(ip, info, Drop::neighbor_failed, setup_.owners[info.out], *snapshot);
}

void SlowPath::originate(std::span<const std::byte> ip, TableId table, PortId in, WorkerId worker) {
    Packet* packet = make_packet(ip, sizeof(EthernetHeader));
    if (packet == nullptr) return;
    packet->port = static_cast<std::uint16_t>(index(in));
    inject_info(*packet) = {Inject::originate, table};
    inject(*packet, worker);
}

Packet* SlowPath::make_packet(std::span<const std::byte> bytes, std::size_t room) {
    Packet* packet = rte_pktmbuf_alloc(setup_.pool);
    if (packet == nullptr) return nullptr;  // nothing was made, so there is nothing to count
    char* data = rte_pktmbuf_append(packet, static_cast<std::uint16_t>(bytes.size() + room));
    if (data == nullptr) {
        rte_pktmbuf_free(packet);
        return nullptr;
    }
    std::memset(data, 0, room);
    std::memcpy(data + room, bytes.data(), bytes.size());
    setup_.shard->originated.add();
    return packet;
}

void SlowPath::inject(Packet& packet, WorkerId worker) {
    if (setup_.rings[index(worker)]->injects.push(&packet)) {
        setup_.shard->handed_over.add();
        return;
    }
    const auto port = static_cast<PortId>(packet.port);
    if (inject_info(packet).inject == Inject::frame) refuse(packet, port);
    lose(packet, port, Drop::handoff_full);
}

// A frame for `port` that finds no room; it carries its EgressTag.
void SlowPath::refuse(const Packet& packet, PortId port) {
    setup_.shard->ports[port].slices[row_of(egress_tag(packet).slice)].refused.add();
}

void SlowPath::lose(Packet& packet, PortId port, Drop drop) {
    setup_.shard->ports[port].drops[static_cast<std::size_t>(drop)].add();
    rte_pktmbuf_free(&packet);
}

void SlowPath::consume(Packet& packet) {
    setup_.shard->consumed.add();
    rte_pktmbuf_free(&packet);
}

}  // namespace weir

#include "dataplane/worker/pipeline.hpp"

#include <rte_prefetch.h>

#include <cstddef>

#include "dataplane/control/icmp_reply.hpp"
#include "dataplane/worker/apply.hpp"
#include "dataplane/worker/classify.hpp"
#include "dataplane/worker/parse.hpp"
#include "dataplane/worker/route.hpp"

namespace weir {

namespace {

// Far enough for the line to arrive, near enough for it to be there still.
constexpr std::size_t look_ahead = 4;

void prefetch_packet(const Packet& packet) noexcept {
    rte_prefetch0(rte_pktmbuf_mtod(&packet, const void*));
}

// Where SIDs are more than a cache holds, the slots of a batch are on their way together.
[[gnu::noinline]] void prefetch_sids(std::span<Packet* const> batch,
                                     const SidTable& sids) noexcept {
    constexpr std::size_t to = sizeof(EthernetHeader) + offsetof(Ipv6Header, destination);
    for (const Packet* packet : batch) prefetch_packet(*packet);
    for (const Packet* packet : batch) {
        if (packet->data_len < to + sizeof(Ipv6Addr)) continue;
        Ipv6Addr destination;  // or what lies there in a packet of another kind: no harm
        __builtin_memcpy(&destination, rte_pktmbuf_mtod_offset(packet, const void*, to),
                         sizeof destination);
        sids.prefetch(SidTable::hash(destination));
    }
}

}  // namespace

// The way of a packet. Everything it calls that is not marked cold becomes one loop body.
[[gnu::flatten]] void Pipeline::ingress(std::span<Packet*> batch, PortId in,
                                        const Snapshot& snapshot, Instant now) noexcept {
    const Context context{snapshot, *setup_.neighbors, *setup_.shard, routes_, now};
    const SnapshotPort& port = snapshot.ports[in];
    if (snapshot.sid_table.far() && port.role == Role::wan)
        prefetch_sids(batch, snapshot.sid_table);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i + look_ahead < batch.size()) prefetch_packet(*batch[i + look_ahead]);
        Packet& packet = *batch[i];
        Meta meta;
        meta.in = in;
        meta.table = port.table;
        Drop drop = parse(packet, port, meta);
        if (drop == Drop::none && meta.action == Action::classify)
            drop = classify(packet, port, context, meta);
        if (drop == Drop::none) drop = walk(packet, meta, context);
        if (drop != Drop::none) [[unlikely]]
            lose(packet, meta, drop, context);
    }
    flush();
}

// Each step decides the next, always one below it but after End: the loop ends because each round
// takes a segment, a header, or a header's worth of room.
inline Drop Pipeline::walk(Packet& packet, Meta& meta, const Context& context) noexcept {
    if (meta.action == Action::endpoint || meta.action == Action::forward) {
        do {
            Drop drop = Drop::none;
            if (meta.action == Action::endpoint) drop = apply_endpoint(packet, meta, context);
            if (drop == Drop::none && meta.action == Action::forward)
                drop = forward(packet, meta, context);
            if (drop != Drop::none) return drop;
        } while (meta.action == Action::endpoint);
    }
    if (meta.action == Action::encap) {
        const Drop drop = encapsulate(packet, meta, context);
        return drop == Drop::none ? send<Ipv6Header>(packet, meta, context) : drop;
    }
    if (meta.action == Action::punt) return punt_protocol(packet, meta, context);
    return meta.version == 4 ? send<Ipv4Header>(packet, meta, context)
                             : send<Ipv6Header>(packet, meta, context);
}

template <class Ip>
Drop Pipeline::send(Packet& packet, Meta& meta, const Context& context) noexcept {
    if (const Drop drop = set_out<Ip>(meta); drop != Drop::none) return drop;
    const NeighborId neighbor = neighbor_of<Ip>(meta, context.neighbors);
    const std::uint64_t mac = neighbor == no_neighbor ? 0 : context.neighbors.word(neighbor);
    if (mac == 0) [[unlikely]]
        return without_mac(packet, meta, neighbor, context);
    frame<Ip>(packet, meta, mac);
    set_egress_tag(packet, tag_of(packet, meta, context.snapshot));
    return deliver(packet, meta.hop->port);
}

inline Drop Pipeline::deliver(Packet& packet, PortId out) noexcept {
    packet.port = static_cast<std::uint16_t>(index(out));
    const WayOut& way = ways_out_[out];
    if (packet.nb_segs > 1 && !make_sendable(packet, out)) [[unlikely]]
        return Drop::device_refused;
    if (way.mine != nullptr) return way.mine->accept(packet);
    hand_over(packet, *way.outbox);
    return Drop::none;
}

bool Pipeline::has_room() const noexcept {
    for (const Outbox& outbox : outboxes_)
        if (outbox.ring != nullptr && !outbox.ring->has_room(2 * batch_size)) return false;
    return true;
}

void Pipeline::hand_over(Packet& packet, Outbox& outbox) noexcept {
    if (outbox.count == outbox.packets.size()) flush();
    outbox.packets[outbox.count++] = &packet;
}

void Pipeline::flush() noexcept {
    for (Outbox& outbox : outboxes_) {
        if (outbox.count == 0) continue;
        const std::size_t taken = outbox.ring->push({outbox.packets.data(), outbox.count});
        setup_.shard->handed_over.add(taken);
        for (std::size_t i = taken; i < outbox.count; ++i) {
            PortCounters& out = setup_.shard->ports[static_cast<PortId>(outbox.packets[i]->port)];
            out.drops[static_cast<std::size_t>(Drop::handoff_full)].add();
            EgressTag tag = egress_tag(*outbox.packets[i]);
            if (waits(tag)) tag.slice = static_cast<std::uint16_t>(tag.slice & ~waits_for_mac);
            out.slices[row_of(tag.slice)].refused.add();
            rte_pktmbuf_free(outbox.packets[i]);
        }
        outbox.count = 0;
    }
}

void Pipeline::accept(std::span<Packet*> frames) noexcept {
    setup_.shard->taken_over.add(frames.size());
    for (Packet* packet : frames) {
        const auto out = static_cast<PortId>(packet->port);
        EgressPort& way = *ways_out_[out].mine;
        const Drop drop = waits(egress_tag(*packet)) ? way.wait(*packet) : way.accept(*packet);
        if (drop == Drop::none) continue;
        setup_.shard->ports[out].drops[static_cast<std::size_t>(drop)].add();
        rte_pktmbuf_free(packet);
    }
}

void Pipeline::originate(Packet& packet, const Snapshot& snapshot, Instant now) noexcept {
    const Context context{snapshot, *setup_.neighbors, *setup_.shard, routes_, now};
    const TableId table = inject_info(packet).table;
    setup_.shard->taken_over.add();
    Meta meta;
    meta.ip = rte_pktmbuf_mtod(&packet, std::byte*) + sizeof(EthernetHeader);
    meta.l3_length = packet.pkt_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    meta.version = static_cast<std::uint8_t>(std::to_integer<unsigned>(*meta.ip) >> 4U);
    meta.hop_spent = true;
    meta.table = table;
    meta.in = static_cast<PortId>(packet.port);
    meta.claim = snapshot.claims.nobodys();
    meta.action = Action::forward;
    // Answers to steered traffic go back the way steered traffic goes: by any steering port of the
    // table.
    for (const SnapshotPort& port : snapshot.ports) {
        if (port.table != table || !port.steers) continue;
        const std::uint32_t first = meta.version == 4
                                        ? port.steer4.find(meta.ipv4().destination.bits())
                                        : port.steer6.find(meta.ipv6().destination.bits());
        if (steer(snapshot, first, packet, meta)) break;
    }
    const Drop drop = walk(packet, meta, context);
    if (drop != Drop::none) lose(packet, meta, drop, context);
    flush();
}

}  // namespace weir

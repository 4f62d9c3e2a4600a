#include "dataplane/worker/pipeline.hpp"

#include <rte_prefetch.h>

#include <new>

#include "dataplane/control/icmp_reply.hpp"
#include "dataplane/worker/apply.hpp"
#include "dataplane/worker/classify.hpp"
#include "dataplane/worker/parse.hpp"
#include "dataplane/worker/route.hpp"

namespace weir {

namespace {

// Metas are made one by one: a batch is often much shorter than its room.
class MetaBatch {
public:
    Meta& make(std::size_t i) noexcept { return *new (storage_ + i * sizeof(Meta)) Meta; }
    Meta& operator[](std::size_t i) noexcept {
        return *std::launder(reinterpret_cast<Meta*>(storage_ + i * sizeof(Meta)));
    }

private:
    alignas(64) std::byte storage_[Pipeline::batch_size * sizeof(Meta)];
};

}  // namespace

// The way of a packet.
void Pipeline::ingress(std::span<Packet*> batch, PortId in, const Snapshot& snapshot,
                       Instant now) noexcept {
    const Context context{snapshot, *setup_.neighbors, *setup_.shard, now};
    const SnapshotPort& port = snapshot.ports[in];
    MetaBatch metas;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (i + 4 < batch.size()) rte_prefetch0(rte_pktmbuf_mtod(batch[i + 4], void*));
        Meta& meta = metas.make(i);
        meta.in = in;
        bytes += batch[i]->pkt_len;
        meta.drop = parse(*batch[i], port, meta);
        snapshot.sid_table.prefetch(meta.sid_hash);
    }
    setup_.shard->ports[in].received.packets.add(batch.size());
    setup_.shard->ports[in].received.bytes.add(bytes);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        Meta& meta = metas[i];
        const Drop drop = meta.drop == Drop::none ? walk(*batch[i], meta, context) : meta.drop;
        if (drop != Drop::none) lose(*batch[i], meta, drop, context);
    }
    flush();
}

// Each step decides the next; the loop ends because a step either leaves or takes a header off, a
// segment off, or a header's worth of room.
Drop Pipeline::walk(Packet& packet, Meta& meta, const Context& context) noexcept {
    for (Drop drop = Drop::none; drop == Drop::none;) {
        switch (meta.action) {
            case Action::classify:
                drop = classify(packet, context, meta);
                break;
            case Action::endpoint:
                drop = apply_endpoint(packet, meta, context);
                break;
            case Action::forward:
                drop = forward(packet, meta, context);
                break;
            case Action::encap:
                drop = encapsulate(packet, meta, context);
                break;
            case Action::send:
                return send(packet, meta, context);
            case Action::punt:
                return punt_protocol(packet, meta, context);
        }
        if (drop != Drop::none) return drop;
    }
    return Drop::none;
}

Drop Pipeline::send(Packet& packet, Meta& meta, const Context& context) noexcept {
    if (const Drop drop = check_way(meta); drop != Drop::none) return drop;
    spend_hop(meta);
    const NeighborId neighbor = neighbor_of(meta, context.neighbors);
    const std::uint64_t mac = neighbor == no_neighbor ? 0 : context.neighbors.word(neighbor);
    if (mac == 0) [[unlikely]]
        return punt_resolve(packet, meta, context, neighbor);
    frame(packet, meta, context.snapshot.ports[meta.hop.port].mac, mac);
    return deliver(packet, meta.hop.port);
}

Drop Pipeline::deliver(Packet& packet, PortId out) noexcept {
    packet.port = static_cast<std::uint16_t>(index(out));
    // A device that does not take chains would send the first segment and stale memory behind it.
    if (packet.nb_segs > 1 && !setup_.chains.empty() && !setup_.chains[index(out)] &&
        rte_pktmbuf_linearize(&packet) != 0) [[unlikely]]
        return Drop::device_refused;
    const WorkerId owner = setup_.owners[out];
    if (owner == setup_.self)
        return setup_.egress[out]->accept(&packet) ? Drop::none : Drop::egress_full;
    Outbox& outbox = outboxes_[index(owner)];
    if (outbox.count == outbox.packets.size()) flush();
    outbox.packets[outbox.count++] = &packet;
    return Drop::none;
}

void Pipeline::flush() noexcept {
    for (Outbox& outbox : outboxes_) {
        if (outbox.count == 0) continue;
        const std::size_t taken = outbox.ring->push({outbox.packets.data(), outbox.count});
        setup_.shard->handed_over.add(taken);
        for (std::size_t i = taken; i < outbox.count; ++i) {
            const auto out = static_cast<PortId>(outbox.packets[i]->port);
            setup_.shard->ports[out].drops[static_cast<std::size_t>(Drop::handoff_full)].add();
            rte_pktmbuf_free(outbox.packets[i]);
        }
        outbox.count = 0;
    }
}

void Pipeline::accept(std::span<Packet*> frames) noexcept {
    setup_.shard->taken_over.add(frames.size());
    for (Packet* packet : frames) {
        const auto out = static_cast<PortId>(packet->port);
        if (setup_.egress[out]->accept(packet)) continue;
        setup_.shard->ports[out].drops[static_cast<std::size_t>(Drop::egress_full)].add();
        rte_pktmbuf_free(packet);
    }
}

void Pipeline::originate(Packet& packet, const Snapshot& snapshot, Instant now) noexcept {
    const Context context{snapshot, *setup_.neighbors, *setup_.shard, now};
    const TableId table = inject_info(packet).table;
    setup_.shard->taken_over.add();
    Meta meta;
    meta.ip = rte_pktmbuf_mtod(&packet, std::byte*) + sizeof(EthernetHeader);
    meta.l3_length = packet.pkt_len - static_cast<std::uint32_t>(sizeof(EthernetHeader));
    meta.version = static_cast<std::uint8_t>(std::to_integer<unsigned>(*meta.ip) >> 4U);
    meta.hop_spent = true;
    meta.table = table;
    meta.in = static_cast<PortId>(packet.port);
    meta.action = Action::forward;
    // Answers to steered traffic go back the way steered traffic goes: by any steering port of the
    // table.
    for (const SnapshotPort& port : snapshot.ports) {
        if (port.table != table || !port.steers) continue;
        const std::uint32_t chain = meta.version == 4
                                        ? port.steer4.find(meta.ipv4().destination.bits())
                                        : port.steer6.find(meta.ipv6().destination.bits());
        if (steer(snapshot.steer_chain(chain), packet, meta)) break;
    }
    const Drop drop = walk(packet, meta, context);
    if (drop != Drop::none) lose(packet, meta, drop, context);
    flush();
}

}  // namespace weir

#include "tests/support/bed.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace weir::test {
Bed::Bed(const Config& config, std::uint32_t buffers, bool devices_take_chains, std::size_t workers)
    : world_{config, buffers},
      snapshot_{world_.snapshot},
      shard_{world_.make_shard()},
      handoffs_{workers},
      takes_(config.ports.size(), SIZE_MAX),
      pauses_(config.ports.size()) {
    Pipeline::Setup setup;
    setup.neighbors = &world_.neighbors;
    setup.shard = shard_.get();
    setup.control = &control_;
    setup.handoffs = &handoffs_;
    setup.pauses = &pauses_;
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        egress_.push_back(std::make_unique<EgressPort>(
            SliceQueues::Setup{
                .port = id, .mine = shard_.get(), .all = {shard_.get()}, .packets = buffers},
            world_.neighbors, now, HostLink{&pauses_[i], world_.pool.get()}));
        egress_.back()->adopt(*snapshot_, now);
        setup.egress.push_back(egress_.back().get());
        setup.owners.push_back(static_cast<WorkerId>(i % workers));
        setup.chains.push_back(devices_take_chains);
        setup.punt_rates.push_back(config.ports[static_cast<PortId>(i)].punt_rate);
    }
    pipeline_ = std::make_unique<Pipeline>(std::move(setup));
}

// What a test left in queues and rings: the blocks of `exact` packets lie outside the pool.
Bed::~Bed() {
    for (auto& egress : egress_) egress->discard(Drop::stopped);
    const auto empty = [](PacketRing& ring) {
        Packet* packet = nullptr;
        while (ring.pop({&packet, 1}) == 1) rte_pktmbuf_free(packet);
    };
    empty(control_.punts);
    empty(control_.resolves);
    for (std::size_t to = 1; to < handoffs_.workers(); ++to)
        empty(*handoffs_.ring(WorkerId{0}, static_cast<WorkerId>(to)));
}

void Bed::resolve(PortId port, const Ipv6Addr& address, const MacAddr& mac) {
    world_.neighbors.set_mac(world_.neighbors.insert(port, address), mac);
}

Packet* Bed::exact(std::span<const std::byte> frame, std::size_t tail) {
    Packet* packet = rte_pktmbuf_alloc(world_.pool.get());
    if (packet == nullptr)
        throw std::runtime_error{"the bed's pool is empty: a test leaks packets"};
    // The shared info lies in a block of its own, so that the packet ends where its block ends.
    struct Shared {
        rte_mbuf_ext_shared_info info;
        std::size_t* alive;
    };
    const std::size_t size = packet_headroom + frame.size() + tail;
    void* block = std::malloc(size);
    auto* shared = static_cast<Shared*>(std::malloc(sizeof(Shared)));
    shared->alive = &blocks_;
    ++blocks_;
    shared->info.free_cb = [](void* buffer, void* opaque) {
        --*static_cast<Shared*>(opaque)->alive;
        std::free(buffer);
        std::free(opaque);
    };
    shared->info.fcb_opaque = shared;
    rte_mbuf_ext_refcnt_set(&shared->info, 1);
    rte_pktmbuf_attach_extbuf(packet, block, RTE_BAD_IOVA, static_cast<std::uint16_t>(size),
                              &shared->info);
    packet->data_off = packet_headroom;
    packet->data_len = static_cast<std::uint16_t>(frame.size());
    packet->pkt_len = static_cast<std::uint32_t>(frame.size());
    std::memcpy(rte_pktmbuf_mtod(packet, void*), frame.data(), frame.size());
    return packet;
}

Packet* Bed::chain(std::span<const std::byte> frame, std::size_t first, std::size_t rest) {
    Packet* head = nullptr;
    for (std::size_t at = 0; at < frame.size();) {
        const std::size_t size = std::min(at == 0 ? first : rest, frame.size() - at);
        Packet* segment = rte_pktmbuf_alloc(world_.pool.get());
        std::memcpy(rte_pktmbuf_append(segment, static_cast<std::uint16_t>(size)),
                    frame.data() + at, size);
        at += size;
        if (head == nullptr)
            head = segment;
        else if (rte_pktmbuf_chain(head, segment) != 0)
            throw std::runtime_error{"too many segments"};
    }
    return head;
}

Frame bytes_of(Packet& packet) {
    Frame frame;
    for (Packet* segment = &packet; segment != nullptr; segment = segment->next) {
        const auto part = bytes(*segment);
        frame.insert(frame.end(), part.begin(), part.end());
    }
    return frame;
}

void Bed::note_drops() {
    consumed_ = shard_->consumed.read();
    originated_ = shard_->originated.read();
    before_.resize(shard_->ports.size());
    for (std::size_t i = 0; i < before_.size(); ++i) {
        const auto& drops = shard_->ports[static_cast<PortId>(i)].drops;
        std::ranges::transform(drops, before_[i].begin(), &Counter::read);
    }
}

Outcome Bed::run(Packet* packet, PortId in) {
    note_drops();
    now = now + std::chrono::seconds{1};
    shard_->ports[in].received.add(packet->pkt_len);
    pipeline_->ingress({&packet, 1}, in, *snapshot_, now);
    return collect();
}

Outcome Bed::loop(std::span<Packet*> packets, PortId in) {
    note_drops();
    for (auto& egress : egress_) egress->tick(now);
    while (!packets.empty()) {
        const auto batch = packets.first(std::min(packets.size(), Pipeline::batch_size));
        for (const Packet* packet : batch) shard_->ports[in].received.add(packet->pkt_len);
        pipeline_->ingress(batch, in, *snapshot_, now);
        packets = packets.subspan(batch.size());
    }
    Outcome outcome = collect();
    for (std::size_t i = 0; i < egress_.size(); ++i)
        egress_[i]->ask_for_neighbors([&](const Ipv6Addr& next_hop) {
            outcome.asks.push_back({static_cast<PortId>(i), next_hop});
            return true;
        });
    return outcome;
}

std::shared_ptr<const Snapshot> Bed::compile(const Config& config) {
    auto made = world_.compile(config);
    if (!shard_->sids.grow(world_.sid_slots.size()) ||
        !shard_->paths.grow(world_.path_slots.size()))
        throw std::runtime_error{"more counters than a bank holds"};
    return made;
}

Outcome Bed::adopt(std::shared_ptr<const Snapshot> next) {
    note_drops();
    snapshot_ = std::move(next);
    for (auto& egress : egress_) egress->adopt(*snapshot_, now);
    return collect();
}

Outcome Bed::discard() {
    note_drops();
    for (auto& egress : egress_) egress->discard(Drop::stopped);
    return collect();
}

Outcome Bed::inject(Packet* packet) {
    note_drops();
    if (inject_info(*packet).inject == Inject::originate)
        pipeline_->originate(*packet, *snapshot_, now);
    else if (packet->port % handoffs_.workers() == 0)
        pipeline_->accept({&packet, 1});
    else
        leave(packet);
    return collect();
}

void Bed::leave(Packet* packet) {
    EgressPort& way = *egress_[packet->port];
    shard_->taken_over.add();
    const Drop drop = waits(egress_tag(*packet)) ? way.wait(*packet) : way.accept(*packet);
    if (drop == Drop::none) return;
    way.counters().drops[static_cast<std::size_t>(drop)].add();
    rte_pktmbuf_free(packet);
}

Outcome Bed::collect() {
    Outcome outcome;
    // What was handed to the other workers.
    for (std::size_t to = 1; to < handoffs_.workers(); ++to) {
        Packet* packet = nullptr;
        while (handoffs_.ring(WorkerId{0}, static_cast<WorkerId>(to))->pop({&packet, 1}) == 1)
            leave(packet);
    }
    for (std::size_t i = 0; i < egress_.size(); ++i) {
        std::size_t room = takes_[i];
        egress_[i]->look_at_hosts(now);
        egress_[i]->transmit(now, [&](std::span<Packet*> offered) {
            const auto packets = offered.first(std::min(offered.size(), room));
            room -= packets.size();
            for (Packet* packet : packets) {
                outcome.sent.push_back(
                    {static_cast<PortId>(i), bytes_of(*packet), packet->nb_segs});
                rte_pktmbuf_free(packet);
            }
            return packets.size();
        });
    }
    Packet* packet = nullptr;
    while (control_.punts.pop({&packet, 1}) == 1) {
        outcome.punted.push_back({punt_info(*packet), bytes_of(*packet), packet->nb_segs});
        rte_pktmbuf_free(packet);
    }
    while (control_.resolves.pop({&packet, 1}) == 1) {
        outcome.resolves.push_back({punt_info(*packet), bytes_of(*packet), packet->nb_segs});
        rte_pktmbuf_free(packet);
    }
    outcome.consumed = shard_->consumed.read() - consumed_;
    outcome.originated = shard_->originated.read() - originated_;
    for (std::size_t i = 0; i < before_.size(); ++i)
        for (std::size_t d = 0; d < drop_count; ++d) {
            const std::uint64_t count = shard_->ports[static_cast<PortId>(i)].drops[d].read();
            outcome.drops.insert(outcome.drops.end(), count - before_[i][d], static_cast<Drop>(d));
        }
    return outcome;
}

}  // namespace weir::test

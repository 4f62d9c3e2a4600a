#include "dataplane/worker/ingress.hpp"

#include <algorithm>

namespace weir {

void Ingress::count_received(std::span<Packet* const> packets, PortId in) noexcept {
    std::uint64_t bytes = 0;
    for (const Packet* packet : packets) bytes += packet->pkt_len;
    PacketCounter& received = shard_.ports[in].received;
    received.packets.add(packets.size());
    received.bytes.add(bytes);
}

void Ingress::process(std::span<Packet*> packets, PortId in, const Snapshot& snapshot,
                      Instant now) noexcept {
    while (!packets.empty()) {
        const std::size_t n = std::min(packets.size(), Pipeline::batch_size);
        pipeline_.ingress(packets.first(n), in, snapshot, now);
        packets = packets.subspan(n);
    }
}

std::size_t Ingress::take_over(const Snapshot& snapshot, Instant now) noexcept {
    std::array<Packet*, burst> batch;
    std::size_t moved = spreader_.take_over(
        [&] { return pipeline_.has_room(); },
        [&](std::span<Packet*> packets, PortId in) { process(packets, in, snapshot, now); });
    for (PacketRing* ring : frames_) {
        const std::size_t n = ring->pop(batch);
        prefetch_all({batch.data(), n});
        pipeline_.accept({batch.data(), n});
        moved += n;
    }
    const std::size_t injected = control_.injects.pop(batch);
    for (std::size_t i = 0; i < injected; ++i) {
        if (inject_info(*batch[i]).inject == Inject::originate)
            pipeline_.originate(*batch[i], snapshot, now);
        else
            pipeline_.accept({&batch[i], 1});
    }
    return moved + injected;
}

}  // namespace weir

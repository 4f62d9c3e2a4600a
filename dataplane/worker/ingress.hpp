#pragma once
// The ingress half of a worker: what its receive queues have, what other workers hand to it, what
// control injects; all of it through the Pipeline. What cannot be handed on stays where it is.
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "dataplane/worker/hot_queue.hpp"
#include "dataplane/worker/pipeline.hpp"
#include "dataplane/worker/spreader.hpp"

namespace weir {

class Ingress {
public:
    // Two batches: what a loop costs is shared by more packets where there are many.
    static constexpr std::size_t burst = 2 * Pipeline::batch_size;
    static_assert(burst <= Spreader::most);

    Ingress(Pipeline::Setup pipeline, Spreader::Setup spreader)
        : shard_{*pipeline.shard},
          control_{*pipeline.control},
          frames_{pipeline.handoffs->to(pipeline.self)},
          spreader_{std::move(spreader)},
          pipeline_{std::move(pipeline)} {}

    // One poll of a receive queue: `device(span)` fills it from the front and says how many.
    template <class Device>
    std::size_t receive(HotQueue& heat, PortId in, const Snapshot& snapshot, Instant now,
                        Device&& device) noexcept {
        if (!spreader_.may_poll(heat)) [[unlikely]]
            return 0;
        const bool spreads = heat.spreads();
        if (!pipeline_.has_room() || (spreads && !spreader_.has_room(burst))) return 0;
        std::array<Packet*, burst> all;
        const std::size_t n = device(std::span<Packet*>{all});
        spreader_.saw(heat, n, n == burst, now);
        if (n == 0) return 0;
        std::span<Packet*> packets{all.data(), n};
        count_received(packets, in);
        if (spreads) packets = spreader_.spread(packets, in);
        process(packets, in, snapshot, now);
        return n;
    }
    // Packets as they came and whole frames from other workers; from control frames and packets of
    // our own.
    std::size_t take_over(const Snapshot& snapshot, Instant now) noexcept;

private:
    void count_received(std::span<Packet* const> packets, PortId in) noexcept;
    void process(std::span<Packet*> packets, PortId in, const Snapshot& snapshot,
                 Instant now) noexcept;

    Shard& shard_;
    ControlRings& control_;
    std::vector<PacketRing*> frames_;  // of other workers, ready for a port of this one
    Spreader spreader_;
    Pipeline pipeline_;
};

}  // namespace weir

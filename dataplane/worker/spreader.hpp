#pragma once
// Software spread of a receive queue: its worker looks at what names a packet's flow and nothing
// else, keeps its share and hands the rest, as it came, to the other workers. NICs that hash no
// flow label put all SRv6 packets of one policy into one queue. All of a flow go to one worker.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/hot_queue.hpp"
#include "dataplane/worker/rings.hpp"

namespace weir {

class Spreader {
public:
    static constexpr std::size_t most = 64;  // packets that are spread at once

    struct Setup {
        WorkerId self{};
        Shard* shard = nullptr;
        std::vector<const Shard*> shards;  // of all workers
        const Handoffs* frames = nullptr;  // ready for the port they leave by
        const Handoffs* raw = nullptr;     // as they came
    };
    explicit Spreader(Setup setup);

    // Whether each ring takes `packets` more: what one does not would have to be lost, or
    // overtaken.
    bool has_room(std::size_t packets) const noexcept;
    // Hands over what is another worker's; what is this one's is left, in order, at the front.
    // There must be room for all.
    std::span<Packet*> spread(std::span<Packet*> packets, PortId in) noexcept;
    // Calls take(batch, port it came in on) for what other workers have handed to this one, at most
    // one burst from each, as long as `ready()`. Answers how many there were.
    template <class Ready, class Take>
    std::size_t take_over(Ready&& ready, Take&& take) noexcept {
        std::size_t moved = 0;
        for (PacketRing* ring : incoming_) {
            if (!ready()) break;
            std::array<Packet*, burst> batch;
            const std::size_t n = ring->pop(batch);
            moved += n;
            prefetch_all({batch.data(), n});
            setup_.shard->taken_over.add(n);
            for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
                while (end < n && batch[end]->port == batch[begin]->port) ++end;
                take(std::span{batch.data() + begin, end - begin},
                     static_cast<PortId>(batch[begin]->port));
            }
        }
        return moved;
    }
    // After each poll of a receive queue.
    void saw(HotQueue& queue, std::size_t packets, bool full, Instant now) noexcept {
        queue.saw({.any = packets != 0, .full = full}, now, [&] { return look(); });
    }
    // Before each poll. False while it wants to be spread and frames of it are under way.
    bool may_poll(HotQueue& queue) noexcept {
        if (!queue.waits()) [[likely]]
            return true;
        if (queue.first_refusal()) mark();
        if (!passed()) return false;
        queue.begin();
        return true;
    }

private:
    static constexpr std::size_t burst = 32;
    struct Outbox {
        PacketRing* ring = nullptr;  // null where it is this worker
        std::size_t count = 0;
        std::array<Packet*, most> packets;
    };

    void flush() noexcept;
    HotQueue::Workers look() noexcept;
    void mark() noexcept;
    bool passed() const noexcept;

    Setup setup_;
    std::vector<Outbox> outboxes_;  // by worker
    std::vector<PacketRing*> incoming_;
    std::vector<std::uint64_t> loops_;
    std::vector<std::size_t> marks_;  // by worker: how far its ring of frames was filled
};

// Of the frame as it came; packets that are neither IPv4 nor IPv6 have 0.
std::uint32_t spread_hash(const Packet& packet) noexcept;

}  // namespace weir

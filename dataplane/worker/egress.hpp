#pragma once
// The egress half of one port, owned by one worker. A packet is admitted to the queue of its slice,
// or is dropped (SliceQueues); what the device refuses waits in a backlog of one burst, in order,
// and is never spun on. Where nothing is to be shaped and nothing waits, a packet goes straight
// into that burst.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "dataplane/control/snapshot.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"
#include "dataplane/worker/slice_queues.hpp"

namespace weir {

class EgressPort {
public:
    static constexpr std::size_t burst = 64;

    EgressPort(const SliceQueues::Setup& setup, Instant now)
        : counters_{setup.mine->ports[setup.port]}, queues_{setup, now} {}

    // Drop::none, or why not: the packet stays the caller's then. It carries its EgressTag.
    Drop accept(Packet& packet) noexcept {
        if (straight_ && queues_.empty() && ready_end_ < burst) [[likely]] {
            count_admitted(packet);
            ready_[ready_end_++] = &packet;
            return Drop::none;
        }
        return queue(packet);
    }

    // `device(span)` takes packets from the front and says how many; they are sent. Several bursts
    // while the device takes them and the scheduler has more.
    template <class Device>
    std::size_t transmit(Instant now, Device&& device) noexcept {
        std::size_t total = 0;
        for (;;) {
            fill(now);
            const std::span<Packet*> next{ready_.data() + ready_begin_, ready_end_ - ready_begin_};
            if (next.empty()) break;
            note(next);  // the device may free what it takes
            const std::size_t taken = device(next);
            count_departed(taken);
            ready_begin_ += taken;
            total += taken;
            if (taken < next.size()) break;
            ready_begin_ = ready_end_ = 0;
        }
        return total;
    }

    // In place: what is held stays, with its tokens and turns.
    void adopt(const Snapshot& snapshot, Instant now);

    // At the end: what never left is counted under `drop`.
    void discard(Drop drop) noexcept;

    // Counted by walking, for the audit.
    std::size_t held() const noexcept;
    bool empty() const noexcept { return ready_begin_ == ready_end_ && queues_.empty(); }
    PortCounters& counters() noexcept { return counters_; }

private:
    struct Noted {
        std::uint32_t length;
        std::uint16_t slice;
    };

    Drop queue(Packet& packet) noexcept;
    void fill(Instant now) noexcept;
    void note(std::span<Packet* const> packets) noexcept;
    void count_admitted(const Packet& packet) noexcept;
    void count_departed(std::size_t packets) noexcept;

    PortCounters& counters_;
    SliceQueues queues_;
    bool straight_ = false;  // nothing to shape: an empty port passes packets on
    std::size_t ready_begin_ = 0;
    std::size_t ready_end_ = 0;
    std::array<Packet*, burst> ready_;
    std::array<Noted, burst> noted_;
};

}  // namespace weir

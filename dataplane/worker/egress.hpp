#pragma once
// The egress half of one port, owned by one worker: what it accepted waits in a bounded backlog
// until the device takes it. What the device refuses stays, in order; it is never spun on.
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "dataplane/io/packet.hpp"
#include "dataplane/worker/counters.hpp"

namespace weir {

class EgressPort {
public:
    static constexpr std::size_t capacity = 1024;
    static constexpr std::size_t burst = 64;

    explicit EgressPort(PortCounters& counters) : counters_{counters} {}

    // False where the backlog is full: the packet stays the caller's, to be dropped.
    bool accept(Packet* packet) noexcept {
        if (end_ == capacity) {
            if (begin_ == 0) return false;
            compact();
        }
        backlog_[end_++] = packet;
        return true;
    }

    // `device(span)` takes packets from the front and says how many; they are sent.
    template <class Device>
    std::size_t transmit(Device&& device) noexcept {
        std::size_t total = 0;
        while (begin_ < end_) {
            const std::span<Packet*> next{backlog_.data() + begin_, std::min(burst, end_ - begin_)};
            std::uint64_t bytes = 0;
            std::array<std::uint32_t, burst> lengths;  // the device may free what it takes
            for (std::size_t i = 0; i < next.size(); ++i) lengths[i] = next[i]->pkt_len;
            const std::size_t taken = device(next);
            for (std::size_t i = 0; i < taken; ++i) bytes += lengths[i];
            counters_.sent.packets.add(taken);
            counters_.sent.bytes.add(bytes);
            begin_ += taken;
            total += taken;
            if (taken < next.size()) break;
        }
        if (begin_ == end_) begin_ = end_ = 0;
        return total;
    }

    // At the end: what never left is counted under `drop`.
    void discard(Drop drop) noexcept {
        counters_.drops[static_cast<std::size_t>(drop)].add(end_ - begin_);
        for (; begin_ < end_; ++begin_) rte_pktmbuf_free(backlog_[begin_]);
        begin_ = end_ = 0;
    }

    // Counted by walking, for the audit.
    std::size_t held() const noexcept {
        std::size_t n = 0;
        for (std::size_t i = begin_; i < end_; ++i) n += backlog_[i] != nullptr;
        return n;
    }
    bool empty() const noexcept { return begin_ == end_; }
    PortCounters& counters() noexcept { return counters_; }

private:
    void compact() noexcept {
        std::copy(backlog_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  backlog_.begin() + static_cast<std::ptrdiff_t>(end_), backlog_.begin());
        end_ -= begin_;
        begin_ = 0;
    }

    PortCounters& counters_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::array<Packet*, capacity> backlog_;
};

}  // namespace weir

#include "dataplane/worker/egress.hpp"

namespace weir {

void EgressPort::adopt(const Snapshot& snapshot, Instant now) {
    queues_.adopt(snapshot, now);
    straight_ = !queues_.shapes();
}

Drop EgressPort::queue(Packet& packet) noexcept {
    const Drop drop = queues_.admit(packet);
    if (drop != Drop::none) return drop;
    const std::uint16_t slice = egress_tag(packet).slice;
    if (slice < max_slices) counters_.slices[slice].admitted.add(packet.pkt_len);
    return drop;
}

void EgressPort::fill(Instant now) noexcept {
    if (queues_.empty()) return;
    if (ready_begin_ != 0) {
        const auto from = static_cast<std::ptrdiff_t>(ready_begin_);
        const auto to = static_cast<std::ptrdiff_t>(ready_end_);
        std::copy(ready_.begin() + from, ready_.begin() + to, ready_.begin());
        std::copy(noted_.begin() + from, noted_.begin() + to, noted_.begin());
        ready_end_ -= ready_begin_;
        ready_begin_ = 0;
    }
    while (ready_end_ < burst) {
        const SliceQueues::Next next = queues_.next(now);
        if (next.packet == nullptr) return;
        make_ready(next);
    }
}

void EgressPort::count_departed(std::size_t packets) noexcept {
    std::uint64_t bytes = 0;
    for (const std::size_t end = ready_begin_ + packets; ready_begin_ < end; ++ready_begin_) {
        const Noted& noted = noted_[ready_begin_];
        bytes += noted.length;
        if (noted.slice < max_slices) counters_.slices[noted.slice].departed.add(noted.length);
    }
    counters_.sent.packets.add(packets);
    counters_.sent.bytes.add(bytes);
}

void EgressPort::discard(Drop drop) noexcept {
    Counter& counter = counters_.drops[static_cast<std::size_t>(drop)];
    for (; ready_begin_ < ready_end_; ++ready_begin_) {
        counter.add();
        rte_pktmbuf_free(ready_[ready_begin_]);
    }
    ready_begin_ = ready_end_ = 0;
    queues_.walk([&](Packet& packet, const std::optional<SliceId>&) {
        counter.add();
        rte_pktmbuf_free(&packet);
    });
    queues_.clear();
}

std::size_t EgressPort::held() const noexcept {
    std::size_t n = 0;
    for (std::size_t i = ready_begin_; i < ready_end_; ++i) n += ready_[i] != nullptr;
    queues_.walk([&](const Packet&, const std::optional<SliceId>&) { ++n; });
    return n;
}

}  // namespace weir

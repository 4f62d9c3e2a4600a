#include "dataplane/worker/egress.hpp"

namespace weir {

EgressPort::EgressPort(const SliceQueues::Setup& setup, Instant now)
    : counters_{setup.mine->ports[setup.port]}, queues_{setup, now}, now_{now} {
    counters_.residence = std::make_unique<ResidenceRows>(slice_rows);
}

void EgressPort::adopt(const Snapshot& snapshot, Instant now) {
    queues_.adopt(snapshot, now);
    straight_ = !queues_.shapes();
}

Drop EgressPort::queue(Packet& packet) noexcept {
    // ARP and ND ask again when there is a link; what they ask without one would only pile up.
    const bool vain = !link_up() && egress_tag(packet).slice == control_slice;
    const Drop drop = vain ? Drop::port_down : queues_.admit(packet, now_);
    if (drop == Drop::none)
        row(packet).admitted.add(packet.pkt_len);
    else
        row(packet).refused.add();
    return drop;
}

// What is in the burst has paid, but long ago: buckets are full again since. It pays once more, or
// more than a burst of theirs would leave at once.
void EgressPort::change_link(bool up, Instant now) noexcept {
    room_ = up ? burst : 0;
    if (!up) return;
    queues_.tick(now);
    for (std::size_t i = ready_begin_; i < ready_end_; ++i)
        queues_.pay_again(noted_[i].slice, noted_[i].length);
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
    const std::size_t first = ready_end_;
    while (ready_end_ < burst) {
        const SliceQueues::Next next = queues_.next(now);
        if (next.packet == nullptr) break;
        make_ready(next);
    }
    for (std::size_t i = first; i < ready_end_; ++i)
        noted_[i].queued_at = queues_.queued_at(*ready_[i]);
}

void EgressPort::count_departed(std::size_t packets, Instant now) noexcept {
    std::uint64_t bytes = 0;
    for (const std::size_t end = ready_begin_ + packets; ready_begin_ < end; ++ready_begin_) {
        const Noted& noted = noted_[ready_begin_];
        bytes += noted.length;
        counters_.slices[row_of(noted.slice)].departed.add(noted.length);
        if (noted.queued_at != Instant{}) [[unlikely]]
            (*counters_.residence)[row_of(noted.slice)].record(now - noted.queued_at);
    }
    counters_.sent.packets.add(packets);
    counters_.sent.bytes.add(bytes);
}

void EgressPort::drop_held(Packet& packet, std::size_t row, Drop drop) noexcept {
    counters_.drops[static_cast<std::size_t>(drop)].add();
    counters_.slices[row].dropped.add();
    rte_pktmbuf_free(&packet);
}

void EgressPort::discard(Drop drop) noexcept {
    walk([&](Packet& packet, std::size_t row) { drop_held(packet, row, drop); });
    ready_begin_ = ready_end_ = 0;
    queues_.clear();
}

std::size_t EgressPort::held() const noexcept {
    std::size_t n = 0;
    walk([&](const Packet&, std::size_t) { ++n; });
    return n;
}

}  // namespace weir

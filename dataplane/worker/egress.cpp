#include "dataplane/worker/egress.hpp"

namespace weir {
namespace {

// A worker that looks again only after so long loses nothing of a shaped port's rate; nor, on a
// slow port, after the time of so many bytes, for a worker may share its core.
constexpr Nanos longest_absence{200'000};
constexpr Bytes least_depth{64 << 10};
constexpr Bytes largest_on_wire{9'240};
// Packets one port may queue for its lossy slices: a few milliseconds of a 10 Gb/s line, and never
// so many that other ports find the pool empty.
constexpr std::size_t most_queued = 4'096;

Packet& packet_of(const QueuedPacket& queued) {
    // To qos a number, here the pointer it was made of.
    return *reinterpret_cast<Packet*>(queued.handle);  // NOLINT(performance-no-int-to-ptr)
}

bool shapes(const SnapshotPort& port) {
    return port.rate != unlimited_rate || std::ranges::any_of(port.shares, [](const auto& share) {
               return share.limit != unlimited_rate;
           });
}

}  // namespace

EgressPort::EgressPort(PortCounters& counters, std::size_t packets, Instant now)
    : counters_{counters},
      scheduler_{{.rate = unlimited_rate,
                  .burst = largest_on_wire,
                  .largest = largest_on_wire,
                  .packets = packets},
                 now},
      slices_(max_slices),
      capacity_{std::min(most_queued, packets / 4)} {}

void EgressPort::adopt(const Snapshot& snapshot, PortId id, Instant now) {
    const SnapshotPort& port = snapshot.ports[id];
    straight_ = !shapes(port);
    const Bytes depth = port.rate == unlimited_rate
                            ? largest_on_wire
                            : std::max(port.rate * longest_absence, least_depth) + largest_on_wire;
    scheduler_.set_port(port.rate, depth, now);
    for (std::size_t i = 0; i < snapshot.slices.size(); ++i) {
        const auto position = static_cast<SliceId>(i);
        const SnapshotSlice& slice = snapshot.slices[position];
        const auto slot = static_cast<SliceId>(slice.slot);  // the scheduler knows slots only
        const SliceShare& share = port.shares[position];
        scheduler_.set_slice(slot, {share.guarantee, share.limit, slice.weight}, now);
        Slice& mine = slices_[slice.slot];
        // Other buckets than before: what is held drains from the old ones.
        if (mine.known && mine.bucket_mask + 1U == slice.buckets) continue;
        mine.queues = scheduler_.add_aggregate(scheduler_.add_group(slot), slice.buckets);
        mine.bucket_mask = slice.buckets - 1U;
        mine.known = true;
    }
}

Drop EgressPort::queue(Packet& packet) noexcept {
    const EgressTag tag = egress_tag(packet);
    const std::uint32_t wire = packet.pkt_len + ethernet_overhead;
    const QueuedPacket queued{reinterpret_cast<std::uintptr_t>(&packet), wire,
                              std::max(wire, 256U * packet.nb_segs)};
    if (tag.slice == control_slice)
        return scheduler_.push_control(queued) ? Drop::none : Drop::egress_full;
    if (tag.slice >= max_slices || !slices_[tag.slice].known) return Drop::egress_full;
    Slice& slice = slices_[tag.slice];
    // Dynamic threshold with alpha = 1 (Choudhury, Hahne 1998): a slice may hold as much as is
    // free, so no slice ever takes all of it.
    const std::size_t held = scheduler_.packets();
    if (held + slice.packets >= capacity_)
        return held >= capacity_ ? Drop::egress_full : Drop::slice_full;
    // Fibonacci hashing: neighbouring flow labels part.
    const std::uint32_t bucket = (tag.flow * 0x9e3779b1U >> 16U) & slice.bucket_mask;
    if (!scheduler_.push(scheduler_.queue(slice.queues, bucket), queued)) return Drop::egress_full;
    ++slice.packets;
    count_admitted(packet);
    Counter& high = counters_.slices[tag.slice].high_packets;
    if (slice.packets > high.read()) high.add(slice.packets - high.read());
    return Drop::none;
}

void EgressPort::fill(Instant now) noexcept {
    if (scheduler_.empty()) return;
    if (ready_begin_ != 0) {
        std::copy(ready_.begin() + static_cast<std::ptrdiff_t>(ready_begin_),
                  ready_.begin() + static_cast<std::ptrdiff_t>(ready_end_), ready_.begin());
        ready_end_ -= ready_begin_;
        ready_begin_ = 0;
    }
    while (ready_end_ < burst) {
        const auto departure = scheduler_.pop(now);
        if (!departure) return;
        ready_[ready_end_++] = &packet_of(departure->packet);
        if (!departure->control) --slices_[index(departure->slice)].packets;
    }
}

void EgressPort::note(std::span<Packet* const> packets) noexcept {
    for (std::size_t i = 0; i < packets.size(); ++i)
        noted_[i] = {packets[i]->pkt_len, egress_tag(*packets[i]).slice};
}

void EgressPort::count_admitted(const Packet& packet) noexcept {
    const std::uint16_t slice = egress_tag(packet).slice;
    if (slice < max_slices) counters_.slices[slice].admitted.add(packet.pkt_len);
}

void EgressPort::count_departed(std::size_t packets) noexcept {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < packets; ++i) {
        bytes += noted_[i].length;
        if (noted_[i].slice < max_slices)
            counters_.slices[noted_[i].slice].departed.add(noted_[i].length);
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
    scheduler_.walk([&](const QueuedPacket& queued, const std::optional<SliceId>&) {
        counter.add();
        rte_pktmbuf_free(&packet_of(queued));
    });
    scheduler_.clear();
}

std::size_t EgressPort::held() const noexcept {
    std::size_t n = 0;
    for (std::size_t i = ready_begin_; i < ready_end_; ++i) n += ready_[i] != nullptr;
    scheduler_.walk([&](const QueuedPacket& queued, const std::optional<SliceId>&) {
        n += queued.handle != 0;
    });
    return n;
}

}  // namespace weir

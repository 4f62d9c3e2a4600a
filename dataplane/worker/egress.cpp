#include "dataplane/worker/egress.hpp"

#include <bit>

#include "dataplane/wire/congestion.hpp"
#include "qos/buffer.hpp"

namespace weir {
namespace {

// A worker that looks again only after so long loses nothing of a shaped port's rate; nor, on a
// slow port, after the time of so many bytes, for a worker may share its core.
constexpr Nanos longest_absence{200'000};
constexpr Bytes least_depth{64 << 10};
constexpr Bytes largest_on_wire{9'240};
// What one port may queue for its lossy slices: a few milliseconds of a 10 Gb/s line, and never so
// much that other ports find the pool empty.
constexpr Bytes most_queued{4 << 20};

Bytes lossy_buffer(std::size_t packets) {
    return std::min(most_queued, Bytes{piece_charge.count() * packets / 4});
}

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
      lossy_{lossy_buffer(packets)} {}

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
        const SliceShare& share = port.shares[position];
        scheduler_.set_slice(static_cast<SliceId>(slice.slot),
                             {share.guarantee, share.limit, slice.weight}, now);
        adopt(slice);
    }
    fallback_ = snapshot.slices[SliceId{0}].slot;
}

void EgressPort::adopt(const SnapshotSlice& slice) {
    const auto slot = static_cast<SliceId>(slice.slot);  // the scheduler knows slots only
    Slice& mine = slices_[slice.slot];
    mine.marking = slice.ecn ? EcnMarking{slice.ecn->min, slice.ecn->max} : EcnMarking{};
    std::optional<AggregateId>& queues =
        mine.made.at(static_cast<std::size_t>(std::bit_width(slice.buckets) - 1));
    if (!queues) queues = scheduler_.add_aggregate(scheduler_.add_group(slot), slice.buckets);
    mine.wanted = {*queues, slice.buckets - 1U};
    mine.known = true;
}

Drop EgressPort::queue(Packet& packet) noexcept {
    EgressTag tag = egress_tag(packet);
    const std::uint32_t wire = packet.pkt_len + ethernet_overhead;
    const Bytes charge = charge_of(Bytes{wire}, packet.nb_segs);
    const QueuedPacket queued{reinterpret_cast<std::uintptr_t>(&packet), wire,
                              static_cast<std::uint32_t>(charge.count())};
    if (tag.slice == control_slice)
        return scheduler_.push_control(queued) ? Drop::none : Drop::egress_full;
    // The worker that sent it may have adopted a reload that brings its slice; this one has not.
    if (tag.slice >= max_slices || !slices_[tag.slice].known) {
        tag.slice = fallback_;
        set_egress_tag(packet, tag);
    }
    Slice& slice = slices_[tag.slice];
    // Not before: a flow would overtake itself in another bucket.
    if (slice.packets == 0) slice.buckets = slice.wanted;
    if (!lossy_.admit(slice.charge, charge))
        return charge > lossy_.room() ? Drop::egress_full : Drop::slice_full;
    // Fibonacci hashing: neighbouring flow labels part.
    const std::uint32_t bucket = (tag.flow * 0x9e3779b1U >> 16U) & slice.buckets.mask;
    if (!scheduler_.push(scheduler_.queue(slice.buckets.queues, bucket), queued)) {
        lossy_.depart(charge);
        return Drop::egress_full;
    }
    mark(slice, tag.slice, packet);
    ++slice.packets;
    slice.charge += charge;
    count_admitted(packet);
    Counter& high = counters_.slices[tag.slice].high_packets;
    if (slice.packets > high.read()) high.add(slice.packets - high.read());
    return Drop::none;
}

// By the queue it finds.
void EgressPort::mark(Slice& slice, std::uint16_t slot, Packet& packet) noexcept {
    if (!slice.marking.begins(slice.charge)) [[likely]]
        return;
    const auto codepoint = static_cast<EcnCodepoint>(ecn_of_frame(bytes(packet)));
    if (!slice.marking.mark(slice.charge, codepoint)) return;
    mark_congestion(bytes(packet));
    counters_.slices[slot].marked.add();
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
        if (departure->control) continue;
        const Bytes charge{departure->packet.charge};
        Slice& slice = slices_[index(departure->slice)];
        --slice.packets;
        slice.charge -= charge;
        lossy_.depart(charge);
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
    lossy_.depart(lossy_.held());
    for (Slice& slice : slices_) {
        slice.packets = 0;
        slice.charge = Bytes{0};
    }
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

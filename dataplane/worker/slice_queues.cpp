#include "dataplane/worker/slice_queues.hpp"

#include <algorithm>
#include <bit>

#include "dataplane/wire/congestion.hpp"

namespace weir {
namespace {

// A worker that looks again only after so long loses nothing of a shaped port's rate; nor, on a
// slow port, after the time of so many bytes, for a worker may share its core.
constexpr Nanos longest_absence{200'000};
constexpr Bytes least_depth{64 << 10};
constexpr Bytes largest_on_wire{9'240};

bool shapes(const SnapshotPort& port) {
    return port.rate != unlimited_rate || std::ranges::any_of(port.shares, [](const auto& share) {
               return share.limit != unlimited_rate;
           });
}

}  // namespace

SliceQueues::SliceQueues(const Setup& setup, Instant now)
    : setup_{setup},
      scheduler_{{.rate = unlimited_rate,
                  .burst = largest_on_wire,
                  .largest = largest_on_wire,
                  .packets = setup.packets},
                 now},
      slices_(max_slices),
      lossy_{Bytes{0}} {}

void SliceQueues::adopt(const Snapshot& snapshot, Instant now) {
    const SnapshotPort& port = snapshot.ports[setup_.port];
    shapes_ = weir::shapes(port);
    const Bytes depth = port.rate == unlimited_rate
                            ? largest_on_wire
                            : std::max(port.rate * longest_absence, least_depth) + largest_on_wire;
    rate_ = port.rate;
    scheduler_.set_port(port.rate, depth, now);
    lossy_.set(port.lossy_out, 0);
    for (std::size_t i = 0; i < snapshot.slices.size(); ++i) {
        const auto position = static_cast<SliceId>(i);
        const SnapshotSlice& slice = snapshot.slices[position];
        const SliceShare& share = port.shares[position];
        // The scheduler knows slots only.
        scheduler_.set_slice(static_cast<SliceId>(slice.slot),
                             {share.guarantee, share.limit, slice.weight}, now);
        adopt(snapshot, position);
    }
    fallback_ = snapshot.slices[SliceId{0}].slot;
}

Bytes SliceQueues::earned(Nanos time) const noexcept {
    constexpr Nanos enough{1'000'000'000};  // for any burst
    if (rate_ == unlimited_rate || time > enough) return Bytes{UINT32_MAX};
    return rate_ * time;
}

void SliceQueues::adopt(const Snapshot& snapshot, SliceId position) {
    const SnapshotSlice& slice = snapshot.slices[position];
    Slice& mine = slices_[slice.slot];
    if (!mine.group) mine.group = scheduler_.add_group(static_cast<SliceId>(slice.slot));
    mine.marking = slice.ecn ? EcnMarking{slice.ecn->min, slice.ecn->max} : EcnMarking{};
    mine.counters = &setup_.mine->ports[setup_.port].slices[slice.slot];
    mine.lossy.slot = slice.slot;
    prepare(mine.lossy, *mine.group, slice.buckets);
    mine.from = IdVector<PortId, Feed*>(snapshot.ports.size());
    for (Feed*& feed : mine.from) feed = &mine.lossy;
    if (!slice.lossless && mine.lossless.empty()) return;
    if (mine.lossless.empty()) {
        mine.lossless = IdVector<PortId, Feed>(snapshot.ports.size());
        for (std::size_t i = 0; i < mine.lossless.size(); ++i)
            feed_from(mine.lossless[static_cast<PortId>(i)], static_cast<PortId>(i), slice.slot);
    }
    for (std::size_t i = 0; i < snapshot.ports.size(); ++i) {
        const auto in = static_cast<PortId>(i);
        Feed& feed = mine.lossless[in];
        feed.buffer = slice.lossless ? snapshot.ports[in].lossless_in[position] : Bytes{0};
        if (feed.buffer == Bytes{0}) continue;
        mine.from[in] = &feed;
        const bool of_hosts = std::ranges::any_of(snapshot.ports[in].pauses, [&](const auto& it) {
            return it && it->slot == slice.slot;
        });
        feed.beyond = of_hosts ? Drop::edge_overrun : Drop::lossless_full;
        prepare(feed, *mine.group, slice.buckets);
    }
}

void SliceQueues::feed_from(Feed& feed, PortId in, std::uint16_t slot) {
    feed.slot = slot;
    feed.mine = &setup_.mine->ports[in].charges[slot];
    for (const Shard* shard : setup_.all)
        if (shard != setup_.mine) feed.others.push_back(&shard->ports[in].charges[slot]);
}

void SliceQueues::prepare(Feed& feed, GroupId group, std::uint16_t buckets) {
    std::optional<AggregateId>& queues =
        feed.made.at(static_cast<std::size_t>(std::bit_width(buckets) - 1));
    if (!queues) {
        queues = scheduler_.add_aggregate(group, buckets);
        feeds_.resize(std::max(feeds_.size(), index(*queues) + 1));
        feeds_[index(*queues)] = &feed;
    }
    feed.wanted = {*queues, buckets - 1U};
}

inline SliceQueues::Place SliceQueues::place_of(Packet& packet) noexcept {
    EgressTag tag = egress_tag(packet);
    // The worker that sent it may have adopted a reload that brings its slice; this one has not.
    if (tag.slice >= max_slices || !slices_[tag.slice].group) {
        tag.slice = fallback_;
        set_egress_tag(packet, tag);
    }
    Slice& slice = slices_[tag.slice];
    return {slice, feed_of(slice, tag.in), queued_of(packet), tag.flow};
}

inline Drop SliceQueues::reserve(const Place& place, Packet& packet) noexcept {
    Feed& feed = place.feed;
    const Bytes charge{place.queued.charge};
    // Not before: a flow would overtake itself in another bucket.
    if (feed.packets == 0) feed.buckets = feed.wanted;
    if (const Drop drop = take(feed, charge); drop != Drop::none) return drop;
    mark(place.slice, feed, packet);
    ++feed.packets;
    feed.charge += charge;
    ++place.slice.packets;
    Counter& high = place.slice.counters->high_packets;
    if (place.slice.packets > high.read()) high.add(place.slice.packets - high.read());
    return Drop::none;
}

inline bool SliceQueues::push(const Place& place) noexcept {
    // Fibonacci hashing: neighbouring flow labels part.
    const std::uint32_t bucket = (place.flow * 0x9e3779b1U >> 16U) & place.feed.buckets.mask;
    return scheduler_.push(scheduler_.queue(place.feed.buckets.queues, bucket), place.queued);
}

inline void SliceQueues::let_go(const Place& place) noexcept {
    const Bytes charge{place.queued.charge};
    --place.feed.packets;
    place.feed.charge -= charge;
    --place.slice.packets;
    give(place.feed, charge);
}

Drop SliceQueues::admit(Packet& packet, Instant now) noexcept {
    set_queued_at(packet, now);
    if (egress_tag(packet).slice == control_slice) [[unlikely]]
        return scheduler_.push_control(queued_of(packet)) ? Drop::none : Drop::egress_full;
    const Place place = place_of(packet);
    if (const Drop drop = reserve(place, packet); drop != Drop::none) return drop;
    if (push(place)) [[likely]]
        return Drop::none;
    let_go(place);
    return Drop::egress_full;
}

Drop SliceQueues::reserve(Packet& packet) noexcept {
    const Place place = place_of(packet);
    const Drop drop = reserve(place, packet);
    if (drop == Drop::none) place.feed.waiting += Bytes{place.queued.charge};
    return drop;
}

bool SliceQueues::may_wait(Packet& packet) noexcept {
    const Place place = place_of(packet);
    const Feed& feed = place.feed;
    return feed.mine == nullptr ||
           feed.waiting + Bytes{place.queued.charge} <= Bytes{feed.buffer.count() / 2};
}

Drop SliceQueues::enqueue(Packet& packet) noexcept {
    const Place place = place_of(packet);
    place.feed.waiting -= Bytes{place.queued.charge};
    if (push(place)) return Drop::none;
    let_go(place);
    return Drop::egress_full;
}

void SliceQueues::let_go(Packet& packet) noexcept {
    const Place place = place_of(packet);
    place.feed.waiting -= Bytes{place.queued.charge};
    let_go(place);
}

Drop SliceQueues::take(Feed& feed, Bytes charge) noexcept {
    if (feed.mine == nullptr) {
        if (lossy_.admit(feed.charge, charge)) return Drop::none;
        return charge > lossy_.room() ? Drop::egress_full : Drop::slice_full;
    }
    if (held_of(feed) + charge > feed.buffer) return feed.beyond;
    feed.mine->taken.add(charge.count());
    return Drop::none;
}

void SliceQueues::give(Feed& feed, Bytes charge) noexcept {
    if (feed.mine != nullptr)
        feed.mine->given.add(charge.count());
    else
        lossy_.depart(charge);
}

// Ports of other workers may hold packets of the same slice and port.
Bytes SliceQueues::held_of(const Feed& feed) noexcept {
    return Bytes{feed.mine->taken.read() - feed.mine->given.read()} + charge_held(feed.others);
}

Packet& SliceQueues::ejected(Slice& slice, Feed& feed, const QueuedPacket& queued) noexcept {
    --feed.packets;
    feed.charge -= Bytes{queued.charge};
    --slice.packets;
    give(feed, Bytes{queued.charge});
    return packet_of(queued);
}

// By the queue it finds.
void SliceQueues::mark(Slice& slice, const Feed& feed, Packet& packet) noexcept {
    if (!slice.marking.begins(feed.charge)) [[likely]]
        return;
    const auto codepoint = static_cast<EcnCodepoint>(ecn_of_frame(bytes(packet)));
    if (!slice.marking.mark(feed.charge, codepoint)) return;
    mark_congestion(bytes(packet));
    slice.counters->marked.add();
}

std::uint16_t SliceQueues::departed(const Departures& gone) noexcept {
    Feed& feed = *feeds_[index(gone.aggregate)];
    feed.packets -= gone.packets;
    feed.charge -= Bytes{gone.charge};
    slices_[feed.slot].packets -= gone.packets;
    give(feed, Bytes{gone.charge});
    return feed.slot;
}

void SliceQueues::clear() noexcept {
    scheduler_.clear();
    lossy_.depart(lossy_.held());
    for (Feed* feed : feeds_) {
        if (feed->mine != nullptr) give(*feed, feed->charge);
        feed->packets = 0;
        feed->charge = feed->waiting = Bytes{0};
    }
    for (Slice& slice : slices_) slice.packets = 0;
}

}  // namespace weir

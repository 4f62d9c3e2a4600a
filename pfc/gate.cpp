#include "pfc/gate.hpp"

#include <algorithm>

namespace weir {
namespace {

// Versions go round.
bool newer(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

Gate::Gate(std::uint32_t buckets, Nanos round_trip, Instant now)
    : round_trip_{round_trip}, caps_(buckets) {
    capped_.reserve(buckets);
    changed_.reserve(buckets);
    restart(now);
}

void Gate::restart(Instant now) {
    known_ = xoff_ = false;
    limit_ = settled_ = 0;
    lease_end_ = now;
    expire(never);
    next_mark_ = now;  // before the first packet: the peer counts from there
    next_solicit_ = never;
}

bool Gate::on_state(const SliceRecord& record, Instant now) {
    if (known_ && newer(version_, record.version)) return false;
    known_ = true;
    version_ = record.version;
    limit_ = record.limit;
    settled_ = record.settled;
    xoff_ = record.xoff;
    lease_ = record.lease;
    lease_end_ = now + record.lease;
    if (record.want_mark) next_mark_ = std::min(next_mark_, now);
    return true;
}

void Gate::on_caps(std::uint32_t version, std::span<const FlowCap> caps, Instant now) {
    for (const FlowCap& named : caps) {
        if (named.bucket >= caps_.size()) continue;
        Cap& cap = caps_[named.bucket];
        const bool open = cap.rate == unlimited_rate;
        if (!open && newer(cap.version, version)) continue;
        if (open && named.rate != unlimited_rate) capped_.push_back(named.bucket);
        if (!open && named.rate == unlimited_rate) std::erase(capped_, named.bucket);
        set_cap(named.bucket, named.rate);
        cap.version = version;
        cap.until = now + lease_;
        next_expiry_ = std::min(next_expiry_, cap.until);
    }
}

void Gate::set_cap(std::uint16_t bucket, BitsPerSecond rate) {
    Cap& cap = caps_[bucket];
    if (cap.rate == rate) return;
    cap.rate = rate;
    if (!cap.listed) changed_.push_back(bucket);
    cap.listed = true;
}

void Gate::expire(Instant now) {
    next_expiry_ = never;
    std::erase_if(capped_, [&](std::uint16_t bucket) {
        if (caps_[bucket].until > now) {
            next_expiry_ = std::min(next_expiry_, caps_[bucket].until);
            return false;
        }
        set_cap(bucket, unlimited_rate);
        return true;
    });
}

void Gate::update(std::uint64_t sent, bool blocked, Instant now) noexcept {
    const bool unsettled = !known_ || limit_ == 0 || sent != settled_;
    if (unsettled && next_mark_ == never) next_mark_ = now + pause();
    if (!unsettled && next_mark_ > now) next_mark_ = never;
    if (!blocked)
        next_solicit_ = never;
    else if (next_solicit_ == never)
        next_solicit_ = now + round_trip_;
}

void Gate::marked(Instant now) noexcept { next_mark_ = now + pause(); }

// What is due already is asked for now.
Instant Gate::wake_at(Instant now) const noexcept {
    Instant first = never;
    for (const Instant when : {next_mark_, next_solicit_, next_expiry_, xoff_ ? lease_end_ : never})
        if (when > now) first = std::min(first, when);
    return first;
}

}  // namespace weir

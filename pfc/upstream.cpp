#include "pfc/upstream.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr Nanos remembered{1'000'000'000};  // a slice is used while it was within this time

}  // namespace

Upstream::Upstream(const Terms& terms, Instant now)
    : terms_{terms},
      meter_{terms.buckets, terms.flows},
      pace_{terms.flows.round_trip},
      used_{now + -remembered},
      look_next_{now} {}

void Upstream::set_terms(const Terms& terms, Instant now) {
    // Who is not told any more what leaves would think that it never does.
    if (terms.control != terms_.control) meter_.forget();
    terms_ = terms;
    meter_.set_terms(terms.flows);
    pace_.set_round_trip(terms.flows.round_trip);
    look_next_ = now;
}

void Upstream::restart(Instant now) {
    begun_ = xoff_ = false;
    received_ = lost_ = said_limit_ = seen_ = 0;
    meter_.restart();
    pace_.changed(now);
}

bool Upstream::on_mark(const TotalsRecord& totals, Instant now) {
    if (!begun_) {
        // Only before its first packet does it know that nothing is on the way.
        if (totals.charge != 0) return true;
        begun_ = true;
        received_ = 0;
        pace_.changed(now);
        return true;
    }
    if (totals.charge < received_) return false;
    const std::uint64_t lost = totals.charge - received_;
    if (lost != lost_) pace_.moved(now);
    lost_ = lost;
    used_ = now;
    pace_.in_use(now);
    return true;
}

std::uint64_t Upstream::limit() const noexcept {
    if (!begun_) return 0;
    const std::uint64_t known = received_ + lost_;
    const std::uint64_t buffer = terms_.buffer.count();
    // Where the buffer was made smaller, or strangers fill it, even less than was used already.
    return held_ > buffer + known ? 0 : buffer + known - held_;
}

void Upstream::update(Instant now) {
    if (seen_ != received_) {
        seen_ = received_;
        used_ = now;
    }
    const bool was = xoff_;
    xoff_ = terms_.control == HoldBack::pause &&
            held_ >= (was ? terms_.xon.count() : terms_.xoff.count());
    if (xoff_ != was) pace_.changed(now);
    if (now >= look_next_) look(now);
}

// What need not be looked at for every packet.
void Upstream::look(Instant now) {
    if (limit() != said_limit_) pace_.moved(now);
    if (terms_.control == HoldBack::precise && now >= meter_next_) {
        meter_next_ = now + meter_.look_every();
        if (meter_.look(now)) pace_.changed(now);
    }
    if (in_use(now)) pace_.in_use(now);
    look_next_ = now + (in_use(now) ? pace_.moving() : pace_.used());
}

bool Upstream::in_use(Instant now) const noexcept {
    return xoff_ || held_ != 0 || meter_.active() || now - used_ < remembered;
}

SliceRecord Upstream::state(Instant now) {
    pace_.said(now);
    said_limit_ = limit();
    if (in_use(now)) pace_.in_use(now);
    // Of an xoff or a cap; four messages in a row may be lost.
    const Nanos lease = 5 * pace_.used() + std::chrono::microseconds{1};
    return {.slice = terms_.slice,
            .version = ++version_,
            .xoff = xoff_,
            .want_mark = !begun_,
            .limit = said_limit_,
            .settled = begun_ ? received_ + lost_ : 0,
            .lease = std::chrono::duration_cast<std::chrono::microseconds>(lease)};
}

}  // namespace weir

#include "pfc/upstream.hpp"

#include <algorithm>
#include <utility>

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
    begun_ = xoff_ = settling_ = false;
    received_ = said_limit_ = seen_ = 0;
    lost_ = settled_loss_ = 0;
    meter_.restart();
    pace_.changed(now);
}

bool Upstream::on_mark(const TotalsRecord& totals, Instant now) {
    settle(now);
    // Only before its first packet does it know that nothing is on the way.
    if (!begun_ && totals.charge != 0) return true;
    if (!settling_) {
        settling_ = true;
        put_off_ = false;
        told_ = totals.charge;
        settle_at_ = now + hold_off();
    }
    look_next_ = std::min(look_next_, settle_at_);
    if (!begun_) return true;
    lost_ = missing(totals.charge);
    settled_loss_ = std::min(settled_loss_, lost_);
    used_ = now;
    pace_.in_use(now);
    return lost_ >= 0;
}

// What was sent before the MARK has come by then, or never will.
void Upstream::settle(Instant now) {
    const bool slept = now - std::exchange(awake_, now) > hold_off();
    if (!settling_) return;
    if (slept && !put_off_) {
        // What came meanwhile may lie unread. Once, or who is always late would never settle.
        put_off_ = true;
        settle_at_ = std::max(settle_at_, now + hold_off());
    }
    if (now < settle_at_) return;
    settling_ = false;
    if (begun_) {
        settled_loss_ = std::max(settled_loss_, missing(told_));
        return;
    }
    begun_ = true;
    received_ = 0;
    pace_.changed(now);
}

Nanos Upstream::hold_off() const noexcept {
    return std::max(terms_.flows.round_trip / 8, Nanos{100'000});
}

std::uint64_t Upstream::limit() const noexcept {
    if (!begun_) return 0;
    const std::uint64_t known = settled();
    const std::uint64_t buffer = terms_.buffer.count();
    // Where the buffer was made smaller, or strangers fill it, even less than was used already.
    return held_ > buffer + known ? 0 : buffer + known - held_;
}

void Upstream::update(Instant now) {
    settle(now);
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
    if (settling_) look_next_ = std::min(look_next_, settle_at_);
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
            .settled = begun_ ? settled() : 0,
            .lease = std::chrono::duration_cast<std::chrono::microseconds>(lease)};
}

}  // namespace weir

#pragma once
// Explicit Congestion Notification on the way into a queue (RFC 3168 section 5): between `min` and
// `max` bytes of queue the share of packets that are marked grows from none to all. Which ones is
// decided by error diffusion: each packet adds its share to a debt, and the one that completes a
// whole pays it. So the share is exact after a handful of packets, runs of the same input mark the
// same packets, and there is no generator of random numbers to seed or share.
//
//   Not-ECT        never: the decapsulator must drop what carries CE over a Not-ECT inner header
//                  (RFC 6040 section 4.2). It meets the limit of its queue instead, and its share
//                  is not put on others.
//   ECT(0), ECT(1) alike: RFC 9331 lets a node that is no L4S queue do so, and binds an L4S sender
//                  to answer such marks as RFC 3168 asks (section 4.3).
//   CE             stays; a mark that falls on it is paid, because the flow has been told.
// A packet counts as one, whatever its length (RFC 7141 section 2.2).
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir {

// The two bits of the outer header, as they lie there.
enum class EcnCodepoint : std::uint8_t { not_ect = 0, ect1 = 1, ect0 = 2, ce = 3 };

class EcnMarking {
public:
    // Marks nothing.
    EcnMarking() = default;
    // `min` <= `max`; equal: a step.
    EcnMarking(Bytes min, Bytes max) noexcept { set(min, max); }
    void set(Bytes min, Bytes max) noexcept {
        min_ = min.count();
        span_ = max.count() - min.count();
        debt_ = 0;
    }

    // Whether anything may be marked: `queued` as below.
    bool begins(Bytes queued) const noexcept { return queued.count() >= min_; }
    // True: write CE. `queued`: of the packet's queue, without it.
    bool mark(Bytes queued, EcnCodepoint codepoint) noexcept {
        if (queued.count() < min_ || codepoint == EcnCodepoint::not_ect) return false;
        return owed(queued.count() - min_) && codepoint != EcnCodepoint::ce;
    }

private:
    bool owed(std::uint64_t above) noexcept {
        if (above >= span_) return true;
        if (debt_ < span_ - above) {
            debt_ += above;
            return false;
        }
        debt_ -= span_ - above;
        return true;
    }

    std::uint64_t min_ = UINT64_MAX;
    std::uint64_t span_ = UINT64_MAX;  // max - min
    std::uint64_t debt_ = 0;           // of marks, in 1 / span
};

}  // namespace weir

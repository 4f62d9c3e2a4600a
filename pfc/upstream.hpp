#pragma once
// The receiver's side of a slice from one peer: what it holds of it, what the peer may send in all
// (the limit, the law), and, as courtesy, whether it is to wait as a whole (XOFF) or in which flow
// buckets (caps).
//
//   limit = B - held + R + L     R: charge received since the peer's MARK{0} of this session,
//                                before any drop; L: of what it sent, known lost on the wire
//
// Whatever is on its way fits into B - held, so nothing need ever be dropped. 0 until MARK{0} came:
// what arrives before is held, and in no limit.
//
// L is never too large while no packet comes later than max(RTT / 8, 100 us) after a MARK that was
// sent behind it. For a MARK that says S was sent is heard from both sides. Where it arrives,
// L <= S - R: more than that cannot be lost, and where packets came twice, or from nowhere, L falls
// below 0. That much later, L >= S - R: what was sent before it is there or lost, and what came
// since only makes the bound lower. So while packets flow L may lag behind the loss, by up to a
// ninth of B: credit alone has no such room to spare (400 km, 10 Gb/s, 1 % of packets lost: 9.83
// Gb/s instead of 9.89; a hold-off of a whole RTT: 6.2). MARK{0} is held off alike.
#include <cstdint>
#include <span>

#include "dataplane/base/hold_back.hpp"
#include "dataplane/base/units.hpp"
#include "pfc/flow_meter.hpp"
#include "pfc/message.hpp"
#include "pfc/state_pace.hpp"

namespace weir {

class Upstream {
public:
    struct Terms {
        SliceNumber slice{};
        HoldBack control = HoldBack::precise;
        Bytes buffer;  // B (qos/buffer.hpp), and the two marks of it
        Bytes xoff;
        Bytes xon;
        FlowMeter::Terms flows;
        std::uint32_t buckets = 1;
    };
    Upstream(const Terms& terms, Instant now);

    // In place; what is held stays, and `buckets` as it was.
    void set_terms(const Terms& terms, Instant now);
    // A new session, of either side.
    void restart(Instant now);

    // A packet of the peer came: always first, whatever becomes of it.
    void received(std::uint32_t charge) noexcept { received_ += charge; }
    // It is held, until it has left or was dropped.
    void admitted(std::uint16_t bucket, std::uint32_t charge) noexcept {
        held_ += charge;
        if (terms_.control == HoldBack::precise) meter_.admitted(bucket, charge);
    }
    void departed(std::uint16_t bucket, std::uint32_t charge) noexcept {
        held_ -= charge;
        if (terms_.control == HoldBack::precise) meter_.departed(bucket, charge);
    }
    // MARK. False: it has not sent as much as came; a MARK that was late, or packets came twice.
    bool on_mark(const TotalsRecord& totals, Instant now);
    // SOLICIT.
    void solicited(Instant now) noexcept { pace_.changed(now); }

    // Once a loop, or when wake_at() comes.
    void update(Instant now);
    bool due(Instant now) const noexcept { return pace_.due(now); }
    // STATE, now said.
    SliceRecord state(Instant now);
    std::span<const FlowCap> caps() const noexcept { return meter_.caps(); }
    Instant wake_at() const noexcept { return std::min(pace_.next(), look_next_); }

    Bytes held() const noexcept { return Bytes{held_}; }
    std::uint64_t limit() const noexcept;
    bool xoff() const noexcept { return xoff_; }
    // Charge that did not come, by the last MARK: of wire loss where nothing overtakes; below 0
    // where more came than was sent. And what was received of the session.
    std::int64_t lost() const noexcept { return lost_; }
    std::uint64_t received() const noexcept { return received_; }

private:
    void look(Instant now);
    void settle(Instant now);
    Nanos hold_off() const noexcept;
    std::int64_t missing(std::uint64_t sent) const noexcept {
        return static_cast<std::int64_t>(sent - received_);
    }
    std::uint64_t settled() const noexcept {
        return received_ + static_cast<std::uint64_t>(settled_loss_);
    }
    bool in_use(Instant now) const noexcept;

    Terms terms_;
    FlowMeter meter_;
    StatePace pace_;
    bool begun_ = false;  // MARK{0} came
    bool xoff_ = false;
    std::uint64_t received_ = 0;  // R
    std::int64_t lost_ = 0;
    std::int64_t settled_loss_ = 0;  // L
    bool settling_ = false;          // a MARK that said told_ waits for what it overtook
    std::uint64_t told_ = 0;
    Instant settle_at_;
    Instant awake_;         // the last update() or MARK
    bool put_off_ = false;  // its end was, for we slept
    std::uint64_t held_ = 0;
    std::uint64_t said_limit_ = 0;
    std::uint32_t version_ = 0;
    std::uint64_t seen_ = 0;  // received_, when it was last looked at
    Instant used_;
    Instant look_next_;
    Instant meter_next_;
};

}  // namespace weir

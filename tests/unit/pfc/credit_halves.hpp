#pragma once
// The least that obeys the law of the limit, one half at each end of one slice, for tests of what
// carries it. Charge counts in bytes since the sender's epoch; what a peer's new epoch voids is
// forgotten in on_epoch().
#include <algorithm>
#include <cstdint>

#include "pfc/message.hpp"

namespace weir::test {

// At the sender.
class Gate {
public:
    explicit Gate(SliceNumber slice) : slice_{slice} {}

    void on_epoch() {
        limit_ = 0;
        want_mark_ = true;
    }
    void on_message(const SliceRecord& state) {
        limit_ = state.limit;
        settled_ = state.settled;
        want_mark_ = state.want_mark;
        xoff_ = state.xoff;
    }
    bool mark_due() const { return want_mark_ || settled_ != sent_; }
    TotalsRecord make_message(Instant) const {
        return {.slice = slice_, .packets = packets_, .bytes = sent_, .charge = sent_};
    }
    bool may_send(std::uint64_t charge) const { return sent_ + charge <= limit_; }
    void send(std::uint64_t charge) {
        sent_ += charge;
        ++packets_;
    }
    bool xoff() const { return xoff_; }
    std::uint64_t sent() const { return sent_; }
    std::uint64_t limit() const { return limit_; }

private:
    SliceNumber slice_;
    std::uint64_t sent_ = 0, packets_ = 0, limit_ = 0, settled_ = 0;
    bool want_mark_ = true, xoff_ = false;
};

// At the receiver: limit = B - held + R + L, and 0 until the first MARK of an epoch.
class Upstream {
public:
    Upstream(SliceNumber slice, std::uint64_t buffer) : slice_{slice}, buffer_{buffer} {}

    void on_epoch() {
        received_ = lost_ = 0;
        marked_ = false;
    }
    void on_message(const TotalsRecord& mark) {
        if (!marked_) received_ = 0;
        marked_ = true;
        lost_ = mark.charge - std::min(mark.charge, received_);
    }
    SliceRecord make_message(Instant) {
        return {.slice = slice_,
                .version = ++version_,
                .xoff = held_ > buffer_ / 2,
                .want_mark = !marked_,
                .limit = marked_ ? buffer_ - std::min(buffer_, held_) + received_ + lost_ : 0,
                .settled = received_ + lost_};
    }
    void receive(std::uint64_t charge) {
        held_ += charge;
        if (marked_) received_ += charge;
    }
    void depart(std::uint64_t charge) { held_ -= charge; }
    std::uint64_t held() const { return held_; }
    std::uint64_t received() const { return received_; }

private:
    SliceNumber slice_;
    std::uint64_t buffer_, held_ = 0, received_ = 0, lost_ = 0;
    std::uint32_t version_ = 0;
    bool marked_ = false;
};

}  // namespace weir::test

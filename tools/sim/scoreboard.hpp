#pragma once
// What a sender that retransmits selectively knows of its packets: acknowledged up to `first`, some
// beyond, and which of the others to hold for lost. A packet is lost when one sent `reordering`
// later is acknowledged (1: IRN, Mittal et al., SIGCOMM 2018, section 3.1; 3: TCP). Each
// is repaired once until a timeout, which holds all that is not acknowledged for lost.
#include <algorithm>
#include <cstdint>

#include "tools/sim/sequence_set.hpp"

namespace weir::sim {

class Scoreboard {
public:
    explicit Scoreboard(std::uint64_t reordering) : reordering_{reordering} {}

    std::uint64_t first() const { return first_; }  // not acknowledged
    std::uint64_t next() const { return next_; }    // never sent
    bool lost_any() const { return first_ < lost_below_; }
    // Sent and neither acknowledged nor held for lost: the `pipe` of RFC 6675.
    std::uint64_t in_flight() const {
        return next_ - lost_below_ - acked_above_ + repaired_.size();
    }

    void sent_new() { ++next_; }
    // All below `upto`; returns how many are newly so.
    std::uint64_t acknowledge(std::uint64_t upto) {
        upto = std::min(upto, next_);
        if (upto <= first_) return 0;
        lose_below(upto);
        repaired_.advance(upto);
        const std::uint64_t fresh = upto - first_ - acked_.advance(upto);
        first_ = upto;
        cursor_ = std::max(cursor_, upto);
        return fresh;
    }
    // This one; returns whether it is newly so.
    bool acknowledge_one(std::uint64_t sequence) {
        if (sequence < first_ || sequence >= next_ || !acked_.add(sequence)) return false;
        repaired_.remove(sequence);
        if (sequence >= lost_below_) ++acked_above_;
        if (sequence + 1 > reordering_) lose_below(sequence + 1 - reordering_);
        return true;
    }
    bool to_repair() {
        cursor_ = acked_.first_missing(cursor_);
        return cursor_ < lost_below_;
    }
    // The first that is lost and not repaired, which is sent now. Only if to_repair().
    std::uint64_t repair() {
        repaired_.add(cursor_);
        return cursor_++;
    }
    void timed_out() {
        lose_below(next_);
        repaired_ = {};
        repaired_.advance(first_);
        cursor_ = first_;
    }

private:
    void lose_below(std::uint64_t sequence) {
        if (sequence <= lost_below_) return;
        acked_above_ -= acked_.count(lost_below_, sequence);
        lost_below_ = sequence;
    }

    std::uint64_t reordering_;
    std::uint64_t first_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t lost_below_ = 0;   // what is below it is acknowledged or lost
    std::uint64_t cursor_ = 0;       // what is lost below it has been repaired
    std::uint64_t acked_above_ = 0;  // acknowledged ones, from lost_below_ on
    SequenceSet acked_;
    SequenceSet repaired_;  // and not acknowledged since
};

}  // namespace weir::sim

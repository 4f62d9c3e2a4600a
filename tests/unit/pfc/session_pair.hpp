#pragma once
// Two Sessions one way apart, and time.
#include <gtest/gtest.h>

#include <array>

#include "pfc/session.hpp"

namespace weir::test {

using namespace std::chrono_literals;

inline constexpr std::array session_slices{SliceNumber{10}, SliceNumber{20}};
inline constexpr Epoch left_epoch{0x1111}, right_epoch{0x2222}, third_epoch{0x3333};

inline Session session(Epoch own, Nanos round_trip = 0ns) {
    return Session{{.own = own, .round_trip = round_trip}, session_slices};
}
constexpr Instant at(Nanos t) { return Instant{t}; }

// What is sent arrives unless a test keeps it.
struct Pair {
    Session left = session(left_epoch), right = session(right_epoch);
    Instant now = at(5s);
    Nanos way = 500us;

    MessageHead hello(Session& from) { return from.head(MessageKind::hello, now); }
    Verdict carry(const MessageHead& head, Session& to, SliceNumber slice = {}) {
        now = now + way;
        return to.accept(head, now, slice);
    }
    Verdict send(Session& from, Session& to, MessageKind kind, SliceNumber slice = {}) {
        return carry(from.head(kind, now, slice), to, slice);
    }
    void meet() {
        EXPECT_EQ(send(left, right, MessageKind::hello).refusal, Refusal::unproven);
        EXPECT_TRUE(send(right, left, MessageKind::hello));
        EXPECT_TRUE(send(left, right, MessageKind::hello));
        EXPECT_TRUE(left.up() && right.up());
    }
    void wait(Nanos time) { now = now + time; }
};

}  // namespace weir::test

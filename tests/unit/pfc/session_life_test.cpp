// How a Session lives: silence, round trips, the ends of the clock.
#include "tests/unit/pfc/session_pair.hpp"

namespace weir::test {
namespace {

TEST(SessionLife, GoesDownAfterASecondAndTenUnansweredHellos) {
    Pair pair;
    pair.meet();
    EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::state));
    const Instant heard = pair.now;
    unsigned hellos = 0;
    Instant down{};
    while (pair.left.up() && pair.now < heard + 5s) {
        pair.now = std::max(pair.now, pair.left.wake_at());
        if (pair.left.poll(pair.now).went_down) down = pair.now;
        if (!pair.left.hello_due(pair.now)) continue;
        static_cast<void>(pair.hello(pair.left));
        ++hellos;
    }
    EXPECT_GT(down, heard + 1s);
    EXPECT_LE(down, heard + 1100ms);
    EXPECT_GE(hellos, 10U);
    EXPECT_EQ(pair.left.peer(), right_epoch);
    // The same life goes on, and what was accepted is not accepted again.
    const auto state = pair.right.head(MessageKind::state, pair.now);
    const auto verdict = pair.carry(state, pair.left);
    EXPECT_TRUE(verdict.events.came_up);
    EXPECT_FALSE(verdict.events.peer_restarted);
    EXPECT_EQ(pair.carry(state, pair.left).refusal, Refusal::repeated);
}

TEST(SessionLife, TenRoundTripsOfSilenceIfThatIsMore) {
    Session far = session(left_epoch, 300ms);
    EXPECT_EQ(far.silence_allowed(), 3s);
    EXPECT_EQ(session(left_epoch, 2ms).silence_allowed(), 1s);
}

// A process that was stopped has asked nobody, so it judges nobody.
TEST(SessionLife, AJumpOfTimeTakesNobodyDown) {
    Pair pair;
    pair.meet();
    pair.wait(10s);
    EXPECT_EQ(pair.left.poll(pair.now), SessionEvents{});
    EXPECT_TRUE(pair.left.up());
    EXPECT_TRUE(pair.left.hello_due(pair.now));
    static_cast<void>(pair.hello(pair.left));
    EXPECT_FALSE(pair.left.hello_due(pair.now));  // no burst to catch up
    EXPECT_EQ(pair.left.wake_at(), pair.now + 100ms);
    EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::hello));
}

TEST(SessionLife, AnyAcceptedMessageIsLifeButARefusedOneIsNot) {
    Pair pair;
    pair.meet();
    const auto old = pair.right.head(MessageKind::state, pair.now);
    for (int i = 0; i < 50; ++i) {
        pair.wait(100ms);
        static_cast<void>(pair.hello(pair.left));
        EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::solicit));
        EXPECT_FALSE(pair.left.poll(pair.now).went_down);
    }
    EXPECT_TRUE(pair.carry(old, pair.left));
    unsigned downs = 0;
    for (int i = 0; i < 50; ++i) {
        pair.wait(100ms);
        static_cast<void>(pair.hello(pair.left));
        EXPECT_FALSE(pair.carry(old, pair.left));
        downs += pair.left.poll(pair.now).went_down;
    }
    EXPECT_EQ(downs, 1U);
}

TEST(SessionLife, RoundTripIsOfOneClockWithoutWhatThePeerHeldIt) {
    Pair pair;
    pair.meet();
    pair.way = 2ms;
    const auto asked = pair.left.head(MessageKind::solicit, pair.now);
    EXPECT_TRUE(pair.carry(asked, pair.right));
    pair.wait(37ms);
    EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::state).events.round_trip_changed);
    EXPECT_EQ(pair.left.round_trip().most(), 4ms);
    // Held for longer than the field says: not echoed, and nothing is made of it.
    pair.wait(4'300ms);
    const auto late = pair.right.head(MessageKind::state, pair.now);
    EXPECT_EQ(late.echo_of, 0ns);
    EXPECT_EQ(late.held_for, 0ns);
    EXPECT_FALSE(pair.carry(late, pair.left).events.round_trip_changed);
}

// They wait behind data, on their way and in the peer's queue.
TEST(SessionLife, MarksTimeNothing) {
    Pair pair;
    pair.meet();
    const auto state = pair.left.head(MessageKind::state, pair.now);
    EXPECT_TRUE(pair.carry(state, pair.right));
    pair.wait(100ms);
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::mark, SliceNumber{10}));
    const auto answer = pair.right.head(MessageKind::state, pair.now);
    EXPECT_EQ(answer.echo_of, state.sent_at);
    auto mark = pair.right.head(MessageKind::mark, pair.now, SliceNumber{10});
    pair.wait(100ms);
    EXPECT_FALSE(pair.carry(mark, pair.left, SliceNumber{10}).events.round_trip_changed);
}

TEST(SessionLife, EchoesThatCannotBeAreIgnored) {
    Pair pair;
    pair.meet();
    const Nanos most = pair.left.round_trip().most();
    for (const auto& [echo, held] : {std::pair{Nanos::max(), 0ns},
                                     {Nanos::min(), 0ns},
                                     {-1ns, 0ns},
                                     {1ns, 0ns},
                                     {1ns, Nanos::max()},
                                     {1ns, Nanos::min()},
                                     {5s, Nanos{UINT32_MAX}}}) {
        auto head = pair.right.head(MessageKind::state, pair.now);
        head.echo_of = echo;
        head.held_for = held;
        head.sent_at = echo;
        EXPECT_TRUE(pair.carry(head, pair.left));
        EXPECT_EQ(pair.left.round_trip().most(), most);
        static_cast<void>(pair.left.head(MessageKind::state, pair.now));
    }
}

TEST(SessionLife, LivesAtTheEndOfItsClock) {
    Pair pair;
    pair.now = at(Nanos::max() - 3ms);
    pair.meet();
    for (const Instant now : {never, at(Nanos::max() - 1ns), never, Instant{}, at(Nanos::min())}) {
        EXPECT_TRUE(pair.right.accept(pair.left.head(MessageKind::state, now), now));
        EXPECT_TRUE(pair.right.accept(pair.left.head(MessageKind::hello, now), now));
        static_cast<void>(pair.left.poll(now));
        static_cast<void>(pair.left.wake_at());
    }
}

TEST(SessionLife, CapsChangeOnce) {
    Pair pair;
    pair.meet();
    EXPECT_TRUE(pair.left.on_caps({.mtu = 9000}).caps_changed);
    EXPECT_FALSE(pair.left.on_caps({.mtu = 9000}).caps_changed);
    EXPECT_TRUE(pair.left.on_caps({.mtu = 1500}).caps_changed);
    EXPECT_EQ(pair.left.caps()->mtu, 1500);
}

}  // namespace
}  // namespace weir::test

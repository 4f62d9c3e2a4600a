// Whom a Session believes: handshake, epochs, sequences.
#include "tests/unit/pfc/session_pair.hpp"

namespace weir::test {
namespace {

TEST(Session, ComesUpInThreeHellosWithoutWaitingForTheNextInterval) {
    Pair pair;
    EXPECT_TRUE(pair.left.hello_due(pair.now));
    const auto first = pair.hello(pair.left);
    EXPECT_EQ(first.epoch, left_epoch);
    EXPECT_EQ(first.peer_epoch, Epoch{});
    EXPECT_EQ(first.echo_of, 0ns);
    EXPECT_FALSE(pair.left.hello_due(pair.now));
    EXPECT_EQ(pair.carry(first, pair.right).refusal, Refusal::unproven);
    EXPECT_FALSE(pair.right.up());

    EXPECT_TRUE(pair.right.hello_due(pair.now));  // at once
    const auto second = pair.hello(pair.right);
    EXPECT_EQ(second.peer_epoch, left_epoch);
    EXPECT_EQ(second.echo_of, first.sent_at);
    const auto verdict = pair.carry(second, pair.left);
    EXPECT_TRUE(verdict);
    EXPECT_EQ(verdict.events, (SessionEvents{.came_up = true, .round_trip_changed = true}));
    EXPECT_EQ(pair.left.peer(), right_epoch);
    EXPECT_EQ(pair.left.round_trip().latest(), 1ms);

    EXPECT_TRUE(pair.left.hello_due(pair.now));
    EXPECT_TRUE(pair.carry(pair.hello(pair.left), pair.right).events.came_up);
    EXPECT_EQ(pair.right.peer(), left_epoch);
    for (const auto kind : {MessageKind::state, MessageKind::solicit, MessageKind::probe}) {
        EXPECT_TRUE(pair.send(pair.left, pair.right, kind));
        EXPECT_TRUE(pair.send(pair.right, pair.left, kind));
    }
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::mark, SliceNumber{10}));
}

// Each way to be refused, and that nothing comes of it.
TEST(Session, RefusesWithAReasonOfItsOwn) {
    Pair pair;
    pair.meet();
    const auto state = pair.left.head(MessageKind::state, pair.now);
    const auto changed = [&](auto change) {
        auto head = state;
        change(head);
        return pair.right.accept(head, pair.now).refusal;
    };
    EXPECT_EQ(changed([](auto& h) { h.epoch = Epoch{}; }), Refusal::no_epoch);
    EXPECT_EQ(changed([](auto& h) { h.epoch = third_epoch; }), Refusal::other_epoch);
    EXPECT_EQ(changed([](auto& h) { h.peer_epoch = third_epoch; }), Refusal::not_my_epoch);
    EXPECT_EQ(changed([](auto& h) { h.peer_epoch = Epoch{}; }), Refusal::not_my_epoch);
    EXPECT_EQ(changed([](auto& h) { h.sequence = 0; }), Refusal::repeated);
    EXPECT_EQ(changed([](auto& h) { h.kind = MessageKind::mark; }), Refusal::unknown_slice);
    const auto stranger = [](auto& h) {
        h.kind = MessageKind::hello;
        h.epoch = third_epoch;
    };
    EXPECT_EQ(changed(stranger), Refusal::unproven);
    EXPECT_EQ(changed([](auto&) {}), Refusal::none);
    EXPECT_EQ(changed([](auto&) {}), Refusal::repeated);
    EXPECT_EQ(pair.right.peer(), left_epoch);
    for (int i = 0; i < 7; ++i) EXPECT_FALSE(name(static_cast<Refusal>(i)).empty());
}

TEST(Session, BeforeTheHandshakeOnlyHelloIsHeard) {
    Pair pair;
    for (const auto kind :
         {MessageKind::state, MessageKind::mark, MessageKind::solicit, MessageKind::probe})
        EXPECT_EQ(pair.send(pair.left, pair.right, kind, SliceNumber{10}).refusal,
                  Refusal::other_epoch);
}

TEST(Session, SequencesAreOfEachKindAndOfEachSliceOfAMark) {
    Pair pair;
    pair.meet();
    const auto old = pair.left.head(MessageKind::state, pair.now);
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::state));
    EXPECT_EQ(pair.carry(old, pair.right).refusal, Refusal::repeated);  // overtaken
    const auto ten = pair.left.head(MessageKind::mark, pair.now, SliceNumber{10});
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::mark, SliceNumber{20}));
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::solicit));
    EXPECT_TRUE(pair.carry(ten, pair.right, SliceNumber{10}));
    EXPECT_EQ(pair.carry(ten, pair.right, SliceNumber{10}).refusal, Refusal::repeated);
    EXPECT_EQ(pair.carry(ten, pair.right, SliceNumber{30}).refusal, Refusal::unknown_slice);
    pair.right.add_slice(SliceNumber{30});
    EXPECT_TRUE(pair.carry(ten, pair.right, SliceNumber{30}));
    pair.right.add_slice(SliceNumber{10});  // a reload that changes nothing
    EXPECT_EQ(pair.carry(ten, pair.right, SliceNumber{10}).refusal, Refusal::repeated);
    // The last number there is.
    auto last = pair.left.head(MessageKind::probe, pair.now);
    last.sequence = UINT64_MAX;
    EXPECT_TRUE(pair.carry(last, pair.right));
    EXPECT_EQ(pair.carry(last, pair.right).refusal, Refusal::repeated);
}

TEST(Session, PeerRestartsWhileUp) {
    Pair pair;
    pair.meet();
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::mark, SliceNumber{10}));
    EXPECT_TRUE(pair.right.on_caps({.mtu = 9000}).caps_changed);
    const auto late = pair.left.head(MessageKind::state, pair.now);
    const auto late_hello = pair.hello(pair.left);
    pair.left = session(third_epoch);
    EXPECT_EQ(pair.send(pair.left, pair.right, MessageKind::hello).refusal, Refusal::unproven);
    EXPECT_EQ(pair.right.peer(), left_epoch);
    EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::hello).events.came_up);
    const auto verdict = pair.send(pair.left, pair.right, MessageKind::hello);
    EXPECT_TRUE(verdict);
    EXPECT_TRUE(verdict.events.peer_restarted);
    EXPECT_FALSE(verdict.events.came_up);
    EXPECT_EQ(pair.right.peer(), third_epoch);
    EXPECT_FALSE(pair.right.caps().has_value());
    const auto mark = pair.left.head(MessageKind::mark, pair.now, SliceNumber{10});
    EXPECT_EQ(mark.sequence, 1U);
    EXPECT_TRUE(pair.carry(mark, pair.right, SliceNumber{10}));
    EXPECT_EQ(pair.carry(late, pair.right).refusal, Refusal::other_epoch);
    EXPECT_EQ(pair.carry(late_hello, pair.right).refusal, Refusal::unproven);
    EXPECT_EQ(pair.right.peer(), third_epoch);
}

// The epoch that was left never comes back, though the proof of it is a moment old.
TEST(Session, AProofThatComesAfterItsSuccessorIsNone) {
    Pair pair;
    pair.way = 0ns;  // time stands still all along
    pair.meet();
    const auto asked = pair.hello(pair.right);
    EXPECT_TRUE(pair.carry(asked, pair.left));
    const auto proof_of_old = pair.hello(pair.left);
    pair.left = session(third_epoch);
    EXPECT_EQ(pair.carry(pair.hello(pair.left), pair.right).refusal, Refusal::unproven);
    const auto answer = pair.hello(pair.right);
    EXPECT_TRUE(pair.carry(answer, pair.left));
    const auto proof = pair.hello(pair.left);
    EXPECT_TRUE(pair.carry(proof, pair.right).events.peer_restarted);
    EXPECT_EQ(pair.carry(proof_of_old, pair.right).refusal, Refusal::unproven);
    EXPECT_GT(pair.hello(pair.right).sent_at, asked.sent_at);  // or it would be a proof now
    EXPECT_EQ(pair.carry(proof_of_old, pair.right).refusal, Refusal::unproven);
    EXPECT_EQ(pair.carry(proof, pair.right).refusal, Refusal::repeated);
    EXPECT_EQ(pair.right.peer(), third_epoch);
}

TEST(Session, AProofIsOfTheLastSecondAndToTheNanosecond) {
    for (const auto& [age, off, accepted] : {std::tuple{999ms, 0ns, true},
                                             {1'001ms, 0ns, false},
                                             {10ms, 1ns, false},
                                             {10ms, -1ns, false}}) {
        Pair pair;
        EXPECT_FALSE(pair.send(pair.left, pair.right, MessageKind::hello));
        auto answer = pair.hello(pair.right);
        answer.echo_of += off;
        pair.wait(age - 2 * pair.way);
        EXPECT_EQ(static_cast<bool>(pair.carry(answer, pair.left)), accepted) << age.count();
        EXPECT_EQ(pair.left.up(), accepted);
    }
}

TEST(Session, AProofNamesMyEpoch) {
    Pair pair;
    EXPECT_FALSE(pair.send(pair.left, pair.right, MessageKind::hello));
    auto answer = pair.hello(pair.right);
    answer.peer_epoch = third_epoch;  // as one recorded before I started, at this time of my clock
    EXPECT_EQ(pair.carry(answer, pair.left).refusal, Refusal::unproven);
}

TEST(Session, BothMayDrawTheSameEpoch) {
    Pair pair;
    pair.right = session(left_epoch);
    pair.meet();
    EXPECT_TRUE(pair.send(pair.left, pair.right, MessageKind::state));
    EXPECT_TRUE(pair.send(pair.right, pair.left, MessageKind::state));
}

// Somebody replays HELLOs of earlier lives without pause: neither HELLOs in a flood nor a handshake
// that starves.
TEST(Session, AReplayOfOldHellosKeepsNobodyOut) {
    Pair pair;
    pair.meet();
    MessageHead old{.epoch = Epoch{77}, .sent_at = 1s};
    pair.left = session(third_epoch);
    unsigned hellos = 0;
    bool adopted = false;
    for (const Instant end = pair.now + 1s; pair.now < end; pair.wait(10us)) {
        EXPECT_EQ(pair.right.accept(old, pair.now).refusal, Refusal::unproven);
        if (pair.left.hello_due(pair.now))
            adopted |= static_cast<bool>(pair.right.accept(pair.hello(pair.left), pair.now));
        if (!pair.right.hello_due(pair.now)) continue;
        ++hellos;
        static_cast<void>(pair.left.accept(pair.hello(pair.right), pair.now));
    }
    EXPECT_TRUE(adopted);
    EXPECT_EQ(pair.right.peer(), third_epoch);
    EXPECT_LE(hellos, 35U);
}

}  // namespace
}  // namespace weir::test

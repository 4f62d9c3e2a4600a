// What a MARK settles, where packets are lost, late, doubled and overtaken by it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "pfc/upstream.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr Nanos round_trip = 8ms, hold_off = 1ms;
constexpr std::uint64_t buffer = 100'000;

struct Receiver {
    Receiver() { begin(); }
    void begin() {
        EXPECT_TRUE(upstream.on_mark({}, at));
        pass(hold_off);
    }
    // As a loop that looks often.
    void pass(Nanos time) {
        for (const Instant end = at + time; at < end;)
            upstream.update(at = std::min(end, at + hold_off / 4));
    }
    void arrive(std::uint32_t charge) {  // and leave at once
        upstream.received(charge);
        upstream.admitted(0, charge);
        upstream.departed(0, charge);
    }
    std::uint64_t settled() { return upstream.state(at).settled; }

    Instant at{1s};
    Upstream upstream{
        {.slice = SliceNumber{10},
         .control = HoldBack::credit,
         .buffer = Bytes{buffer},
         .xoff = {},
         .xon = {},
         .flows = {.buffer = {}, .largest = {}, .rate = {}, .round_trip = round_trip}},
        at};
};

TEST(Settlement, AMarkAheadOfItsPacketsSettlesNothingThatStillComes) {
    Receiver it;
    EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(it.upstream.limit(), buffer + static_cast<unsigned>(1'000 * i));
        it.pass(hold_off / 5 - 1ns);
        it.arrive(1'000);
    }
    it.pass(1s);
    EXPECT_EQ(it.upstream.limit(), buffer + 5'000);
}

TEST(Settlement, WhatIsMissingAtTheEndOfTheHoldOffIsLost) {
    Receiver it;
    it.arrive(1'000);
    EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
    EXPECT_EQ(it.upstream.lost(), 4'000);  // told at once, believed later
    it.pass(hold_off - 1ns);
    EXPECT_EQ(it.settled(), 1'000U);
    EXPECT_LE(it.upstream.wake_at(), it.at + 1ns);
    it.pass(1ns);
    EXPECT_EQ(it.settled(), 5'000U);
    EXPECT_EQ(it.upstream.limit(), buffer + 5'000);
    it.upstream.restart(it.at);
    it.pass(1s);
    EXPECT_EQ(it.upstream.limit(), 0U);
    it.begin();
    EXPECT_EQ(it.upstream.limit(), buffer);
}

// A later MARK does not push the end of an earlier one's hold-off away.
TEST(Settlement, ManyMarksSettleAsSoonAsOne) {
    Receiver it;
    for (int i = 0; i < 10; ++i) {
        EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
        it.pass(hold_off / 10);
    }
    EXPECT_EQ(it.settled(), 5'000U);
}

// What came while nobody looked (a process that was stopped, a clock that jumped) may lie unread.
TEST(Settlement, TimeThatWasSleptThroughIsNoHoldOff) {
    Receiver it;
    EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
    it.upstream.update(it.at = it.at + 10s);
    EXPECT_EQ(it.settled(), 0U);
    it.arrive(1'000);
    it.pass(hold_off);
    EXPECT_EQ(it.settled(), 5'000U);
    it.arrive(4'000);  // too late: more than B was handed out, until a MARK says so
    EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
    EXPECT_EQ(it.settled(), 5'000U);
}

TEST(Settlement, WhoAlwaysWakesLateSettlesAllTheSame) {
    Receiver it;
    EXPECT_TRUE(it.upstream.on_mark({.charge = 5'000}, it.at));
    for (int i = 0; i < 2; ++i) it.upstream.update(it.at = it.at + 2 * hold_off);
    EXPECT_EQ(it.settled(), 5'000U);
}

// A network that doubles packets gives no credit for the second, or B would overflow by it.
TEST(Settlement, WhatCameMoreThanItWasSentIsTakenOff) {
    Receiver it;
    for (int i = 0; i < 3; ++i) it.arrive(1'000);
    EXPECT_FALSE(it.upstream.on_mark({.charge = 1'000}, it.at)) << "an event: nothing explains it";
    EXPECT_EQ(it.upstream.lost(), -2'000);
    EXPECT_EQ(it.settled(), 1'000U);
    EXPECT_EQ(it.upstream.limit(), buffer + 1'000);
    it.arrive(1'000);
    EXPECT_EQ(it.upstream.limit(), buffer + 2'000);
}

TEST(Settlement, ASessionBeginsBehindThePacketsOfTheOneBefore) {
    Receiver it;
    it.upstream.restart(it.at);
    EXPECT_TRUE(it.upstream.on_mark({}, it.at));
    it.pass(hold_off - 1ns);
    it.arrive(7'000);  // MARK{0} overtook it
    EXPECT_EQ(it.upstream.limit(), 0U);
    it.pass(1ns);
    EXPECT_EQ(it.upstream.limit(), buffer);
}

struct Event {
    Nanos at;
    std::uint32_t charge = 0;  // 0: a MARK
    std::uint64_t told = 0;
    bool lost = false, doubled = false;
};

// Packets and MARKs every 50 us and every RTT, each up to the hold-off later than the others.
std::vector<Event> any_traffic(unsigned loss, std::uint64_t& sent) {
    std::vector<Event> all;
    for (Nanos now = 0ns; now < 80ms; now += 50us) {
        const Nanos late{*rc::gen::inRange<std::int64_t>(0, hold_off.count())};
        const unsigned dice = *rc::gen::inRange(0U, 1'000U);
        if (now % round_trip == 0ns) all.push_back({.at = now + late, .told = sent});
        const std::uint32_t charge = 256 + dice;
        sent += charge;
        all.push_back({now + (now / round_trip % 2 == 0 ? hold_off - late : 0ns), charge, 0,
                       dice % 100 < loss, dice % 97 == 0});
    }
    std::ranges::stable_sort(all, {}, &Event::at);
    return all;
}

RC_GTEST_PROP(Settlement, IsNeverAheadOfWhatCameOrIsLostAndInTheEndExact, ()) {
    std::uint64_t sent = 0, gone = 0;
    const auto traffic = any_traffic(*rc::gen::inRange(0U, 60U), sent);
    Receiver it;
    const Instant begun = it.at;
    for (const Event& event : traffic)  // what the wire swallows is gone when it is sent
        gone += event.lost ? event.charge : 0;
    for (const Event& event : traffic) {
        it.at = begun + event.at;
        it.upstream.update(it.at);
        if (event.charge == 0)
            static_cast<void>(it.upstream.on_mark({.charge = event.told}, it.at));
        else if (!event.lost)
            it.arrive(event.charge);
        gone += event.lost ? 0 : event.charge;
        RC_ASSERT(it.settled() <= gone);
    }
    for (int i = 0; i < 2; ++i) {
        it.pass(round_trip);
        static_cast<void>(it.upstream.on_mark({.charge = sent}, it.at));
    }
    it.pass(hold_off);
    RC_ASSERT(it.settled() == sent);
    RC_ASSERT(it.upstream.limit() == buffer + sent);
}

}  // namespace
}  // namespace weir

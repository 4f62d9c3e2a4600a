// A message is there while anybody carries it or is about to hear it, and no longer.
#include "tools/sim/message.hpp"

#include <gtest/gtest.h>

#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

TEST(Messages, ANumberIsGivenOutAgainOnlyAfterItsLastCarrier) {
    PacketPool packets;
    Messages messages{packets};
    const auto say = [&](std::uint32_t slice) {
        Message message;
        message.slices.push_back({.slice = SliceNumber{slice}});
        Packet packet;
        packet.kind = PacketKind::message;
        packet.sequence = messages.put(message);
        return packets.make(packet);
    };
    const PacketId first = say(1);
    const std::uint64_t number = packets[first].sequence;
    const Packet read = packets[first];
    const PacketId copy = packets.make(read);  // a line doubled it
    packets.free(first);
    messages.keep(number);  // a router will hear it
    packets.free(copy);
    EXPECT_NE(packets[say(2)].sequence, number);
    EXPECT_EQ(messages[number].slices[0].slice, SliceNumber{1});
    messages.heard(number);
    EXPECT_EQ(packets.messages().live(), 1U);
    EXPECT_EQ(packets[say(3)].sequence, number);
    EXPECT_EQ(messages[number].slices[0].slice, SliceNumber{3});
    // Data carries none.
    packets.free(packets.make(Packet{}));
    EXPECT_EQ(packets.messages().live(), 2U);
}

// On the way at one time are as many after 100 ms as after 10 ms, messages lost or not.
TEST(Messages, TakeNoMoreRoomInALongerRun) {
    Scenario it;
    SliceSetup slice;
    slice.number = SliceNumber{10};
    slice.lossless = true;
    it.slices = {slice};
    it.nodes = {{"r0"}, {"r1"}, {"host", true}, {"sink", true}};
    const std::pair<std::size_t, std::size_t> ends[] = {{0, 1}, {2, 0}, {3, 1}};
    for (const auto& [a, b] : ends) {
        LineSetup line;
        line.a = a;
        line.b = b;
        line.rate = BitsPerSecond{1'000'000'000};
        if (a == 0) line.propagation = Nanos{50'000};
        if (a == 0) line.to_a.messages.loss = line.to_b.messages.loss = 0.3;
        if (a == 3) line.to_a.shaped = BitsPerSecond{300'000'000};
        it.lines.push_back(line);
    }
    TrafficSetup traffic;
    traffic.from = 2;
    traffic.to = 3;
    traffic.rate = BitsPerSecond{1'000'000'000};
    it.traffic = {traffic};
    World world{it};
    world.run_until(Instant{Nanos{10'000'000}});
    const std::size_t most = world.messages_at_once();
    const std::uint64_t said = world.result().messages;
    world.run_until(Instant{Nanos{100'000'000}});
    EXPECT_GT(world.result().messages, 5 * said);
    EXPECT_LE(world.messages_at_once(), most + 4);
    EXPECT_LT(most, 100U);
}

}  // namespace
}  // namespace weir::sim

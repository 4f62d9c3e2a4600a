#include "pfc/envelope.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/pfc/messages.hpp"

namespace weir {
namespace {

using test::Block;
using test::from_hex;

const Envelope envelope{.source = *parse_ipv6("fd00::a"),
                        .destination = *parse_ipv6("fc00:b::fc"),
                        .traffic_class = 0xe0,
                        .label = FlowLabel{0x12345}};

template <class... Write>
Block packet_of(Write... write) {
    Block space(1500);
    MessageWriter writer{body_room(space, 1500), test::plain_head};
    (write(writer), ...);
    const auto packet = wrap_message(space, writer.finish().size(), envelope);
    return {packet.begin(), packet.end()};
}
MessageFault fault_of(const Block& packet, std::uint8_t least = message_hop_limit) {
    return open_message(packet, least).fault;
}

TEST(Envelope, HasTheBytesOfIpv6AndIcmpv6) {
    EXPECT_EQ(test::to_hex(packet_of()),
              test::hex("6e012345 003c 3a ff fd00000000000000000000000000000a"
                        "fc00000b0000000000000000000000fc c8 00 daff" +
                        std::string{test::plain_head_bytes} + test::no_signature));
}

TEST(Envelope, IsTakenApart) {
    const Block packet = packet_of([](MessageWriter& w) { w.add(TotalsRecord{.charge = 5}); });
    const OpenedMessage opened = open_message(packet);
    ASSERT_EQ(opened.fault, MessageFault::none);
    EXPECT_EQ(opened.envelope.source, envelope.source);
    EXPECT_EQ(opened.envelope.destination, envelope.destination);
    EXPECT_EQ(opened.envelope.traffic_class, 0xe0);
    EXPECT_EQ(opened.envelope.label, FlowLabel{0x12345});
    EXPECT_EQ(opened.hop_limit, 255);
    EXPECT_EQ(opened.body.size(), packet.size() - message_body_at);
    EXPECT_EQ(opened.view.head(), test::plain_head);
    EXPECT_EQ(std::get<TotalsRecord>(*opened.view.begin()).charge, 5U);
}

TEST(Envelope, OctetsBehindThePayloadAreNotLookedAt) {
    Block packet = packet_of();
    packet.resize(packet.size() + 6, std::byte{0xff});
    EXPECT_EQ(fault_of(packet), MessageFault::none);
    EXPECT_EQ(open_message(packet).body.size(), shortest_body);
}

TEST(Envelope, RefusesWhatIsNoMessage) {
    const auto with = [packet = packet_of()](std::size_t at, unsigned value) {
        Block changed = packet;
        changed[at] = static_cast<std::byte>(value);
        return changed;
    };
    EXPECT_EQ(fault_of(with(0, 0x45)), MessageFault::not_message);
    EXPECT_EQ(fault_of(with(6, 17)), MessageFault::not_message);
    EXPECT_EQ(fault_of(with(40, 201)), MessageFault::not_message);
    EXPECT_EQ(fault_of(with(41, 1)), MessageFault::not_message);
    EXPECT_EQ(fault_of(with(5, 0x3d)), MessageFault::truncated);  // one octet more than there is
    EXPECT_EQ(fault_of(with(5, 0x3b)), MessageFault::truncated);  // less than any body
    EXPECT_EQ(fault_of(with(5, 3)), MessageFault::not_message);
    EXPECT_EQ(fault_of(with(44, 9)), MessageFault::version);
    EXPECT_EQ(fault_of(with(50, 9)), MessageFault::checksum);
    EXPECT_EQ(fault_of(with(20, 9)), MessageFault::checksum);  // source
    EXPECT_EQ(fault_of(with(30, 9)), MessageFault::checksum);  // destination
    EXPECT_EQ(fault_of(with(7, 254)), MessageFault::hop_limit);
    EXPECT_EQ(fault_of(with(7, 254), 254), MessageFault::none);
    EXPECT_EQ(open_message(with(7, 254), 250).hop_limit, 254);
}

// A packet with a routing header between IPv6 and the message.
Block routed(std::size_t packet_segments_left, unsigned length_units, unsigned next = 58) {
    Block packet = packet_of();
    Block header = from_hex("3a 02 04 00 00 00 0000 fc00000b0000000000000000000000fc");
    header[0] = static_cast<std::byte>(next);
    header[1] = static_cast<std::byte>(length_units);
    header[3] = static_cast<std::byte>(packet_segments_left);
    packet.insert(packet.begin() + 40, header.begin(), header.end());
    packet[6] = std::byte{43};
    packet[5] = static_cast<std::byte>(packet.size() - 40);
    return packet;
}

TEST(Envelope, MayHaveBeenAlongSegments) {
    EXPECT_EQ(fault_of(routed(0, 2)), MessageFault::none);
    EXPECT_EQ(open_message(routed(0, 2)).body.size(), shortest_body);
    EXPECT_EQ(fault_of(routed(1, 2)), MessageFault::not_message);    // not at its end
    EXPECT_EQ(fault_of(routed(0, 200)), MessageFault::not_message);  // past the end
    EXPECT_EQ(fault_of(routed(0, 2, 43)), MessageFault::not_message);
}

TEST(Envelope, IsNeverLongerThanEveryPathTakes) {
    Block space(9000);
    EXPECT_EQ(body_room(space, 9000).size(), longest_body);
    EXPECT_EQ(body_room(space, 1280).data(), space.data() + 44);
    EXPECT_EQ(body_room(space, 576).size(), 576U - 44U);
    EXPECT_TRUE(body_room(space, 43).empty());
    EXPECT_TRUE(body_room(std::span{space}.first(43), 1280).empty());
    const Block full = packet_of([](MessageWriter& w) {
        while (w.add(SliceRecord{})) {
        }
        w.add_flows(SliceNumber{1}, 1, std::vector<FlowCap>(300));
    });
    EXPECT_EQ(full.size(), longest_message_packet);
    EXPECT_EQ(fault_of(full), MessageFault::none);
}

RC_GTEST_PROP(Envelope, AnyBytesAreReadWithinThem, (const std::vector<std::uint8_t>& octets)) {
    fault_of(test::block(octets));
    Block packet = packet_of();
    // The head of a good packet, a tail of any bytes.
    packet.resize(*rc::gen::inRange<std::size_t>(0, packet.size()));
    const Block tail = test::block(octets);
    packet.insert(packet.end(), tail.begin(), tail.end());
    const Block exact(packet);
    fault_of(exact, 0);
}

RC_GTEST_PROP(Envelope, EveryBitFlippedInTransitIsSeen, ()) {
    const Block packet = packet_of([](MessageWriter& w) { w.add(test::any_slice_record()); });
    // From the addresses on: the rest of the header is no part of the checksum.
    const auto at = *rc::gen::inRange<std::size_t>(8, packet.size());
    Block flipped = packet;
    flipped[at] ^= static_cast<std::byte>(1U << *rc::gen::inRange(0U, 8U));
    RC_ASSERT(fault_of(flipped) != MessageFault::none);
}

}  // namespace
}  // namespace weir

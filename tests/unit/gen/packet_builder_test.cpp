#include "tools/gen/packet_builder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "dataplane/wire/ethernet.hpp"

namespace weir {
namespace {

std::vector<std::byte> written(const PacketBuilder& builder, std::size_t which, std::uint32_t flow,
                               std::uint64_t sequence, std::uint64_t time) {
    std::vector<std::byte> out(builder.size(which));
    builder.write(out, which, flow, sequence, time);
    return out;
}

std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(b));
    return text;
}

// The traffic that golden.py describes.
Traffic golden_traffic(int version, const std::string& mode, std::size_t segments) {
    Traffic traffic;
    traffic.source_mac = {{2, 0, 0, 0, 0, 1}};
    traffic.destination_mac = {{2, 0, 0, 0, 0, 2}};
    if (version == 4)
        traffic.addresses = AddressPair<Ipv4Addr>{{{10, 1, 255, 254}}, {{10, 9, 0, 0}}};
    else
        traffic.addresses =
            AddressPair<Ipv6Addr>{*parse_ipv6("2001:db8::"), *parse_ipv6("2001:db8:9::10")};
    const Ipv6Addr all[] = {*parse_ipv6("fd00:1::e"), *parse_ipv6("fd00:2::e"),
                            *parse_ipv6("fd00:3::46")};
    traffic.path = {mode == "red" ? EncapMode::reduced : EncapMode::full,
                    *parse_ipv6("fd00::5"),
                    {all, all + segments}};
    traffic.source_port = 65'530;
    traffic.destination_port = 4791;
    traffic.traffic_class = 0xb8;
    traffic.hop_limit = 61;
    traffic.label = FlowLabel{0xffffe};
    traffic.stream = 77;
    traffic.flows = 9;
    traffic.spread = {.port = true, .source = true, .destination = true, .label = true};
    return traffic;
}

TEST(PacketBuilder, WireBytesAreThoseOfScapy) {
    std::ifstream golden{GOLDEN_FILE};
    ASSERT_TRUE(golden) << GOLDEN_FILE;
    int packets = 0;
    for (std::string line; std::getline(golden, line); ++packets) {
        std::istringstream words{line};
        int version = 0;
        std::string mode, expected;
        std::size_t segments = 0, extra = 0;
        std::uint32_t flow = 0;
        std::uint64_t sequence = 0, time = 0;
        bool checksum = false;
        words >> version >> mode >> segments >> extra >> flow >> sequence >> time >> checksum >>
            expected;
        ASSERT_TRUE(words) << line;
        Traffic traffic = golden_traffic(version, mode, segments);
        if (version == 4 && mode == "plain") traffic.spread.label = false;
        traffic.checksum = checksum;
        const std::uint16_t sizes[] = {
            static_cast<std::uint16_t>(PacketBuilder::least_size(traffic) + extra)};
        const PacketBuilder builder{traffic, sizes};
        ASSERT_EQ(hex(written(builder, 0, flow, sequence, time)), expected)
            << line.substr(0, line.rfind(' '));
    }
    EXPECT_EQ(packets, 169);
}

Traffic any_traffic() {
    Traffic traffic =
        golden_traffic(*rc::gen::element(4, 6), *rc::gen::element<std::string>("red", "full"),
                       *rc::gen::inRange<std::size_t>(0, 4));
    traffic.flows = *rc::gen::element<std::uint32_t>(1, 2, 1000, max_flows);
    traffic.source_port = *rc::gen::element<std::uint16_t>(0, 10'000, 65'535);
    traffic.spread = {*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(),
                      *rc::gen::arbitrary<bool>(),
                      *rc::gen::arbitrary<bool>() && !traffic.path.segments.empty()};
    return traffic;
}

RC_GTEST_PROP(PacketBuilder, EveryPacketIsFoundAgainAndItsChecksumsAreRight, ()) {
    const Traffic traffic = any_traffic();
    const std::uint16_t sizes[] = {static_cast<std::uint16_t>(
        PacketBuilder::least_size(traffic) + *rc::gen::inRange<std::size_t>(0, 9'000))};
    const PacketBuilder builder{traffic, sizes};
    const auto flow = *rc::gen::inRange<std::uint32_t>(0, traffic.flows);
    const auto sequence = *rc::gen::arbitrary<std::uint64_t>();
    const auto time = *rc::gen::arbitrary<std::uint64_t>();
    const auto packet = written(builder, 0, flow, sequence, time);
    const auto found = find_stamp(packet);
    RC_ASSERT(found.has_value());
    RC_ASSERT(found->stamp->stream.host() == traffic.stream);
    RC_ASSERT(found->stamp->flow.host() == flow);
    RC_ASSERT(found->stamp->sequence.host() == sequence);
    RC_ASSERT(found->stamp->time.host() == time);
    RC_ASSERT(checksums_ok(packet, *found));
}

RC_GTEST_PROP(PacketBuilder, OneChangedByteBehindTheHeadersIsNoticed, ()) {
    Traffic traffic = any_traffic();
    traffic.flows = 3;
    const std::uint16_t sizes[] = {
        static_cast<std::uint16_t>(PacketBuilder::least_size(traffic) + 200)};
    const PacketBuilder builder{traffic, sizes};
    auto packet = written(builder, 0, 2, *rc::gen::arbitrary<std::uint64_t>(), 5);
    const std::size_t at = *rc::gen::inRange(builder.stamp_at() + 2, packet.size());
    const auto change = *rc::gen::inRange(1, 256);
    packet[at] ^= static_cast<std::byte>(change);
    const auto found = find_stamp(packet);
    RC_ASSERT(found.has_value());
    RC_ASSERT(!checksums_ok(packet, *found));
}

RC_GTEST_PROP(PacketBuilder, WritesOnlyTheRoomItIsGiven, ()) {
    const Traffic traffic = any_traffic();
    const std::uint16_t sizes[] = {
        static_cast<std::uint16_t>(PacketBuilder::least_size(traffic) + 500)};
    const PacketBuilder builder{traffic, sizes};
    const std::size_t room = *rc::gen::inRange(builder.head_bytes(), std::size_t{sizes[0]});
    const auto whole = written(builder, 0, 0, 3, 4);
    std::vector<std::byte> out(whole.size(), std::byte{0x5a});
    builder.write(std::span{out}.first(room), 0, 0, 3, 4);
    for (std::size_t i = 0; i < out.size(); ++i)
        RC_ASSERT(out[i] == (i < room ? whole[i] : std::byte{0x5a}));
    // What a chain is filled up with.
    for (std::size_t i = builder.head_bytes(); i < whole.size(); ++i)
        RC_ASSERT(builder.bytes(0)[i] == whole[i]);
}

TEST(PacketBuilder, ChecksumThatComesOutAsZeroIsSentAsFfff) {
    Traffic traffic = golden_traffic(6, "full", 0);
    const std::uint16_t sizes[] = {static_cast<std::uint16_t>(PacketBuilder::least_size(traffic))};
    const PacketBuilder builder{traffic, sizes};
    int zeros = 0;
    for (std::uint64_t sequence = 0; sequence < 65'536; ++sequence) {
        const auto packet = written(builder, 0, 0, sequence, 0);
        const auto* udp = reinterpret_cast<const UdpHeader*>(packet.data() + 14 + 40);
        ASSERT_NE(udp->checksum, be16{0});
        if (udp->checksum != be16{0xffff}) continue;
        ++zeros;
        const auto found = find_stamp(packet);
        ASSERT_TRUE(found && checksums_ok(packet, *found));
    }
    EXPECT_GE(zeros, 1);  // the sum passes every value
}

TEST(PacketBuilder, RefusesWhatCanNotBeSent) {
    Traffic traffic = golden_traffic(4, "full", 0);
    EXPECT_EQ(PacketBuilder::least_size(traffic), 64U);
    const std::uint16_t small[] = {63}, fits[] = {64};
    EXPECT_THROW((PacketBuilder{traffic, small}), std::invalid_argument);
    traffic.flows = 0;
    EXPECT_THROW((PacketBuilder{traffic, fits}), std::invalid_argument);
    traffic.flows = max_flows + 1;
    EXPECT_THROW((PacketBuilder{traffic, fits}), std::invalid_argument);
    Traffic ipv6 = golden_traffic(6, "full", 0);
    ipv6.checksum = false;
    const std::uint16_t room[] = {200};
    EXPECT_THROW((PacketBuilder{ipv6, room}), std::invalid_argument);
}

}  // namespace
}  // namespace weir

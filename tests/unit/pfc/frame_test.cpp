#include "pfc/frame.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/pfc/bytes.hpp"

namespace weir {
namespace {

using namespace literals;
using test::Block;
using test::from_hex;

constexpr MacAddr me{{2, 0, 0, 0, 0, 9}};

Block encoded(const PriorityPause& pause) {
    Block out(pfc_frame_bytes);
    encode_pfc(std::span<std::byte, pfc_frame_bytes>{out}, me, pause);
    return out;
}

constexpr const char* two_classes =
    "0180c2000001 020000000009 8808 0101 0088"
    "0000 0000 0000 ffff 0000 0000 0000 0000"
    "0000000000000000000000000000000000000000000000000000";

TEST(PfcFrame, HasTheBytesOfTheStandard) {
    // Priority 3 stops for as long as it can, 7 is released, 1 is not listed: its time stays 0.
    PriorityPause pause{.classes = 0x88, .times = {}};
    pause.times[3] = longest_pause;
    pause.times[1] = Quanta{5};
    EXPECT_EQ(test::to_hex(encoded(pause)), test::hex(two_classes));
}

TEST(PfcFrame, ListsWhatTheLowByteNames) {
    Block frame = from_hex(two_classes);
    frame[16] = std::byte{0xff};  // high byte of the vector
    frame[22] = std::byte{0x12};  // a time of priority 2, which is not listed
    const auto decoded = std::get<PfcFrame>(decode_mac_control(frame));
    EXPECT_EQ(decoded.pause.classes, 0x88);
    EXPECT_EQ(decoded.pause.times[2], Quanta{0});
    EXPECT_EQ(decoded.pause.times[3], longest_pause);
    EXPECT_TRUE(decoded.pause.lists(7));
    EXPECT_EQ(decoded.pause.times[7], Quanta{0});
    EXPECT_FALSE(decoded.pause.lists(0));
    EXPECT_EQ(decoded.source, me);
    EXPECT_EQ(decoded.destination, mac_control_group);
}

TEST(PfcFrame, NeedsAllEightTimesAndNoPadding) {
    const Block frame = from_hex(two_classes);
    for (std::size_t size = 0; size <= frame.size(); ++size) {
        const Block cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
        const MacControl decoded = decode_mac_control(cut);
        EXPECT_EQ(std::holds_alternative<NotMacControl>(decoded), size < 14) << size;
        EXPECT_EQ(std::holds_alternative<TruncatedMacControl>(decoded), size >= 14 && size < 34)
            << size;
        EXPECT_EQ(std::holds_alternative<PfcFrame>(decoded), size >= 34) << size;
    }
}

TEST(PfcFrame, ToAStationIsTheCallersToDecide) {
    Block frame = from_hex(two_classes);
    const Block station = from_hex("020000000007");
    std::ranges::copy(station, frame.begin());
    EXPECT_EQ(std::get<PfcFrame>(decode_mac_control(frame)).destination,
              (MacAddr{{2, 0, 0, 0, 0, 7}}));
}

TEST(PfcFrame, ToAnotherGroupIsNotObeyed) {
    Block frame = from_hex(two_classes);
    frame[5] = std::byte{2};  // slow protocols
    EXPECT_EQ(std::get<OtherMacControl>(decode_mac_control(frame)).opcode, pfc_opcode);
    frame[15] = std::byte{1};
    frame[14] = std::byte{0};
    EXPECT_EQ(std::get<OtherMacControl>(decode_mac_control(frame)).opcode, pause_opcode);
}

TEST(MacControl, TellsPauseFromTheRest) {
    const Block pause = from_hex("0180c2000001 020000000009 8808 0001 1234");
    const auto decoded = std::get<LinkPause>(decode_mac_control(pause));
    EXPECT_EQ(decoded.time, Quanta{0x1234});
    EXPECT_EQ(decoded.source, me);
    EXPECT_EQ(decoded.destination, mac_control_group);
    EXPECT_TRUE(std::holds_alternative<TruncatedMacControl>(
        decode_mac_control(std::span{pause}.first(17))));
    // The opcode as several manuals misprint it.
    Block other = from_hex(two_classes);
    other[14] = std::byte{0x10};
    EXPECT_EQ(std::get<OtherMacControl>(decode_mac_control(other)).opcode, 0x1001);
    // A tagged frame is not MAC control: PFC is never tagged.
    Block tagged = from_hex("0180c2000001 020000000009 8100 e000 8808 0101 0088");
    EXPECT_TRUE(std::holds_alternative<NotMacControl>(decode_mac_control(tagged)));
}

TEST(Quanta, LastAsLongAsTheResearchSays) {
    EXPECT_EQ(pause_time(longest_pause, 100_Gbps), Nanos{335'540});  // 335,539.2
    EXPECT_EQ(pause_time(longest_pause, 400_Gbps), Nanos{83'885});
    EXPECT_EQ(pause_time(longest_pause, 10_Gbps), Nanos{3'355'392});
    EXPECT_EQ(pause_time(Quanta{1}, 10_Gbps), Nanos{52});  // 51.2
    EXPECT_EQ(pause_time(Quanta{0}, 10_Gbps), Nanos{0});
    EXPECT_EQ(pause_time(longest_pause, BitsPerSecond{1}), Nanos{65'535LL * 512'000'000'000});
    EXPECT_EQ(quanta_for(Nanos{51}, 10_Gbps), Quanta{1});
    EXPECT_EQ(quanta_for(Nanos{52}, 10_Gbps), Quanta{2});
    EXPECT_EQ(quanta_for(Nanos{0}, 10_Gbps), Quanta{0});
    EXPECT_EQ(quanta_for(Nanos{-1}, 10_Gbps), Quanta{0});
    EXPECT_EQ(quanta_for(Nanos::max(), unlimited_rate), longest_pause);
    EXPECT_EQ(quanta_for(Nanos{335'540}, 100_Gbps), longest_pause);
}

RC_GTEST_PROP(Quanta, CoverTheTimeAskedForAndLittleMore, (std::uint32_t nanos)) {
    const BitsPerSecond port{*rc::gen::inRange<std::uint64_t>(1'000'000, 1'600'000'000'000)};
    const Quanta quanta = quanta_for(Nanos{nanos}, port);
    const Nanos paused = pause_time(quanta, port);
    if (quanta != longest_pause) RC_ASSERT(paused >= Nanos{nanos});
    if (nanos > 0 && quanta != longest_pause)
        RC_ASSERT(
            pause_time(Quanta{static_cast<std::uint16_t>(static_cast<std::uint16_t>(quanta) - 1)},
                       port) <= Nanos{nanos});
}

RC_GTEST_PROP(PfcFrame, SaysWhatWasSaid,
              (std::uint8_t classes, const std::array<std::uint16_t, 8>& times)) {
    PriorityPause pause{.classes = classes, .times = {}};
    for (std::size_t n = 0; n < priorities; ++n)
        if (pause.lists(n)) pause.times[n] = Quanta{times[n]};
    const Block frame = encoded(pause);
    const auto decoded = std::get<PfcFrame>(decode_mac_control(frame));
    RC_ASSERT(decoded.pause == pause);
    RC_ASSERT(decoded.source == me);
    RC_ASSERT(encoded(decoded.pause) == frame);
}

RC_GTEST_PROP(PfcFrame, IsReadFromAnyBytes, (const std::vector<std::uint8_t>& octets)) {
    Block bytes = from_hex("0180c2000001 020000000009 8808 0101");
    bytes.resize(*rc::gen::element<std::size_t>(0, 12, 14, 16));
    const Block tail = test::block(octets);
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    const Block exact(bytes);
    const MacControl decoded = decode_mac_control(exact);
    if (const auto* pfc = std::get_if<PfcFrame>(&decoded)) {
        RC_ASSERT(exact.size() >= 34U);
        for (std::size_t n = 0; n < priorities; ++n)
            RC_ASSERT(pfc->pause.lists(n) || pfc->pause.times[n] == Quanta{0});
    }
}

}  // namespace
}  // namespace weir

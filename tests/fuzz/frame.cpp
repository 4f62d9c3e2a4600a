// Any bytes as a MAC control frame, in a block of their own size. What is read as PFC obeys the
// standard, and written again says the same.
#include "pfc/frame.hpp"

#include <algorithm>

#include "tests/fuzz/target.hpp"

namespace weir::fuzz {
namespace {

using Frame = std::span<const std::byte>;

void check(Frame frame, const NotMacControl&) {
    require(frame.size() < sizeof(EthernetHeader) || frame[12] != std::byte{0x88} ||
                frame[13] != std::byte{0x08},
            "MAC control was not seen as such");
}
void check(Frame frame, const TruncatedMacControl&) {
    require(frame.size() < 34, "nothing is missing from this frame");
}
void check(Frame frame, const OtherMacControl& other) {
    const bool known = other.opcode == pause_opcode || other.opcode == pfc_opcode;
    require(!known || (frame[0] & std::byte{1}) != std::byte{0}, "an opcode of ours was refused");
}
void check(Frame frame, const LinkPause& pause) {
    require(frame.size() >= 18, "a time that is not there");
    require(pause.destination == mac_control_group || !pause.destination.multicast(),
            "obeyed what was sent to another group");
}
void check(Frame frame, const PfcFrame& pfc) {
    require(frame.size() >= 34, "times that are not there");
    require(pfc.destination == mac_control_group || !pfc.destination.multicast(),
            "obeyed what was sent to another group");
    // By the octets of the standard: the vector's low byte, then eight times.
    require(pfc.pause.classes == std::to_integer<unsigned>(frame[17]), "not the classes it names");
    for (std::size_t n = 0; n < priorities; ++n) {
        const auto high = std::to_integer<unsigned>(frame[18 + 2 * n]);
        const auto low = std::to_integer<unsigned>(frame[19 + 2 * n]);
        require(pfc.pause.times[n] ==
                    Quanta{static_cast<std::uint16_t>(pfc.pause.lists(n) ? high << 8U | low : 0U)},
                "not the time it says");
    }
    std::array<std::byte, pfc_frame_bytes> again{};
    encode_pfc(again, pfc.source, pfc.pause);
    const MacControl decoded = decode_mac_control(again);
    const auto* same = std::get_if<PfcFrame>(&decoded);
    require(same != nullptr && same->pause == pfc.pause && same->source == pfc.source &&
                same->destination == mac_control_group,
            "written again it says something else");
}

// A pause of any length on a port of any rate, both out of the input.
void check_times(Frame frame) {
    if (frame.size() < 26) return;
    const auto* numbers = reinterpret_cast<const be64*>(frame.data());
    const Nanos time{static_cast<std::int64_t>(numbers[0].host())};
    const BitsPerSecond port{std::max<std::uint64_t>(numbers[1].host(), 1)};
    const Quanta quanta = quanta_for(time, port);
    require(quanta == longest_pause || pause_time(quanta, port) >= time, "shorter than asked for");
    require((quanta == Quanta{0}) == (time <= Nanos{0}), "no pause, or one out of nothing");
}

Input with(std::initializer_list<std::uint8_t> octets, std::size_t size) {
    constexpr std::uint8_t head[] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0, 0, 0, 9, 0x88, 0x08};
    Input input(60);
    std::ranges::copy(octets, std::ranges::copy(head, input.begin()).out);
    input.resize(size);
    return input;
}

}  // namespace

std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const std::size_t size :
         {std::size_t{17}, std::size_t{33}, std::size_t{34}, std::size_t{60}})
        all.push_back(with({1, 1, 0, 0x88, 0, 0, 0, 9, 0, 0, 0xff, 0xff}, size));
    all.push_back(
        with({1, 1, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, 60));
    all.push_back(with({0, 1, 0x12, 0x34}, 60));
    all.push_back(with({0, 1}, 16));
    all.push_back(with({0x10, 1, 0, 0xff}, 60));
    Input input = with({1, 1, 0, 0xff}, 60);
    input[5] = 2;  // another group
    all.push_back(input);
    input[0] = 2;  // a station
    all.push_back(input);
    input[12] = 0x81;  // tagged
    all.push_back(input);
    input.resize(14);
    input[12] = 0x88;
    all.push_back(input);
    input.resize(13);
    all.push_back(input);
    // 1 ms and none at 100 Gb/s, for the times.
    Input times(26);
    times[15] = 0xe8;
    times[14] = 0x76;
    times[13] = 0x48;
    times[12] = 0x17;
    all.push_back(times);
    times[6] = 0x42;
    all.push_back(times);
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    const std::vector<std::byte> frame(reinterpret_cast<const std::byte*>(data),
                                       reinterpret_cast<const std::byte*>(data) + size);
    std::visit([&](const auto& it) { fuzz::check(frame, it); }, decode_mac_control(frame));
    fuzz::check_times(frame);
    return 0;
}

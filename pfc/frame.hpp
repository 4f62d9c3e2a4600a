#pragma once
// MAC control frames: priority-based flow control (IEEE 802.1Q-2018 clause 36, born as 802.1Qbb)
// is written and read; PAUSE (802.3 annex 31B) is read, to be counted. They are for the neighbour
// on the link alone: never tagged, never forwarded.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "dataplane/base/units.hpp"
#include "dataplane/wire/ethernet.hpp"

namespace weir {

// Times 512 bit times of the port; as a pause, 0 releases. 65,535 are 335 us at 100 Gb/s.
enum class Quanta : std::uint16_t {};
inline constexpr Quanta longest_pause{0xffff};
inline constexpr std::size_t priorities = 8;  // 802.1p; what PFC calls classes

// How long a pause lasts. Rounded up: who obeys it does not start a part of a nanosecond early.
// `port` is not 0.
Nanos pause_time(Quanta pause, BitsPerSecond port) noexcept;
// The pause that lasts at least `time`: rounded up, at most `longest_pause`; 0 up to a time of 0.
Quanta quanta_for(Nanos time, BitsPerSecond port) noexcept;

inline constexpr std::uint16_t pause_opcode = 0x0001, pfc_opcode = 0x0101;
inline constexpr MacAddr mac_control_group{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x01}};

// As it lies on the wire, without FCS: the shortest Ethernet frame.
struct PfcLayout {
    EthernetHeader ethernet;
    be16 opcode;
    be16 classes;  // class-enable vector: bit n says that times[n] counts; the high byte is 0
    std::array<be16, priorities> times;
    std::array<std::byte, 26> padding;
};
inline constexpr std::size_t pfc_frame_bytes = 60;
static_assert(sizeof(PfcLayout) == pfc_frame_bytes && WireHeader<PfcLayout>);

// What a PFC frame says. Priorities that it does not list are left as they are.
struct PriorityPause {
    std::uint8_t classes = 0;                // bit n: priority n is listed
    std::array<Quanta, priorities> times{};  // 0 where not listed
    bool lists(std::size_t priority) const { return (classes >> priority & 1U) != 0; }
    bool operator==(const PriorityPause&) const = default;
};

// Times that are not listed are written as 0.
void encode_pfc(std::span<std::byte, pfc_frame_bytes> out, const MacAddr& source,
                const PriorityPause& pause) noexcept;

struct NotMacControl {};        // another EtherType, or too short to have one
struct TruncatedMacControl {};  // ends before what its opcode asks for
struct OtherMacControl {        // another opcode, or to a group that is not MAC control's
    std::uint16_t opcode;
};
struct LinkPause {  // 802.3x: stops all priorities where it is obeyed
    MacAddr destination, source;
    Quanta time;
};
struct PfcFrame {
    // `mac_control_group`, or a station: 802.3 31.4.1 allows its own address. Whether that is this
    // port, the caller knows; a frame for anybody else is not to be obeyed.
    MacAddr destination, source;
    PriorityPause pause;
};
using MacControl =
    std::variant<NotMacControl, TruncatedMacControl, OtherMacControl, LinkPause, PfcFrame>;

// Reads any bytes that start at an Ethernet header. Padding may be missing and is not looked at:
// a driver may have cut it off.
MacControl decode_mac_control(std::span<const std::byte> frame) noexcept;

}  // namespace weir

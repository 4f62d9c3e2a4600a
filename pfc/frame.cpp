#include "pfc/frame.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "dataplane/wire/cursor.hpp"

namespace weir {
namespace {

constexpr std::uint64_t quantum_bits = 512;
constexpr std::uint64_t nanos_a_second = 1'000'000'000;

constexpr std::uint64_t divide_up(unsigned __int128 dividend, std::uint64_t divisor) {
    return static_cast<std::uint64_t>((dividend + divisor - 1) / divisor);
}

PriorityPause read_pause(std::uint16_t vector, const std::array<be16, priorities>& times) {
    PriorityPause pause;
    // The high byte is reserved: a sender that fills it has not named a ninth class.
    pause.classes = static_cast<std::uint8_t>(vector & 0xffU);
    for (std::size_t n = 0; n < priorities; ++n)
        if (pause.lists(n)) pause.times[n] = Quanta{times[n].host()};
    return pause;
}

}  // namespace

Nanos pause_time(Quanta pause, BitsPerSecond port) noexcept {
    assert(port.count() != 0);
    const auto bits = quantum_bits * static_cast<std::uint64_t>(pause);
    return Nanos{static_cast<std::int64_t>(
        divide_up(static_cast<unsigned __int128>(bits) * nanos_a_second, port.count()))};
}

Quanta quanta_for(Nanos time, BitsPerSecond port) noexcept {
    if (time <= Nanos{0}) return Quanta{0};
    // 2^63 ns at 2^64 b/s still fit 128 bits, but not 64 after the division.
    const auto bit_nanos =
        static_cast<unsigned __int128>(time.count()) * static_cast<unsigned __int128>(port.count());
    constexpr auto longest = static_cast<std::uint64_t>(longest_pause);
    constexpr auto quantum = quantum_bits * nanos_a_second;
    if (bit_nanos >= static_cast<unsigned __int128>(longest) * quantum) return longest_pause;
    return Quanta{static_cast<std::uint16_t>(divide_up(bit_nanos, quantum))};
}

void encode_pfc(std::span<std::byte, pfc_frame_bytes> out, const MacAddr& source,
                const PriorityPause& pause) noexcept {
    PfcLayout frame{};
    frame.ethernet = {mac_control_group, source,
                      be16{static_cast<std::uint16_t>(EtherType::mac_control)}};
    frame.opcode = be16{pfc_opcode};
    frame.classes = be16{pause.classes};
    for (std::size_t n = 0; n < priorities; ++n)
        if (pause.lists(n)) frame.times[n] = be16{static_cast<std::uint16_t>(pause.times[n])};
    std::memcpy(out.data(), &frame, sizeof frame);
}

MacControl decode_mac_control(std::span<const std::byte> frame) noexcept {
    Cursor cursor{frame};
    const auto* ethernet = cursor.take<EthernetHeader>();
    if (ethernet == nullptr || ethernet->ether_type() != EtherType::mac_control)
        return NotMacControl{};
    const auto* opcode = cursor.take<be16>();
    if (opcode == nullptr) return TruncatedMacControl{};
    const bool known = opcode->host() == pfc_opcode || opcode->host() == pause_opcode;
    const MacAddr& to = ethernet->destination;
    if (!known || (to.multicast() && to != mac_control_group))
        return OtherMacControl{opcode->host()};
    const auto* first = cursor.take<be16>();  // PAUSE: its time; PFC: the class-enable vector
    if (first == nullptr) return TruncatedMacControl{};
    if (opcode->host() == pause_opcode)
        return LinkPause{to, ethernet->source, Quanta{first->host()}};
    const auto* times = cursor.take<std::array<be16, priorities>>();
    if (times == nullptr) return TruncatedMacControl{};
    return PfcFrame{to, ethernet->source, read_pause(first->host(), *times)};
}

}  // namespace weir

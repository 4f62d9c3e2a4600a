#include "qos/buffer.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

// Bits x nanoseconds per second: rate x time, before it is divided into bytes. 128 bits hold it:
// 2^50 x 2^53 x 256, and in bytes 2^32 isolated buckets of it.
using Work = unsigned __int128;
constexpr std::uint64_t bound = std::uint64_t{1} << 50U;
constexpr std::uint64_t work_of_a_byte = 8'000'000'000;

constexpr std::uint64_t bounded(BitsPerSecond rate) {
    return std::clamp<std::uint64_t>(rate.count(), 1, bound);
}
constexpr std::uint64_t bounded(Nanos time) {
    return static_cast<std::uint64_t>(
        std::clamp<std::int64_t>(time.count(), 0, std::int64_t{bound}));
}
constexpr std::uint64_t bounded(Bytes bytes) { return std::min(bytes.count(), bound); }

constexpr Work up(Work dividend, Work divisor) { return (dividend + divisor - 1) / divisor; }

constexpr Work work(BitsPerSecond rate, Nanos time) { return Work{bounded(rate)} * bounded(time); }
// At `rate`, for as long as `bytes` last at another.
constexpr Work work(BitsPerSecond rate, Bytes bytes, BitsPerSecond other) {
    const Work product = Work{bounded(rate)} * std::min(bounded(bytes), bound >> 8U);
    return std::min(up(product * work_of_a_byte, bounded(other)), Work{1} << 100U);
}
constexpr Work work(Bytes bytes) { return Work{bounded(bytes)} * work_of_a_byte; }

// In charge, bytes.
constexpr Work charge(const ChargeRatio& small, Work arriving) {
    return up(arriving * small.charge, Work{small.wire} * work_of_a_byte);
}
constexpr Bytes to_bytes(Work bytes) {
    return Bytes{static_cast<std::uint64_t>(std::min<Work>(bytes, UINT64_MAX))};
}
constexpr Nanos time_of(Bytes bytes, BitsPerSecond rate) {
    return Nanos{static_cast<std::int64_t>(std::min<Work>(up(work(bytes), bounded(rate)), bound))};
}

constexpr Nanos our_loop = 5us, gathered = 20us, peer_loop = 5us;
constexpr Nanos host_response = 10us, stall = 500us;

// XOFF so far above XON that neither alternates, and the buffer that holds both.
BufferSizes stacked(BufferSizes sizes, Work headroom, Work xon, Work hysteresis) {
    sizes.headroom = to_bytes(headroom);
    sizes.hysteresis = to_bytes(hysteresis);
    sizes.xon = to_bytes(xon);
    sizes.xoff = to_bytes(xon + hysteresis);
    sizes.buffer = to_bytes(headroom + xon + hysteresis);
    sizes.least = to_bytes(headroom + hysteresis);
    return sizes;
}

Work hysteresis_of(BitsPerSecond rate, const ChargeRatio& small, Bytes largest) {
    return std::max<Work>(4 * Work{bounded(largest)}, charge(small, work(rate, 20us)));
}

}  // namespace

Bytes nic_bytes(BitsPerSecond rate, Bytes largest) {
    return to_bytes(
        std::max<Work>(2 * Work{bounded(largest)}, up(work(rate, 10us), work_of_a_byte)));
}

// Times that are bytes of a NIC at some rate go in as bytes: exact, where a time in whole
// nanoseconds would jump up and down as the rate grows.
BufferSizes buffer_sizes(const BufferTerms& terms) {
    const Nanos round_trip{static_cast<std::int64_t>(bounded(terms.round_trip))};
    BufferSizes sizes;
    sizes.message = our_loop + gathered + time_of(terms.nic, terms.reverse_rate);
    sizes.peer = peer_loop + time_of(terms.peer_nic, terms.rate);
    sizes.control = round_trip + sizes.message + sizes.peer + time_of(terms.between, terms.rate);
    sizes.resend = std::max<Nanos>((round_trip + 15ns) / 16, 40us);

    const Work control = work(terms.rate, round_trip + our_loop + gathered + peer_loop) +
                         work(terms.rate, terms.nic, terms.reverse_rate) + work(terms.peer_nic) +
                         work(terms.between);
    const Work two_largest = 2 * Work{bounded(terms.largest)};
    const Work arriving =
        charge(terms.small, control + work(terms.rate, sizes.resend + terms.poll));
    const Work hysteresis = hysteresis_of(terms.rate, terms.small, terms.largest);
    const Work stalled = terms.control == HoldBack::precise
                             ? Work{terms.isolate} * charge(terms.small, control)
                             : Work{0};
    sizes = stacked(sizes, arriving + two_largest, arriving + stalled, hysteresis);
    if (terms.control != HoldBack::credit) return sizes;

    const Nanos states = 4 * std::max<Nanos>((round_trip + 31ns) / 32, 20us);
    sizes.xon = sizes.xoff = sizes.hysteresis = Bytes{0};
    sizes.buffer = to_bytes(charge(terms.small, control + work(terms.rate, states)) + two_largest);
    sizes.least = to_bytes(two_largest);
    return sizes;
}

BufferSizes lan_buffer_sizes(const LanTerms& terms) {
    BufferSizes sizes;
    sizes.message = our_loop + gathered + time_of(terms.nic, terms.rate);
    sizes.peer = host_response;
    sizes.control =
        2 * Nanos{static_cast<std::int64_t>(bounded(terms.cable))} + sizes.message + sizes.peer;
    const Nanos known = 2 * Nanos{static_cast<std::int64_t>(bounded(terms.cable))} + our_loop +
                        gathered + host_response + terms.poll;
    const Work control = work(terms.rate, known) + work(terms.nic);
    const Work two_largest = 2 * Work{bounded(terms.largest)};
    return stacked(sizes, charge(terms.small, control + work(terms.rate, stall)) + two_largest,
                   charge(terms.small, control),
                   hysteresis_of(terms.rate, terms.small, terms.largest));
}

BufferSizes with_buffer(BufferSizes sizes, Bytes buffer) {
    sizes.buffer = std::max(buffer, sizes.least);
    if (sizes.hysteresis == Bytes{0}) return sizes;  // credit
    sizes.xoff = sizes.buffer - sizes.headroom;
    sizes.xon = sizes.xoff - sizes.hysteresis;
    return sizes;
}

}  // namespace weir

#pragma once
// Messages as generators make them, and a writer over a block of its own size.
#include <rapidcheck.h>

#include <chrono>

#include "pfc/codec.hpp"
#include "pfc/rate16.hpp"
#include "tests/unit/pfc/bytes.hpp"

namespace weir::test {

// What the tests below write byte for byte.
inline constexpr MessageHead plain_head{.kind = MessageKind::state,
                                        .key = KeyId{0x0102},
                                        .epoch = Epoch{0x11121314},
                                        .peer_epoch = Epoch{0x21222324},
                                        .sequence = 0x3132333435363738,
                                        .sent_at = Nanos{0x4142434445464748},
                                        .echo_of = Nanos{0x5152535455565758},
                                        .held_for = Nanos{0x61626364}};
inline constexpr const char* plain_head_bytes =
    "01 02 0102 11121314 21222324 3132333435363738 4142434445464748 5152535455565758 61626364";
inline constexpr const char* no_signature = "00000000 00000000 00000000 00000000";

template <class... Write>
Block written(const MessageHead& head, Write... write) {
    Block bytes(longest_body, std::byte{0xee});  // a buffer is never empty
    MessageWriter writer{bytes, head};
    (write(writer), ...);
    const auto body = writer.finish();
    return {body.begin(), body.end()};
}
template <class Record>
Block message_of(const Record& record) {
    return written(plain_head, [&](MessageWriter& writer) { writer.add(record); });
}

template <class T>
T any() {
    return *rc::gen::arbitrary<T>();
}
// Numbers of every size: the small ones are where mistakes hide too.
template <class T>
T any_size() {
    return static_cast<T>(any<T>() >> *rc::gen::inRange(0U, static_cast<unsigned>(8 * sizeof(T))));
}
inline Nanos any_time() {
    return Nanos{static_cast<std::int64_t>(any_size<std::uint64_t>() >> 1U)};
}
inline SliceNumber any_slice() { return SliceNumber{any_size<std::uint32_t>()}; }

inline MessageHead any_head() {
    return {.kind = static_cast<MessageKind>(*rc::gen::inRange(1, 6)),
            .key = KeyId{any<std::uint16_t>()},
            .epoch = Epoch{any<std::uint32_t>()},
            .peer_epoch = Epoch{any<std::uint32_t>()},
            .sequence = any_size<std::uint64_t>(),
            .sent_at = any_time(),
            .echo_of = any_time(),
            .held_for = Nanos{any_size<std::uint32_t>()}};
}
inline SliceRecord any_slice_record() {
    return {.slice = any_slice(),
            .version = any<std::uint32_t>(),
            .xoff = any<bool>(),
            .want_mark = any<bool>(),
            .limit = any_size<std::uint64_t>(),
            .settled = any_size<std::uint64_t>(),
            .lease = std::chrono::microseconds{any_size<std::uint32_t>()}};
}
inline TotalsRecord any_totals() {
    return {.slice = any_slice(),
            .packets = any_size<std::uint64_t>(),
            .bytes = any_size<std::uint64_t>(),
            .charge = any_size<std::uint64_t>()};
}
inline CapsRecord any_caps() {
    return {.modes = any<std::uint8_t>(),
            .buckets = any<std::uint16_t>(),
            .mtu = any<std::uint16_t>(),
            .least_version = any<std::uint8_t>(),
            .most_version = any<std::uint8_t>(),
            .nic = Bytes{any_size<std::uint64_t>()},
            .rate = BitsPerSecond{any_size<std::uint64_t>()}};
}
inline ProbeRecord any_probe() {
    return {.origin = NodeNumber{any<std::uint64_t>()},
            .slice = any_slice(),
            .bucket = any<std::uint16_t>(),
            .id = any<std::uint32_t>(),
            .lowest = NodeNumber{any<std::uint64_t>()},
            .hops = any<std::uint16_t>()};
}
// Rates that 16 bits say exactly.
inline std::vector<FlowCap> any_flow_caps(std::size_t most) {
    std::vector<FlowCap> caps(*rc::gen::inRange<std::size_t>(0, most + 1));
    std::uint32_t some = any<std::uint32_t>();
    for (FlowCap& cap : caps) {
        some = some * 1664525U + 1013904223U;
        cap = {.bucket = static_cast<std::uint16_t>(some),
               .rate = from_rate16(Rate16{static_cast<std::uint16_t>(some >> 16U)})};
    }
    return caps;
}

}  // namespace weir::test

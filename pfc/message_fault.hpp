#pragma once
// Why a message was not believed. The name is the `reason` label of weir_messages_rejected_total,
// the text its help. In the order in which they are asked: what costs least comes first.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// clang-format off
#define WEIR_MESSAGE_FAULTS(X)                                                                      \
    X(none,            "believed")                                                                  \
    X(not_message,     "no IPv6 with ICMPv6 of our type and code in it")                            \
    X(truncated,       "shorter than its headers say, or than a message without records")           \
    X(too_long,        "longer than any message is")                                                \
    X(hop_limit,       "came further than a peer is away")                                          \
    X(version,         "of a version of the protocol that is not ours")                             \
    X(kind,            "of no kind that there is")                                                  \
    X(unauthenticated, "key id 0, and nobody allowed that")                                         \
    X(unknown_key,     "key id that we hold no key for")                                            \
    X(time,            "says a time that no clock shows")                                           \
    X(record_length,   "a record of no length, past the end, or shorter than its type")             \
    X(checksum,        "ICMPv6 checksum is wrong")                                                  \
    X(signature,       "not signed with the key it names")
// clang-format on

enum class MessageFault : std::uint8_t {
#define WEIR_MESSAGE_FAULT_VALUE(name, text) name,
    WEIR_MESSAGE_FAULTS(WEIR_MESSAGE_FAULT_VALUE)
#undef WEIR_MESSAGE_FAULT_VALUE
};

struct MessageFaultText {
    std::string_view name, help;
};
inline constexpr auto message_fault_texts = std::to_array<MessageFaultText>({
#define WEIR_MESSAGE_FAULT_TEXT(name, text) {#name, text},
    WEIR_MESSAGE_FAULTS(WEIR_MESSAGE_FAULT_TEXT)
#undef WEIR_MESSAGE_FAULT_TEXT
});

constexpr std::string_view name_of(MessageFault fault) {
    return message_fault_texts[static_cast<std::size_t>(fault)].name;
}

}  // namespace weir

#pragma once
// Why a packet went no further. Every packet that weir received or made ends as sent, consumed,
// held, or exactly one of these. The name is the `reason` label of weir_drops_total; the text is
// its help.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

// clang-format off
#define WEIR_DROPS(X)                                                                               \
    X(none,                "went on")                                                               \
    X(truncated,           "a header runs past the end of the frame")                               \
    X(not_for_us,          "the destination MAC is not ours")                                       \
    X(ethertype,           "neither IPv4, IPv6 nor ARP")                                            \
    X(vlan,                "802.1Q tag with a VLAN that no port has")                               \
    X(mac_control,         "a MAC control frame (0x8808) that is cut off, tagged, or neither PAUSE nor PFC") \
    X(ipv4_header,         "IPv4 version, header length or total length is wrong")                  \
    X(ipv4_checksum,       "IPv4 header checksum is wrong")                                         \
    X(ipv6_header,         "IPv6 version or payload length is wrong")                               \
    X(martian,             "source or destination address can not appear on a wire")                \
    X(link_local,          "link-local address beyond its link")                                    \
    X(multicast,           "multicast or broadcast that nobody here listens to")                    \
    X(source_check,        "the source does not belong behind this port")                           \
    X(extension_headers,   "too many or unreadable extension headers")                              \
    X(option_unknown,      "an option that we do not know and may not skip (RFC 8200 4.2)")         \
    X(nrp_unknown,         "an NRP that no slice has, and no other will do (S flag)")               \
    X(no_route,            "no route to the destination")                                           \
    X(hop_limit,           "hop limit or TTL ran out")                                              \
    X(packet_too_big,      "larger than the MTU of the way out, encapsulation included")            \
    X(no_room,             "no room in the buffer for the outer header")                            \
    X(policy_down,         "no segment list of the policy can be used")                             \
    X(sid_unknown,         "in our locator but no SID of ours")                                     \
    X(sid_from_outside,    "to a SID of ours from outside the SR domain")                           \
    X(routing_type,        "routing header of another type with segments left")                     \
    X(srh_malformed,       "SRH: Last Entry or Segments Left beyond the list (RFC 8986 S09)")       \
    X(srh_tlv,             "SRH: a TLV runs past the header (RFC 8754 2.1)")                        \
    X(segments_left,       "Segments Left is not 0 at a decapsulating SID (RFC 8986 4.4)")          \
    X(upper_layer,         "upper-layer header not allowed at this SID (RFC 8986 4.1.1)")           \
    X(ecn_conflict,        "outer CE on an inner Not-ECT packet (RFC 6040 4.2)")                    \
    X(neighbor_failed,     "the next hop does not answer ARP or ND")                                \
    X(neighbor_queue_full, "too many packets wait for this next hop already")                       \
    X(punt_rate,           "beyond the rate that may reach the control thread")                     \
    X(punt_full,           "the ring to the control thread is full")                                \
    X(no_listener,         "to an address of ours, but nothing here serves it")                     \
    X(icmp_malformed,      "ICMP, ARP or ND message with a wrong length, checksum or hop limit")    \
    X(handoff_full,        "the ring to the worker that owns the port is full")                     \
    X(port_down,           "ARP or ND of our own, and the way out has no link")                      \
    X(egress_full,         "the port sends slower than packets come")                               \
    X(slice_full,          "its slice sends slower than packets come")                              \
    X(lossless_full,       "beyond the buffer of its lossless slice: its sender is not held back")  \
    X(edge_overrun,        "a host sends on in a priority that was paused: beyond its buffer")       \
    X(watchdog,            "waited for a neighbor that stands still, until the watchdog ended it")   \
    X(device_refused,      "the device can not send such a packet")                                 \
    X(no_buffer,           "no buffer for a packet of our own")                                     \
    X(reconfigured,        "held for something that a reload removed")                              \
    X(stopped,             "still held when weir was stopped")
// clang-format on

enum class Drop : std::uint8_t {
#define WEIR_DROP_VALUE(name, text) name,
    WEIR_DROPS(WEIR_DROP_VALUE)
#undef WEIR_DROP_VALUE
};

struct DropText {
    std::string_view name;
    std::string_view help;
};

inline constexpr auto drop_texts = std::to_array<DropText>({
#define WEIR_DROP_TEXT(name, text) {#name, text},
    WEIR_DROPS(WEIR_DROP_TEXT)
#undef WEIR_DROP_TEXT
});
inline constexpr std::size_t drop_count = drop_texts.size();

// Counted at the port the packet would have left by; all others at the one it came in on.
constexpr bool of_way_out(Drop drop) {
    return drop == Drop::egress_full || drop == Drop::slice_full || drop == Drop::lossless_full ||
           drop == Drop::edge_overrun || drop == Drop::watchdog || drop == Drop::port_down;
}

constexpr std::string_view name(Drop drop) {
    return drop_texts[static_cast<std::size_t>(drop)].name;
}

}  // namespace weir

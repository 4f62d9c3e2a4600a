#pragma once
// IPv4 (RFC 791), IPv6 (RFC 8200), routing headers (RFC 8754), UDP (RFC 768) as they lie on the
// wire.
#include "dataplane/wire/address.hpp"
#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"

namespace weir {

enum class IpProto : std::uint8_t {
    hop_by_hop = 0,
    icmp = 1,
    ipv4 = 4,
    tcp = 6,
    udp = 17,
    ipv6 = 41,
    routing = 43,
    fragment = 44,
    icmpv6 = 58,
    none = 59,
    destination = 60,
    ethernet = 143,
};

enum class Ecn : std::uint8_t { not_ect = 0, ect1 = 1, ect0 = 2, ce = 3 };  // RFC 3168 section 5
enum class FlowLabel : std::uint32_t {};                                    // 20 bits
enum class Dscp : std::uint8_t {};                                          // 6 bits

struct Ipv4Header {
    std::uint8_t version_ihl;
    std::uint8_t tos;
    be16 total_length;
    be16 id;
    be16 fragment;  // flags 3, offset 13
    std::uint8_t ttl;
    IpProto protocol;
    be16 checksum;
    Ipv4Addr source;
    Ipv4Addr destination;
    constexpr unsigned version() const { return version_ihl >> 4U; }
    constexpr std::size_t header_length() const { return (version_ihl & 15U) * std::size_t{4}; }
    constexpr bool dont_fragment() const { return (fragment.host() & 0x4000U) != 0; }
    constexpr bool later_fragment() const { return (fragment.host() & 0x1fffU) != 0; }
};
static_assert(sizeof(Ipv4Header) == 20 && WireHeader<Ipv4Header>);

struct Ipv6Header {
    be32 version_class_label;
    be16 payload_length;
    IpProto next_header;
    std::uint8_t hop_limit;
    Ipv6Addr source;
    Ipv6Addr destination;
    constexpr unsigned version() const { return version_class_label.host() >> 28U; }
    constexpr std::uint8_t traffic_class() const {
        return static_cast<std::uint8_t>(version_class_label.host() >> 20U);
    }
    constexpr FlowLabel flow_label() const {
        return FlowLabel{version_class_label.host() & 0xfffffU};
    }
    void set_traffic_class(std::uint8_t tc) {
        version_class_label = be32{(version_class_label.host() & 0xf00fffffU) |
                                   static_cast<std::uint32_t>(tc) << 20U};
    }
    void set_flow_label(FlowLabel label) {
        version_class_label = be32{(version_class_label.host() & 0xfff00000U) |
                                   (static_cast<std::uint32_t>(label) & 0xfffffU)};
    }
};
static_assert(sizeof(Ipv6Header) == 40 && WireHeader<Ipv6Header>);

// What hop-by-hop, destination and routing headers start with (RFC 8200 section 4).
struct ExtensionHeader {
    IpProto next_header;
    std::uint8_t length_units;  // 8-octet units, the first 8 not counted
    constexpr std::size_t length() const { return (length_units + std::size_t{1}) * 8; }
};
static_assert(sizeof(ExtensionHeader) == 2 && WireHeader<ExtensionHeader>);

struct SegmentRoutingHeader {  // RFC 8754 section 2; the segment list follows
    IpProto next_header;
    std::uint8_t length_units;  // Hdr Ext Len
    std::uint8_t routing_type;
    std::uint8_t segments_left;
    std::uint8_t last_entry;
    std::uint8_t flags;
    be16 tag;
    static constexpr std::uint8_t type = 4;
    constexpr std::size_t length() const { return (length_units + std::size_t{1}) * 8; }
};
static_assert(sizeof(SegmentRoutingHeader) == 8 && WireHeader<SegmentRoutingHeader>);

struct UdpHeader {
    be16 source;
    be16 destination;
    be16 length;
    be16 checksum;
};
static_assert(sizeof(UdpHeader) == 8 && WireHeader<UdpHeader>);

inline constexpr std::uint16_t roce_v2_port = 4791;

}  // namespace weir

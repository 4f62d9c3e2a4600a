#pragma once
// What weir-gen sends, as typed values: the headers of its packets and how they vary by flow.
#include <cstdint>
#include <variant>
#include <vector>

#include "dataplane/wire/address.hpp"
#include "dataplane/wire/ip.hpp"
#include "srv6/policy.hpp"

namespace weir {

template <class Address>
struct AddressPair {
    Address source;
    Address destination;
};

// Which fields tell the flows apart. Addresses count up from the configured one in their low 32
// bits; ports from the configured one, and again from there past 65,535; labels from the configured
// one, leaving out 0.
struct Spread {
    bool port = true;  // UDP source port
    bool source = false;
    bool destination = false;
    bool label = false;  // of the outermost IPv6 header
};

struct SrPath {  // H.Encaps (RFC 8986 section 5)
    EncapMode mode = EncapMode::full;
    Ipv6Addr source{};
    std::vector<Ipv6Addr> segments;  // empty: no outer header
};

inline constexpr std::uint32_t max_flows = 65'536;

struct Traffic {
    MacAddr source_mac{};
    MacAddr destination_mac{};
    std::variant<AddressPair<Ipv4Addr>, AddressPair<Ipv6Addr>> addresses;
    SrPath path;
    std::uint16_t source_port = 10'000;
    std::uint16_t destination_port = 9;  // discard (RFC 863)
    std::uint8_t traffic_class = 0;      // of inner and outer header
    std::uint8_t hop_limit = 64;         // of inner and outer header
    FlowLabel label{1};                  // of the outermost IPv6 header
    bool checksum = true;                // false: UDP checksum 0, IPv4 only
    std::uint16_t stream = 1;
    std::uint32_t flows = 1;  // 1..max_flows
    Spread spread;
};

}  // namespace weir

#pragma once
// One hash per packet, from what names its flow, used for the outer flow label (RFC 8754
// section 5.5: MUST), the choice of a weighted path and ECMP. Inner IPv4/IPv6: addresses, protocol,
// TCP/UDP ports; RoCEv2 (UDP 4791) also the destination queue pair of the BTH. SRv6 in transit:
// outer addresses and flow label only (RFC 8986 section 7). Fragments hash without ports, so that
// all of a packet go one way.
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/wire/ip.hpp"

namespace weir {

// `packet` starts at the IP header, which is known to be whole; whatever lies behind it is checked.
std::uint32_t flow_hash_ipv4(std::span<const std::byte> packet) noexcept;
std::uint32_t flow_hash_ipv6(std::span<const std::byte> packet) noexcept;
// Addresses and flow label only.
std::uint32_t flow_hash_outer(const Ipv6Header& ip) noexcept;

// 20 bits, never 0 (0 means "no label", RFC 6437 section 2).
constexpr FlowLabel flow_label_from(std::uint32_t hash) noexcept {
    const std::uint32_t label = (hash ^ hash >> 20U) & 0xfffffU;
    return FlowLabel{label == 0 ? 1 : label};
}

}  // namespace weir

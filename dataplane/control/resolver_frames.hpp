#pragma once
// The frames of ARP (RFC 826) and Neighbor Discovery (RFC 4861): written whole, read with every
// check the RFCs ask of a receiver. Pure functions over bytes; what a message means is Resolver's.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "dataplane/base/drop.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

template <class Addr>
struct Station {
    MacAddr mac;
    Addr address;
};

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

// A whole Ethernet frame from `sender` to the MAC `to`, padded to 60 bytes.
std::vector<std::byte> arp_frame(ArpOperation operation, const Station<Ipv4Addr>& sender,
                                 const Station<Ipv4Addr>& target, const MacAddr& to);
// Asks who has `target`: the MAC `known` alone (a probe, RFC 4861 section 7.3.3), else its
// solicited-node group.
std::vector<std::byte> solicitation_frame(const Station<Ipv6Addr>& sender, const Ipv6Addr& target,
                                          const std::optional<MacAddr>& known);
// `own` is ours, told to `to` with the flags Router and Override (RFC 4861 section 4.4).
std::vector<std::byte> advertisement_frame(const Station<Ipv6Addr>& own,
                                           const Station<Ipv6Addr>& to, bool solicited);
// ff02::1, where unsolicited advertisements and answers to the unspecified address go.
Station<Ipv6Addr> all_nodes();

// A MAC that one station can have.
constexpr bool is_station(const MacAddr& mac) { return !mac.multicast() && mac != MacAddr{}; }

// The ARP packet at `l3`, or nullptr: too short, not Ethernet and IPv4, or a sender's MAC that no
// station has.
const ArpPacket* read_arp(std::span<const std::byte> frame, std::size_t l3);

struct NeighborNotice {
    const Ipv6Header* ip = nullptr;
    const NeighborMessage* message = nullptr;  // null: an ND message that is not about neighbors
    std::optional<MacAddr> source_mac;         // source link-layer address option
    std::optional<MacAddr> target_mac;         // target link-layer address option
    bool solicitation() const { return message->icmp.type == icmpv6::neighbor_solicitation; }
    bool solicited() const { return (message->icmp.value.host() & 0x40000000U) != 0; }
    bool overrides() const { return (message->icmp.value.host() & 0x20000000U) != 0; }
};
// Fills `notice` from the IPv6 packet at `l3`. truncated: the packet ends beyond the frame;
// icmp_malformed: anything RFC 4861 section 7.1 says to discard silently.
Drop read_neighbor_notice(std::span<const std::byte> frame, std::size_t l3, NeighborNotice& notice);

}  // namespace weir

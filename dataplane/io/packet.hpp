#pragma once
// What weir does to an rte_mbuf, in one place: bytes as a span, room at the front, and the few
// fields that travel with a packet between threads.
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

using Packet = rte_mbuf;

// Why a packet goes to the control thread, and what it must know. Lies in the mbuf's private area
// and is written only on the way there.
enum class Punt : std::uint8_t {
    protocol,  // ARP, ND, or IP to an address of ours (echo)
    error,     // ends in `drop`, and the sender is owed an ICMP error
    resolve,   // whole and ready but for the MACs of its next hop
};
struct PuntInfo {
    Punt punt;
    bool outermost;        // protocol: nothing was decapsulated; only then can it be ND
    std::uint8_t version;  // 4, 6; 0 for ARP: what was parsed, whatever the bytes look like
    Drop drop;             // error
    PortId in;
    PortId out;           // resolve
    TableId table;        // protocol, error: the table the packet was looked up in
    std::uint16_t l3;     // offset of the IP header (protocol, error: outermost; resolve: as sent)
    std::uint32_t value;  // error: pointer, or the MTU of packet_too_big
    NeighborId neighbor;  // resolve: the slot, or no_neighbor: ask for the destination address
};
// What the control thread hands back: a frame ready for `mbuf.port`, or an IP packet of our own
// (behind 14 bytes for the Ethernet header) that takes the ordinary way out of its table from
// steering on.
enum class Inject : std::uint8_t { frame, originate };
struct InjectInfo {
    Inject inject;
    TableId table;  // originate
};
static_assert(sizeof(PuntInfo) <= 32 && sizeof(InjectInfo) <= 32);
inline constexpr std::uint16_t packet_private_bytes = 32;
// DPDK's own headroom, and the data room that takes a 2,048-byte frame behind it.
inline constexpr std::uint16_t packet_headroom = RTE_PKTMBUF_HEADROOM;
inline constexpr std::uint16_t packet_data_room = 2048 + packet_headroom;

// What the owner of a packet's way out must know, where a NIC leaves its hash: it travels in the
// mbuf's first cache line, over rings too.
struct EgressTag {
    std::uint16_t slice;  // slot of its slice, or control_slice
    PortId in;            // it came from there
    std::uint32_t flow;   // hash that chooses its bucket
};
inline constexpr std::uint16_t control_slice = 0xffff;  // ahead of all slices: ARP, ND
// In `slice` of what is handed over without a MAC, to wait for it there; it carries its WaitInfo.
inline constexpr std::uint16_t waits_for_mac = 0x4000;
constexpr bool waits(const EgressTag& tag) {
    return (tag.slice & waits_for_mac) != 0 && tag.slice != control_slice;
}
static_assert(sizeof(EgressTag) == sizeof(rte_mbuf::hash));
inline EgressTag egress_tag(const Packet& packet) {
    EgressTag tag;
    __builtin_memcpy(&tag, &packet.hash, sizeof tag);
    return tag;
}
inline void set_egress_tag(Packet& packet, const EgressTag& tag) {
    __builtin_memcpy(&packet.hash, &tag, sizeof tag);
}

// For packets that come from the cache of another core: all on the way at once.
inline void prefetch_all(std::span<Packet* const> packets) noexcept {
    for (const Packet* packet : packets) rte_prefetch0(packet);
}

// When a packet was queued. Lies in the mbuf's first cache line, beside the EgressTag, where
// devices describe what they received and whoever sends asks only under flags that nobody sets
// here: 48 bits of nanoseconds, which come round after three days.
inline void set_queued_at(Packet& packet, Instant now) {
    const auto ns = static_cast<std::uint64_t>(now.since_start().count());
    packet.packet_type = static_cast<std::uint32_t>(ns);
    packet.vlan_tci_outer = static_cast<std::uint16_t>(ns >> 32U);
}
inline Nanos queued_for(const Packet& packet, Instant now) {
    const std::uint64_t then = std::uint64_t{packet.vlan_tci_outer} << 32U | packet.packet_type;
    const std::uint64_t ns = static_cast<std::uint64_t>(now.since_start().count()) - then;
    return Nanos{static_cast<std::int64_t>(ns << 16U) >> 16};
}

// Of a packet that waits at its way out until its next hop has a MAC. In the private area too.
struct WaitInfo {
    Packet* next;  // in its line
    Ipv6Addr next_hop;
};
static_assert(sizeof(WaitInfo) <= 32);
inline WaitInfo& wait_info(Packet& packet) {
    return *static_cast<WaitInfo*>(rte_mbuf_to_priv(&packet));
}

inline PuntInfo& punt_info(Packet& packet) {
    return *static_cast<PuntInfo*>(rte_mbuf_to_priv(&packet));
}

inline InjectInfo& inject_info(Packet& packet) {
    return *static_cast<InjectInfo*>(rte_mbuf_to_priv(&packet));
}

// The first segment's bytes; all of the packet where it is not a chain.
inline std::span<std::byte> bytes(Packet& packet) {
    return {rte_pktmbuf_mtod(&packet, std::byte*), packet.data_len};
}

}  // namespace weir

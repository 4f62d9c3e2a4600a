#pragma once
// What the stages know about one packet while it is in a batch. Lives on the worker's stack, not in
// the mbuf: a second cache line per packet costs more than all of parse.
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"
#include "dataplane/control/neighbor_table.hpp"
#include "dataplane/control/snapshot.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/wire/ip.hpp"
#include "dataplane/worker/counters.hpp"

namespace weir {

enum class Action : std::uint8_t {
    classify,  // parsed, nothing decided
    endpoint,  // to a SID of ours
    forward,   // look the destination up in `table`
    encap,     // push the headers of `policy`
    send,      // out by `hop`
    punt,      // ARP, ND, or for an address of ours: to the control thread
};

struct Meta {
    std::byte* ip = nullptr;      // outermost IP header (ARP: what follows the Ethernet header)
    std::uint32_t l3_length = 0;  // IP packet bytes, all segments
    std::uint32_t value = 0;      // with a Drop that owes an ICMP error: pointer or MTU
    PortId in{};
    TableId table{};
    std::uint8_t version = 0;  // 4, 6; 0 for ARP
    Action action = Action::classify;
    Drop drop = Drop::none;
    bool hop_spent = false;  // hop limit already decremented on this node, or the packet is ours
    std::uint32_t sid_hash = 0;  // IPv6: of the destination
    SidId sid{};
    PolicyId policy{};
    Marking marking{};
    NextHop hop{};

    Ipv4Header& ipv4() const { return *reinterpret_cast<Ipv4Header*>(ip); }
    Ipv6Header& ipv6() const { return *reinterpret_cast<Ipv6Header*>(ip); }
};

// What a stage may read, and the counters it may write.
struct Context {
    const Snapshot& snapshot;
    const NeighborTable& neighbors;
    Shard& shard;
    Instant now;
};

// The IP packet's bytes in the first segment: headers are read only from here.
inline std::span<std::byte> head(const Packet& packet, const Meta& meta) noexcept {
    const auto* end = static_cast<std::byte*>(packet.buf_addr) + packet.data_off + packet.data_len;
    const auto linear = static_cast<std::size_t>(end - meta.ip);
    return {meta.ip, linear < meta.l3_length ? linear : meta.l3_length};
}

}  // namespace weir

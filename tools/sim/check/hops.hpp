#pragma once
// Where a packet goes from a node: to which of the given nodes, and out of which port.
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/check/network.hpp"

namespace weir::sim {

struct Hop {
    PortId port{};  // out
    std::size_t to = 0;
    std::optional<PortId> in;  // none: other routers lie between
};

struct Hops {
    Way way;
    std::vector<Hop> hops;
    std::optional<PolicyId> policy;  // encapsulates instead
    std::string by;                  // "route fc00:b::/32 of edge-a"
    std::string lost;                // key of a next hop that belongs to no given file
};
// What the node does with a packet to `to` that is routed in `table`.
Hops hops(const Network& network, std::size_t node, TableId table, const Address& to);
// To a neighbour behind a port; `to`: where the packet goes in the end. Nothing: the neighbour is
// of no given file.
std::vector<Hop> hops_to(const Network& network, const Network::Place& from, const Address& via,
                         const Address& to);
std::string text_of(const Address& address);
std::string text_of(const Prefix& prefix);

}  // namespace weir::sim

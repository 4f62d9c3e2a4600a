#pragma once
// What of the traffic on a shared interface is weir's.
#include <vector>

#include "dataplane/wire/address.hpp"

namespace weir {

// A prefix of full length is an address: ARP and neighbour solicitations for it are taken too.
struct Targets {
    std::vector<Ipv4Prefix> ipv4;  // our addresses (/32), steered prefixes, routes
    std::vector<Ipv6Prefix> ipv6;  // our addresses (/128), locator, steered prefixes, routes
};

}  // namespace weir

#pragma once
// What packets of this node come from: node.source with every slice's number in node.slice_bits and
// all that node.source_entropy makes. What is sent back to any of them is for us.
#include <vector>

#include "dataplane/config/config.hpp"

namespace weir {

// Never empty; without slice bits in the source one prefix.
std::vector<Ipv6Prefix> own_sources(const Config& config);

}  // namespace weir

#include "srv6/sid_table.hpp"

namespace weir {

// One slot stays empty even in a table without SIDs: it ends the search.
SidTable::SidTable(const std::vector<std::pair<Ipv6Addr, SidId>>& sids)
    : mask_{std::bit_ceil(2 * sids.size() + 1) - 1}, slots_(mask_ + 1) {
    for (const auto& [address, id] : sids) {
        std::size_t i = hash(address) & mask_;
        while (slots_[i].id != none && slots_[i].address != address) i = (i + 1) & mask_;
        slots_[i] = {address, id};
    }
}

}  // namespace weir

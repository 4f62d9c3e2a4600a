#include "dataplane/control/slice_claim.hpp"

#include <bit>

namespace weir {

SliceClaims::SliceClaims(const Config& config) : SliceClaims{} {
    const auto& order = config.node.classify;
    for (std::size_t i = 0; i < order.size(); ++i)
        ranks_[static_cast<std::size_t>(order[i])] = static_cast<SliceRank>(i);
    for (const SliceConfig& slice : config.slices)
        markings_.push_back(Marking::of(slice.dscp_mode, slice.dscp));
}

// One slot stays empty: it ends the search.
SliceNumbers::SliceNumbers(const IdVector<SliceId, SliceConfig>& slices)
    : slots_(std::bit_ceil(2 * slices.size() + 1)) {
    for (std::size_t i = 0; i < slices.size(); ++i) {
        const auto slice = static_cast<SliceId>(i);
        const SliceNumber number{slices[slice].id};
        std::size_t at = home(number);
        while (slots_[at].used) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = {number, slice, true};
    }
}

}  // namespace weir

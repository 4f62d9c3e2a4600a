#include "dataplane/config/own_sources.hpp"

namespace weir {

std::vector<Ipv6Prefix> own_sources(const Config& config) {
    const NodeConfig& node = config.node;
    const auto length = static_cast<std::uint8_t>(128 - node.source_entropy);
    if (!node.slice_bits || node.slice_bits->field != SliceField::source)
        return {{node.source, length}};
    std::vector<Ipv6Prefix> all;
    for (const SliceConfig& slice : config.slices) {
        all.push_back({node.source, length});
        node.slice_bits->write(all.back().address, SliceNumber{slice.id});
    }
    return all;
}

}  // namespace weir

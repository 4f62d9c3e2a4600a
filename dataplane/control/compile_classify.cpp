#include "dataplane/control/compile_parts.hpp"

namespace weir {
namespace {

void compile_marks(const Config& config, const SliceClaims& claims, OuterMarks& out) {
    const NodeConfig& node = config.node;
    out.source_entropy = static_cast<std::uint16_t>((1U << node.source_entropy) - 1U);
    out.nrp = node.nrp;
    out.bits = node.slice_bits;
    out.slices = SliceNumbers{config.slices};
    out.reads_nrp = node.nrp && claims.asked(SliceSource::nrp);
    out.reads_bits = node.slice_bits && claims.asked(source_of(node.slice_bits->field));
    out.written = out.source_entropy != 0 || node.nrp || node.slice_bits;
}

void compile_port(const Config& config, PortId id, Snapshot& out) {
    const SliceClaims& claims = out.claims;
    const PortConfig& port = config.ports[id];
    SnapshotPort& made = out.ports[id];
    made.claim = claims.claim(SliceSource::port, port.slice);
    made.of_dscp.fill(made.claim);
    made.of_priority.fill(claims.nobodys());
    for (const auto& [priority, slice] : port.pcp)
        made.of_priority[priority] = claims.claim(SliceSource::pcp, slice);
    made.asks_more = !port.pcp.empty() && claims.asked(SliceSource::pcp);
    if (port.role != Role::wan) return;
    made.asks_more |= out.outer_marks.reads_nrp || out.outer_marks.reads_bits;
    // Inside the domain the edges have written the slice where the next hop reads it.
    for (std::size_t i = 0; i < config.slices.size(); ++i) {
        const auto slice = static_cast<SliceId>(i);
        if (config.slices[slice].dscp_mode != DscpMode::pipe) continue;
        SliceClaim& place = made.of_dscp[static_cast<std::size_t>(config.slices[slice].dscp)];
        place = first_of(claims.claim(SliceSource::dscp, slice), place);
    }
}

}  // namespace

void compile_classify(const Config& config, Snapshot& out) {
    out.claims = SliceClaims{config};
    compile_marks(config, out.claims, out.outer_marks);
    for (std::size_t i = 0; i < out.ports.size(); ++i)
        compile_port(config, static_cast<PortId>(i), out);
}

}  // namespace weir

// Whether bits of the outer header have room for the slices' numbers, and whether what they take is
// theirs to take.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

// Fewer would send the flows of a slice over few of the ways of equal cost.
constexpr unsigned least_flow_bits = 8;

const KeyPath bits_at = KeyPath{"node"} / "slice_bits";

std::string range(const SliceBits& bits) {
    const unsigned last = bits.first + bits.count - 1U;
    return bits.count == 1 ? fmt::format("bit {}", bits.first)
                           : fmt::format("bits {} to {}", bits.first, last);
}

void check_numbers(Parsing& p, const SliceBits& bits) {
    const auto& slices = p.config.slices;
    const SliceConfig& most = *std::ranges::max_element(slices, {}, &SliceConfig::id);
    if (!p.report.clean(KeyPath{"slice"}) || most.id <= bits.largest()) return;
    const auto needed = static_cast<unsigned>(std::bit_width(most.id));
    const bool fits = bits.first + needed <= width_of(bits.field);
    p.report.error(
        bits_at / "count",
        fmt::format("slice {} has id {}, and {} bits hold at most {}; {}give the slice a "
                    "smaller id",
                    most.name, most.id, bits.count, bits.largest(),
                    fits ? fmt::format("raise count to {} or ", needed) : ""));
}

// What routes to our source, or makes it one of the domain, must hold for all of our sources.
void check_prefix(Parsing& p, const SliceBits& bits, std::string_view what,
                  const Ipv6Prefix& prefix) {
    const unsigned left = 128U - prefix.length;
    if (!prefix.covers(p.config.node.source) || unsigned{bits.first} + bits.count <= left) return;
    p.report.error(
        bits_at / "first",
        fmt::format("{} of the source reach into {} {}, whose {} bits leave {}; lower first or "
                    "count until they end below bit {}",
                    range(bits), what, to_string(prefix), prefix.length, left, left));
}

void check_source(Parsing& p, const SliceBits& bits) {
    const NodeConfig& node = p.config.node;
    if (bits.first < node.source_entropy)
        p.report.error(
            bits_at / "first",
            fmt::format("{} of the source overlap the low {} of source_entropy; begin at "
                        "bit {}, or lower source_entropy to {}",
                        range(bits), node.source_entropy, node.source_entropy, bits.first));
    if ((node.source.bits() & bits.mask()) != 0)
        p.report.error(bits_at / "first", fmt::format("{} of source {} are not 0, but carry the "
                                                      "slice; clear them or choose others",
                                                      range(bits), to_string(node.source)));
    check_prefix(p, bits, "node.locator", node.locator);
    const Ipv6Prefix* widest = nullptr;
    for (const Ipv6Prefix& prefix : node.domain)
        if (prefix.covers(node.source) && (widest == nullptr || prefix.length < widest->length))
            widest = &prefix;
    if (widest != nullptr) check_prefix(p, bits, "node.domain", *widest);
}

// The label still tells flows apart: on the ways of equal cost, and in the queues of a slice.
void check_label(Parsing& p, const SliceBits& bits) {
    const auto& slices = p.config.slices;
    const SliceConfig& most = *std::ranges::max_element(slices, {}, &SliceConfig::queues);
    if (!p.report.clean(KeyPath{"slice"})) return;
    const auto queue_bits = static_cast<unsigned>(std::bit_width(most.queues)) - 1U;
    const unsigned left = width_of(SliceField::label) - bits.count;
    if (left >= std::max(least_flow_bits, queue_bits)) return;
    const std::string who = queue_bits > least_flow_bits
                                ? fmt::format("the {} queues of slice {}", most.queues, most.name)
                                : std::string{"ways of equal cost"};
    p.report.error(
        bits_at / "count",
        fmt::format("{} of the 20 bits of a flow label leave {} to tell flows apart, and "
                    "{} need {}; lower count to {}",
                    bits.count, left, who, std::max(least_flow_bits, queue_bits),
                    20U - std::max(least_flow_bits, queue_bits)));
}

}  // namespace

void check_classify(Parsing& p) {
    if (!p.report.clean(KeyPath{"node"}) || !p.config.node.slice_bits) return;
    const SliceBits& bits = *p.config.node.slice_bits;
    check_numbers(p, bits);
    if (bits.field == SliceField::source)
        check_source(p, bits);
    else
        check_label(p, bits);
}

}  // namespace weir

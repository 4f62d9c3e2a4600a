#include <fmt/format.h>

#include <bit>
#include <unordered_map>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

void ecn(const Section& section, SliceConfig& slice) {
    const auto table = section.table("ecn");
    if (!table) return;
    EcnThresholds made{};
    const bool min = table->read("min", made.min);
    const bool max = table->read("max", made.max);
    if (min && max && made.min > made.max)
        table->error("min", "is above max; marking begins at min and is complete at max");
    slice.ecn = made;
}

void watchdog(const Section& section, SliceConfig& slice) {
    const auto table = section.table("watchdog");
    if (!table) return;
    table->read("detect", slice.watchdog.detect);
    table->read("restore", slice.watchdog.restore);
    table->read("action", slice.watchdog.action);
}

void control(const Section& section, SliceConfig& slice) {
    slice.control = slice.lossless ? Control::precise : Control::off;
    if (!section.read("control", slice.control)) return;
    if (!slice.lossless && slice.control != Control::off)
        section.error("control", fmt::format("{} holds senders back, which only a lossless slice "
                                             "does; set lossless = true or control = \"off\"",
                                             word_of(slice.control)));
    if (slice.lossless && slice.control == Control::off)
        section.error("control",
                      "off can not keep a lossless slice from losing; set pause, "
                      "precise or credit, or lossless = false");
}

void slice(const Section& section, SliceConfig& slice) {
    section.read("id", slice.id);
    section.read_name(slice.name);
    section.read("guarantee", slice.guarantee);
    section.read("limit", slice.limit);
    section.read("weight", slice.weight);
    section.read("lossless", slice.lossless);
    control(section, slice);
    section.read("isolate", slice.isolate);
    if (section.read("queues", slice.queues) && !std::has_single_bit(slice.queues))
        section.error("queues",
                      fmt::format("{} is not a power of two; {} or {} is", slice.queues,
                                  std::bit_floor(slice.queues), std::bit_ceil(slice.queues)));
    if (slice.isolate > slice.queues && section.report().clean(section.at("queues")))
        section.error("isolate", fmt::format("{} buckets can not stall, there are {} queues; lower "
                                             "it or raise queues",
                                             slice.isolate, slice.queues));
    section.read("min_packet", slice.min_packet);
    section.read_or_auto("buffer", slice.buffer);
    std::uint8_t dscp = 0;
    if (section.read("dscp", dscp)) slice.dscp = Dscp{dscp};
    section.read("dscp_mode", slice.dscp_mode);
    ecn(section, slice);
    watchdog(section, slice);
    if (section.has("id") && slice.id == 0 && slice.lossless)
        section.error("lossless",
                      "slice 0 is best effort, which drops; give the lossless slice "
                      "another id");
}

}  // namespace

void parse_slices(Parsing& p) {
    p.config.slices = IdVector<SliceId, SliceConfig>(p.names.slice_order.size());
    p.config.slices[SliceId{0}].name = best_effort_name;
    if (p.config.slices.size() > max_slices)
        p.file.error("slice", fmt::format("{} slices, at most {} are possible",
                                          p.config.slices.size(), max_slices));
    std::unordered_map<std::uint32_t, std::size_t> ids;
    for (const Section& section : p.file.tables("slice")) {
        const auto id = static_cast<SliceId>(p.names.slice_order.index_of(section.position()));
        slice(section, p.config.slices[id]);
        if (!section.has("id") || !p.report.clean(section.at("id"))) continue;
        const auto [first, fresh] = ids.emplace(p.config.slices[id].id, section.position());
        if (!fresh)
            section.error("id", fmt::format("{} is already the id of slice[{}]; ids are unique",
                                            p.config.slices[id].id, first->second));
    }
}

}  // namespace weir

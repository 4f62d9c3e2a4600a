#include "dataplane/config/buffer_table.hpp"

#include <fmt/format.h>

#include "dataplane/config/buffers.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "dataplane/config/words.hpp"

namespace weir {
namespace {

// Credit has no thresholds, and where the distance is not known yet nothing is.
std::string size_text(const std::optional<BufferSizes>& sizes, Bytes BufferSizes::* field) {
    return sizes && (*sizes).*field != Bytes{0} ? std::to_string(((*sizes).*field).count()) : "-";
}

std::string slice_lines(const Config& config) {
    constexpr auto line = "{:<16} {:<22} {:<8} {:>11} {:>11} {:>11} {:>11}\n";
    std::string text;
    for (const LosslessBuffer& buffer : lossless_buffers(config)) {
        if (text.empty())
            text = fmt::format(line, "slice", "sender", "control", "B", "H", "XOFF", "XON");
        const SliceConfig& slice = config.slices[buffer.slice];
        const auto sizes = buffer.sizes();
        text +=
            fmt::format(line, slice.name, sender_of(buffer, config),
                        buffer.peer ? word_of(slice.control) : std::string_view{"pfc"},
                        buffer.buffer.count(), size_text(sizes, &BufferSizes::headroom),
                        size_text(sizes, &BufferSizes::xoff), size_text(sizes, &BufferSizes::xon));
    }
    return text;
}

}  // namespace

std::string buffer_table(const Config& config) {
    const PacketPlan plan = plan_packets(config);
    std::string text = slice_lines(config);
    text += fmt::format("{:<39} {:>11} {:>23}\n", "packet buffers", "buffers", "bytes of memory");
    const auto add = [&](std::string_view what, std::uint64_t buffers) {
        text += fmt::format("{:<39} {:>11} {:>23}\n", what, buffers,
                            packet_memory_of(config, buffers).count());
    };
    add("rings and caches", plan.rings);
    add("lossless slices, 256 bytes of B each", plan.lossless);
    add("lossy slices", plan.lossy);
    add("reserve", plan.reserve);
    add(config.memory.packet_buffers != 0 ? "pool, as memory.packet_buffers says" : "pool",
        plan.pool);
    return text;
}

}  // namespace weir

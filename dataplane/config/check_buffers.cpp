// Whether the buffers of lossless slices are as large as they must be, and receive rings as long.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>

#include "dataplane/config/buffers.hpp"
#include "dataplane/config/quantity.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

constexpr Nanos longest_loop = BufferTerms{}.poll;
constexpr std::uint64_t most_descriptors = 32'768;

KeyPath place_of(PortId port) { return KeyPath{"port"}[index(port)]; }

// What a ring must take was read without error.
bool knows_arrivals(const Parsing& p, const LosslessBuffer& buffer) {
    return clean_keys(p, slice_place(p, buffer.slice), {"lossless", "min_packet"}) &&
           clean_keys(p, place_of(buffer.port), {"rate", "receive_descriptors"});
}

void check_limits(Parsing& p) {
    for (std::size_t i = 0; i < p.config.slices.size(); ++i) {
        const auto id = static_cast<SliceId>(i);
        const SliceConfig& slice = p.config.slices[id];
        if (!slice.lossless || !clean_keys(p, slice_place(p, id), {"lossless", "limit"})) continue;
        if (slice.limit == RateOrShare{Share{0}} || slice.limit == RateOrShare{BitsPerSecond{0}})
            p.report.error(slice_place(p, id) / "limit",
                           "0 holds what comes in for ever, as nothing of a lossless slice is "
                           "dropped; raise it or set lossless = false");
    }
}

// Of each slice with a buffer as given, the sender for which most is missing to `field`.
std::map<SliceId, const LosslessBuffer*> short_of(const std::vector<LosslessBuffer>& buffers,
                                                  Bytes BufferSizes::* field) {
    std::map<SliceId, const LosslessBuffer*> most;
    for (const LosslessBuffer& buffer : buffers) {
        if (!buffer.needed || buffer.buffer >= (*buffer.needed).*field) continue;
        const LosslessBuffer*& worst = most[buffer.slice];
        if (worst == nullptr || (*worst->needed).*field < (*buffer.needed).*field) worst = &buffer;
    }
    return most;
}

void check_sizes(Parsing& p, const std::vector<LosslessBuffer>& buffers) {
    for (const auto& [id, buffer] : short_of(buffers, &BufferSizes::least)) {
        if (!knows_size(p, *buffer)) continue;
        const BufferSizes& needed = *buffer->needed;
        const std::string parts =
            needed.hysteresis == Bytes{0}
                ? "two packets of the MTU"
                : fmt::format("what may still come after XOFF, {}, and the step down to XON, {},",
                              to_string(needed.headroom), to_string(needed.hysteresis));
        p.report.error(
            slice_place(p, id) / "buffer",
            fmt::format("{} is {} short for {}: {} must fit; write at least {}, {} for the full "
                        "rate, or \"auto\"",
                        to_string(buffer->buffer), to_string(needed.least - buffer->buffer),
                        sender_of(*buffer, p.config), parts, to_string(needed.least),
                        to_string(needed.buffer)));
    }
}

void add_size_notes(Parsing& p, const std::vector<LosslessBuffer>& buffers) {
    for (const auto& [id, buffer] : short_of(buffers, &BufferSizes::buffer))
        p.config.notes.push_back(
            fmt::format("slice {}: buffer {} keeps it from losing; the full rate from {} takes {}",
                        p.config.slices[id].name, to_string(buffer->buffer),
                        sender_of(*buffer, p.config), to_string(buffer->needed->buffer)));
}

// A worker that comes back late must find in the ring what came meanwhile.
bool check_ring(Parsing& p, const LosslessBuffer& buffer) {
    const PortConfig& port = p.config.ports[buffer.port];
    const SliceConfig& slice = p.config.slices[buffer.slice];
    const std::uint64_t wire = std::uint64_t{slice.min_packet} + ethernet_overhead;
    const std::uint64_t packets = ((*port.rate * longest_loop).count() + wire - 1) / wire;
    if (port.receive_descriptors >= packets) return true;
    const std::string out =
        packets > most_descriptors
            ? fmt::format("raise min_packet of slice {}, or lower rate", slice.name)
            : fmt::format("raise it to {}, or raise min_packet of slice {}", std::bit_ceil(packets),
                          slice.name);
    p.report.error(
        place_of(buffer.port) / "receive_descriptors",
        fmt::format("{} are {} short: while a loop of a worker takes {}, {} packets of {} bytes of "
                    "lossless slice {} can come at {}; {}",
                    port.receive_descriptors, packets - port.receive_descriptors,
                    to_string(longest_loop), packets, slice.min_packet, slice.name,
                    to_string(*port.rate), out));
    return false;
}

void check_ports(Parsing& p, const std::vector<LosslessBuffer>& buffers) {
    std::set<PortId> named;  // one complaint a port
    for (const LosslessBuffer& buffer : buffers) {
        const SliceConfig& slice = p.config.slices[buffer.slice];
        if (named.contains(buffer.port) || !knows_arrivals(p, buffer)) continue;
        if (p.config.ports[buffer.port].rate) {
            if (!check_ring(p, buffer)) named.insert(buffer.port);
        } else if (!slice.buffer && knows_size(p, buffer)) {
            named.insert(buffer.port);
            p.report.error(place_of(buffer.port) / "rate",
                           fmt::format("the buffer of lossless slice {} for {} can not be sized "
                                       "without it; write the rate of the line, like \"100G\", or "
                                       "give the slice a buffer",
                                       slice.name, sender_of(buffer, p.config)));
        }
    }
}

}  // namespace

bool clean_keys(const Parsing& p, const KeyPath& at, std::initializer_list<std::string_view> keys) {
    return std::ranges::all_of(keys,
                               [&](std::string_view key) { return p.report.clean(at / key); });
}

bool knows_size(const Parsing& p, const LosslessBuffer& buffer) {
    return clean_keys(p, slice_place(p, buffer.slice),
                      {"lossless", "control", "limit", "isolate", "min_packet", "buffer"}) &&
           clean_keys(p, place_of(buffer.port), {"rate", "mtu", "pfc"}) &&
           (!buffer.peer ||
            clean_keys(p, KeyPath{"peer"}[*buffer.peer], {"port", "distance", "between"}));
}

void check_buffers(Parsing& p) {
    check_limits(p);
    const std::vector<LosslessBuffer> buffers = lossless_buffers(p.config);
    check_sizes(p, buffers);
    check_ports(p, buffers);
    check_memory(p, buffers);
    if (!p.report.any()) add_size_notes(p, buffers);
}

}  // namespace weir

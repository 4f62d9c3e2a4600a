#include "srv6/encap.hpp"

#include <stdexcept>
#include <string>

namespace weir {
namespace {

// Where the fixed header names the one behind it; an extension header does in its first byte.
constexpr std::uint16_t ip_next_header_at = 6;

// Routes by `listed`, the segments from the last one backwards; the packet is on its way to the
// segment before them where the list is reduced.
std::size_t write_srh(std::byte* out, std::span<const Ipv6Addr> listed,
                      std::uint8_t segments_left) {
    const SegmentRoutingHeader srh{
        .next_header = IpProto::none,
        .length_units = static_cast<std::uint8_t>(2 * listed.size()),
        .routing_type = SegmentRoutingHeader::type,
        .segments_left = segments_left,
        .last_entry = static_cast<std::uint8_t>(listed.size() - 1),
        .flags = 0,
        .tag = be16{0},
    };
    std::memcpy(out, &srh, sizeof srh);
    std::size_t at = sizeof srh;
    for (auto segment = listed.rbegin(); segment != listed.rend(); ++segment) {
        std::memcpy(out + at, &*segment, sizeof *segment);
        at += sizeof *segment;
    }
    return at;
}

}  // namespace

EncapHeader::EncapHeader(EncapMode mode, const Ipv6Addr& source, std::span<const Ipv6Addr> segments,
                         std::uint8_t hop_limit, WithNrp nrp) {
    if (segments.empty() || segments.size() > max_segments)
        throw std::invalid_argument{"a segment list holds 1 to " + std::to_string(max_segments) +
                                    " segments, this one holds " + std::to_string(segments.size()) +
                                    ": split the path or leave segments out"};
    const bool routed = mode == EncapMode::full || segments.size() > 1;
    // The last header's is the inner packet's, known only when it comes.
    const IpProto behind = routed ? IpProto::routing : IpProto::none;
    const Ipv6Header ip{
        .version_class_label = be32{std::uint32_t{6} << 28U},
        .payload_length = be16{0},
        .next_header = nrp == WithNrp::yes ? IpProto::hop_by_hop : behind,
        .hop_limit = hop_limit,
        .source = source,
        .destination = segments.front(),
    };
    std::memcpy(bytes_.data(), &ip, sizeof ip);
    std::size_t size = sizeof ip;
    next_header_at_ = ip_next_header_at;
    if (nrp == WithNrp::yes) {
        const NrpHeader option = NrpHeader::of(SliceNumber{0}, behind);
        std::memcpy(bytes_.data() + size, &option, sizeof option);
        next_header_at_ = static_cast<std::uint16_t>(size);
        size += sizeof option;
    }
    if (routed) {
        next_header_at_ = static_cast<std::uint16_t>(size);
        const auto listed = mode == EncapMode::full ? segments : segments.subspan(1);
        size +=
            write_srh(bytes_.data() + size, listed, static_cast<std::uint8_t>(segments.size() - 1));
    }
    size_ = static_cast<std::uint16_t>(size);
    be64 first;
    std::memcpy(&first, bytes_.data(), sizeof first);
    first_ = first.host() + (std::uint64_t{size - sizeof ip} << 16U);
}

}  // namespace weir

#pragma once
// H.Encaps and H.Encaps.Red (RFC 8986 sections 5.1, 5.2): the outer IPv6 header and SRH of a
// segment list, built once per list, stamped onto each packet with four fields patched.
//
// Wire shape for n segments: full 40 + 8 + 16 n bytes; reduced 40 bytes for n = 1 (no SRH), else
// 40 + 8 + 16 (n - 1). Segment List is reversed; full has Segments Left = Last Entry = n - 1;
// reduced has Segments Left = n - 1, Last Entry = n - 2 (RFC 8754 section 4.1.1).
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/wire/ip.hpp"
#include "srv6/policy.hpp"

namespace weir {

inline constexpr std::size_t max_encap_bytes = 40 + 8 + 16 * max_segments;

constexpr std::size_t encap_bytes(EncapMode mode, std::size_t segments) {
    if (mode == EncapMode::full) return 40 + 8 + 16 * segments;
    return segments == 1 ? 40 : 40 + 8 + 16 * (segments - 1);
}

class EncapHeader {
public:
    EncapHeader() = default;
    // `segments`: 1..max_segments, first to visit first. Throws std::invalid_argument otherwise.
    EncapHeader(EncapMode mode, const Ipv6Addr& source, std::span<const Ipv6Addr> segments,
                std::uint8_t hop_limit);

    std::size_t size() const noexcept { return size_; }
    const Ipv6Addr& first_segment() const noexcept {
        return reinterpret_cast<const Ipv6Header*>(bytes_.data())->destination;
    }
    std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size_}; }

    // Writes size() bytes at `out`. `inner_bytes` counts from the inner IP header to the end of the
    // packet; size() - 40 + inner_bytes must fit 16 bits (the caller checked the MTU).
    void write(std::byte* out, IpProto inner, std::size_t inner_bytes, std::uint8_t traffic_class,
               FlowLabel label) const noexcept;

private:
    std::array<std::byte, max_encap_bytes> bytes_{};
    std::uint16_t size_ = 0;
    std::uint16_t next_header_at_ = 0;  // offset of the Next Header that names the inner packet
};

}  // namespace weir

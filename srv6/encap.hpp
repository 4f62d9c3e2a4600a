#pragma once
// H.Encaps and H.Encaps.Red (RFC 8986 sections 5.1, 5.2): the outer IPv6 header and SRH of a
// segment list, built once per list, stamped onto each packet with four fields patched. Between the
// two may stand a hop-by-hop header with the packet's slice (nrp.hpp).
//
// Wire shape for n segments: full 40 + 8 + 16 n bytes; reduced 40 bytes for n = 1 (no SRH), else
// 40 + 8 + 16 (n - 1). Segment List is reversed; full has Segments Left = Last Entry = n - 1;
// reduced has Segments Left = n - 1, Last Entry = n - 2 (RFC 8754 section 4.1.1). With the option
// 16 bytes more.
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/wire/ip.hpp"
#include "dataplane/wire/nrp.hpp"
#include "srv6/policy.hpp"

namespace weir {

enum class WithNrp : std::uint8_t { no, yes };

inline constexpr std::size_t max_encap_bytes = 40 + sizeof(NrpHeader) + 8 + 16 * max_segments;

constexpr std::size_t encap_bytes(EncapMode mode, std::size_t segments, WithNrp nrp = WithNrp::no) {
    const std::size_t ip = nrp == WithNrp::yes ? 40 + sizeof(NrpHeader) : 40;
    if (mode == EncapMode::full) return ip + 8 + 16 * segments;
    return segments == 1 ? ip : ip + 8 + 16 * (segments - 1);
}

class EncapHeader {
public:
    EncapHeader() = default;
    // `segments`: 1..max_segments, first to visit first. Throws std::invalid_argument otherwise.
    EncapHeader(EncapMode mode, const Ipv6Addr& source, std::span<const Ipv6Addr> segments,
                std::uint8_t hop_limit, WithNrp nrp = WithNrp::no);

    std::size_t size() const noexcept { return size_; }
    const Ipv6Addr& first_segment() const noexcept {
        return reinterpret_cast<const Ipv6Header*>(bytes_.data())->destination;
    }
    std::span<const std::byte> bytes() const noexcept { return {bytes_.data(), size_}; }

    // Writes size() bytes at `out`. `inner_bytes` counts from the inner IP header to the end of the
    // packet; size() - 40 + inner_bytes must fit 16 bits (the caller checked the MTU).
    void write(std::byte* out, IpProto inner, std::size_t inner_bytes, std::uint8_t traffic_class,
               FlowLabel label) const noexcept {
        const std::size_t size = size_;
        const auto copy = [&](std::size_t at) {
            std::memcpy(out + at, bytes_.data() + at, copy_step);
        };
        // The last step ends with the header and overlaps the one before: nothing of `inner` is
        // touched, and there is no tail to copy byte by byte. Up to 3 segments there is no loop.
        copy(0);
        if (size > 2 * copy_step) copy(copy_step);
        for (std::size_t i = 2 * copy_step; i + copy_step < size; i += copy_step) [[unlikely]]
            copy(i);
        copy(size - copy_step);
        const be64 first{first_ + (std::uint64_t{traffic_class} << 52U) +
                         (std::uint64_t{static_cast<std::uint32_t>(label) & 0xfffffU} << 32U) +
                         (std::uint64_t{inner_bytes} << 16U)};
        std::memcpy(out, &first, sizeof first);
        out[next_header_at_] = static_cast<std::byte>(inner);
    }

    // Into the option of a header made WithNrp::yes, once it lies at `out`.
    static void write_slice(std::byte* out, SliceNumber slice) noexcept {
        reinterpret_cast<NrpHeader*>(out + sizeof(Ipv6Header))->option.id =
            be32{static_cast<std::uint32_t>(slice)};
    }

private:
    static constexpr std::size_t copy_step = 32;  // the shortest header is 40 bytes

    // Ahead of the bytes, so that a header of 3 segments costs two cache lines and not three.
    std::uint16_t size_ = 0;
    std::uint16_t next_header_at_ = 0;  // offset of the Next Header that names the inner packet
    std::uint64_t first_ = 0;           // of `bytes_`, in host order, around an empty packet
    std::array<std::byte, max_encap_bytes> bytes_{};
};

}  // namespace weir

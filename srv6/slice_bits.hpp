#pragma once
// A slice's number in bits of the outer IPv6 header that every hop sees and none changes: of the
// source address (draft-cheng-spring-srv6-encoding-network-sliceid) or of the flow label
// (draft-filsfils-spring-srv6-stateless-slice-id). Nodes of a domain agree on the bits.
#include <cstdint>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

enum class SliceField : std::uint8_t { source, label };

constexpr unsigned width_of(SliceField field) { return field == SliceField::source ? 128 : 20; }

struct SliceBits {
    SliceField field = SliceField::source;
    std::uint8_t first = 0;  // the lowest of them, counted from the right end of the field
    std::uint8_t count = 0;  // 1..32, and first + count fit the field
    bool operator==(const SliceBits&) const = default;

    constexpr std::uint32_t largest() const {
        return static_cast<std::uint32_t>((std::uint64_t{1} << count) - 1U);
    }
    // Bits of an address that are the number's, with `field` source; of a label else.
    constexpr unsigned __int128 mask() const {
        return static_cast<unsigned __int128>(largest()) << first;
    }
    // 0 says nothing: it is also what stands where nobody wrote a number.
    SliceNumber read(const Ipv6Header& ip) const noexcept {
        const unsigned __int128 bits = field == SliceField::source
                                           ? ip.source.bits()
                                           : static_cast<std::uint32_t>(ip.flow_label());
        return SliceNumber{static_cast<std::uint32_t>(bits >> first) & largest()};
    }
    // Where the bits are clear.
    void write(Ipv6Addr& source, SliceNumber slice) const noexcept {
        source = Ipv6Addr::from_bits(
            source.bits() | static_cast<unsigned __int128>(static_cast<std::uint32_t>(slice))
                                << first);
    }
    // Instead of what of the flow's hash was there. What is left names the flow and is never 0.
    constexpr FlowLabel write(FlowLabel label, SliceNumber slice) const noexcept {
        const auto mine = static_cast<std::uint32_t>(mask());
        std::uint32_t flow = static_cast<std::uint32_t>(label) & ~mine;
        if (flow == 0) flow = first == 0 ? 1U << count : 1U;
        return FlowLabel{flow | static_cast<std::uint32_t>(slice) << first};
    }
};

}  // namespace weir

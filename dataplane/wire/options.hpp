#pragma once
// Options of hop-by-hop and destination headers (RFC 8200 section 4.2). One may name the packet's
// slice (nrp.hpp); one that we do not know may ask that the packet is not taken without it.
#include <cstddef>
#include <cstdint>
#include <span>

#include "dataplane/base/drop.hpp"

namespace weir {

// How many options of a header are read: RFC 8504 section 5.3 lets a host refuse more.
inline constexpr unsigned max_options = 32;

// Drop::none: all may be skipped. option_unknown: the first that may not; `at`, its offset in the
// header, where its sender wants to hear of it, else 0. extension_headers: one runs past the
// header, or there are too many.
struct OptionsVerdict {
    Drop drop = Drop::none;
    std::uint32_t at = 0;
    std::uint32_t nrp_at = 0;  // with Drop::none, of the first NrpOption; 0: there is none
};
// `header`: whole, from its Next Header field on.
OptionsVerdict check_options(std::span<const std::byte> header) noexcept;

}  // namespace weir

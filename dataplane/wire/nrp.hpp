#pragma once
// The hop-by-hop option that names the network resource partition of a packet: its slice, as the
// number that slice[].id is (draft-ietf-6man-enhanced-vpn-vtn-id). IANA has given it no type and
// the draft may still move its fields: all that weir knows of both is in this file.
//
//   Option Type 8 | Opt Data Len 8 | Flags 8 | Context Type 8 | Reserved 16 | NRP ID 32
#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/endian.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

struct NrpOption {
    std::uint8_t option_type;
    std::uint8_t data_length;
    std::uint8_t flags;
    std::uint8_t context_type;
    be16 reserved;
    be32 id;
    // For experiments (RFC 4727 section 3.2): nodes that do not know it skip it, none changes it.
    static constexpr std::uint8_t type = 0x1e;
    static constexpr std::uint8_t length = 8;  // behind these two bytes
    static constexpr std::uint8_t strict_flag = 0x80;
    static constexpr std::uint8_t context_nrp = 0;
    constexpr bool of_nrp() const { return context_type == context_nrp; }
    // S: no other resources will do.
    constexpr bool strict() const { return (flags & strict_flag) != 0; }
    constexpr SliceNumber slice() const { return SliceNumber{id.host()}; }
};
static_assert(sizeof(NrpOption) == 10 && WireHeader<NrpOption>);

// The hop-by-hop header that edges write, with nothing but the option (RFC 8200 section 4.3).
struct NrpHeader {
    ExtensionHeader extension;
    NrpOption option;
    std::array<std::uint8_t, 4> padding;  // PadN

    static constexpr NrpHeader of(SliceNumber slice, IpProto next) {
        return {.extension = {.next_header = next, .length_units = 1},
                .option = {.option_type = NrpOption::type,
                           .data_length = NrpOption::length,
                           .flags = 0,
                           .context_type = NrpOption::context_nrp,
                           .reserved = be16{0},
                           .id = be32{static_cast<std::uint32_t>(slice)}},
                .padding = {1, 2, 0, 0}};
    }
};
static_assert(sizeof(NrpHeader) == 16 && WireHeader<NrpHeader>);
static_assert(NrpHeader::of({}, IpProto::none).extension.length() == sizeof(NrpHeader));

}  // namespace weir

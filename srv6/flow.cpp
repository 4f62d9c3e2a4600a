#include "srv6/flow.hpp"

#include "dataplane/wire/cursor.hpp"

namespace weir::detail {
namespace {

constexpr unsigned max_walked_headers = 8;

}  // namespace

std::uint64_t walked_transport_key(std::span<const std::byte> packet) noexcept {
    Cursor cursor{packet};
    IpProto next = cursor.take<Ipv6Header>()->next_header;
    for (unsigned n = 0; n < max_walked_headers; ++n) {
        const bool walked = next == IpProto::hop_by_hop || next == IpProto::routing ||
                            next == IpProto::destination || next == IpProto::fragment;
        if (!walked) return transport_key(next, cursor.rest());
        const auto* header = cursor.peek<ExtensionHeader>();
        if (header == nullptr) break;
        // All fragments of a packet name the same next header here, but only the first has ports.
        if (next == IpProto::fragment) return protocol_key(header->next_header);
        if (!cursor.skip(header->length())) break;
        next = header->next_header;
    }
    return protocol_key(next);
}

}  // namespace weir::detail

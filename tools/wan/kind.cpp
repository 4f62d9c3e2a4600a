#include "tools/wan/kind.hpp"

#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "pfc/envelope.hpp"

namespace weir::wan {

Kind kind_of(std::span<const std::byte> frame) noexcept {
    Cursor cursor{frame};
    const auto* ethernet = cursor.take<EthernetHeader>();
    if (ethernet == nullptr || ethernet->ether_type() != EtherType::ipv6) return Kind::data;
    const auto* ip = cursor.take<Ipv6Header>();
    if (ip == nullptr) return Kind::data;
    IpProto next = ip->next_header;
    for (int n = 0; n < 2 && (next == IpProto::hop_by_hop || next == IpProto::routing); ++n) {
        const auto* header = cursor.peek<ExtensionHeader>();
        if (header == nullptr || !cursor.skip(header->length())) return Kind::data;
        next = header->next_header;
    }
    const auto* icmp = next == IpProto::icmpv6 ? cursor.take<MessageIcmp>() : nullptr;
    if (icmp == nullptr || icmp->type != message_icmp_type || cursor.rest().size() < 2)
        return Kind::data;
    constexpr std::size_t kind_at = 1;  // behind the version
    const auto kind = static_cast<MessageKind>(cursor.rest()[kind_at]);
    return kind == MessageKind::mark ? Kind::data : Kind::message;
}

}  // namespace weir::wan

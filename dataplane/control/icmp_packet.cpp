#include "dataplane/control/icmp_packet.hpp"

#include "dataplane/control/append.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/options.hpp"
#include "srv6/endpoint.hpp"

namespace weir {
namespace {

constexpr std::uint8_t own_hop_limit = 64;

// To an address of ours that is no SID.
void judge(UpperLayer& upper, std::span<const std::byte> header) {
    if (upper.refused != Drop::none) return;
    if (upper.protocol != IpProto::routing) {
        const OptionsVerdict verdict = check_options(header);
        upper.refused = verdict.drop;
        if (verdict.at != 0) upper.pointer = static_cast<std::uint32_t>(upper.at) + verdict.at;
        return;
    }
    if (Cursor{header}.peek<SegmentRoutingHeader>()->segments_left == 0) return;
    upper.refused = Drop::routing_type;
    upper.pointer =
        static_cast<std::uint32_t>(upper.at + offsetof(SegmentRoutingHeader, routing_type));
}

struct FragmentHeader {  // RFC 8200 section 4.5
    IpProto next_header;
    std::uint8_t reserved;
    be16 offset_flags;  // offset 13, reserved 2, more 1
    be32 id;
};

}  // namespace

const Ipv4Header* read_ipv4(std::span<const std::byte> packet) {
    const auto* ip = Cursor{packet}.peek<Ipv4Header>();
    if (ip == nullptr || ip->version() != 4 || ip->header_length() < sizeof(Ipv4Header) ||
        ip->header_length() > packet.size() || ip->total_length.host() < ip->header_length() ||
        !ipv4_checksum_ok(*ip))
        return nullptr;
    return ip;
}
const Ipv6Header* read_ipv6(std::span<const std::byte> packet) {
    const auto* ip = Cursor{packet}.peek<Ipv6Header>();
    return ip != nullptr && ip->version() == 6 ? ip : nullptr;
}

std::optional<UpperLayer> find_upper_layer(std::span<const std::byte> packet,
                                           const Ipv6Header& ip) {
    UpperLayer upper{ip.next_header, sizeof(Ipv6Header), offsetof(Ipv6Header, next_header)};
    Cursor cursor{packet};
    cursor.skip(sizeof(Ipv6Header));
    for (unsigned headers = 0; headers <= max_extension_headers; ++headers) {
        upper.at = cursor.position();
        std::size_t length = 0;
        if (upper.protocol == IpProto::fragment) {
            const auto* fragment = cursor.peek<FragmentHeader>();
            if (fragment == nullptr || (fragment->offset_flags.host() & 0xfff8U) != 0) return {};
            upper.more_fragments |= (fragment->offset_flags.host() & 1U) != 0;
            upper.protocol = fragment->next_header;
            length = sizeof(FragmentHeader);
        } else if (upper.protocol == IpProto::hop_by_hop || upper.protocol == IpProto::routing ||
                   upper.protocol == IpProto::destination) {
            const auto* header = cursor.peek<SegmentRoutingHeader>();  // each has 8 octets at least
            if (header == nullptr || header->length() > cursor.rest().size()) return {};
            length = header->length();
            judge(upper, cursor.rest().first(length));
            upper.protocol = header->next_header;
        } else {
            return upper;
        }
        upper.named_at = upper.at;  // each extension header begins with its Next Header
        if (!cursor.skip(length)) return {};
    }
    return {};
}

IpPacket ipv4_packet(Ipv4Header ip, IcmpHeader icmp, std::span<const std::byte> body) {
    icmp.checksum = be16{0};
    const auto head = checksum_add(std::as_bytes(std::span{&icmp, 1}));
    icmp.checksum = checksum_finish(checksum_add(body, head));
    ip.version_ihl = 0x45;
    ip.total_length = be16{static_cast<std::uint16_t>(sizeof ip + sizeof icmp + body.size())};
    ip.ttl = own_hop_limit;
    ip.protocol = IpProto::icmp;
    ip.checksum = be16{0};
    ip.checksum = checksum(std::as_bytes(std::span{&ip, 1}));
    IpPacket packet;
    append(packet, ip);
    append(packet, icmp);
    append(packet, body);
    return packet;
}

IpPacket ipv6_packet(Ipv6Header ip, IcmpHeader icmp, std::span<const std::byte> body) {
    ip.payload_length = be16{static_cast<std::uint16_t>(sizeof icmp + body.size())};
    ip.next_header = IpProto::icmpv6;
    ip.hop_limit = own_hop_limit;
    icmp.checksum = be16{0};
    IpPacket upper;
    append(upper, icmp);
    append(upper, body);
    icmp.checksum = checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6, upper);
    IpPacket packet;
    append(packet, ip);
    append(packet, icmp);
    append(packet, body);
    return packet;
}

}  // namespace weir

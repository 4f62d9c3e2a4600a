#include "pfc/envelope.hpp"

#include <algorithm>
#include <cstring>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/cursor.hpp"

namespace weir {
namespace {

// Steps over a routing header that has done its work; -> what follows, `none` where that is
// nothing.
IpProto behind_routing(Cursor& cursor) {
    const auto* header = cursor.peek<SegmentRoutingHeader>();
    if (header == nullptr || header->segments_left != 0 || !cursor.skip(header->length()))
        return IpProto::none;
    return header->next_header;
}

}  // namespace

std::span<std::byte> body_room(std::span<std::byte> packet, std::size_t mtu) noexcept {
    const std::size_t size = std::min({packet.size(), mtu, longest_message_packet});
    if (size < message_body_at) return {};
    return packet.first(size).subspan(message_body_at);
}

std::span<std::byte> wrap_message(std::span<std::byte> packet, std::size_t body_bytes,
                                  const Envelope& envelope) noexcept {
    packet = packet.first(message_body_at + body_bytes);
    const auto upper = packet.subspan(sizeof(Ipv6Header));
    Ipv6Header ip{.version_class_label = be32{6U << 28U},
                  .payload_length = be16{static_cast<std::uint16_t>(upper.size())},
                  .next_header = IpProto::icmpv6,
                  .hop_limit = message_hop_limit,
                  .source = envelope.source,
                  .destination = envelope.destination};
    ip.set_traffic_class(envelope.traffic_class);
    ip.set_flow_label(envelope.label);
    std::memcpy(packet.data(), &ip, sizeof ip);
    MessageIcmp icmp{message_icmp_type, message_icmp_code, be16{0}};
    std::memcpy(upper.data(), &icmp, sizeof icmp);
    icmp.checksum = checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6, upper);
    std::memcpy(upper.data(), &icmp, sizeof icmp);
    return packet;
}

OpenedMessage open_message(std::span<const std::byte> packet,
                           std::uint8_t least_hop_limit) noexcept {
    Cursor cursor{packet};
    const auto* ip = cursor.take<Ipv6Header>();
    if (ip == nullptr || ip->version() != 6) return {MessageFault::not_message};
    if (cursor.rest().size() < ip->payload_length.host()) return {MessageFault::truncated};
    cursor = Cursor{cursor.rest().first(ip->payload_length.host())};
    IpProto next = ip->next_header;
    if (next == IpProto::routing) next = behind_routing(cursor);
    const auto upper = cursor.rest();
    const auto* icmp = cursor.take<MessageIcmp>();
    if (next != IpProto::icmpv6 || icmp == nullptr || icmp->type != message_icmp_type ||
        icmp->code != message_icmp_code)
        return {MessageFault::not_message};
    if (ip->hop_limit < least_hop_limit) return {MessageFault::hop_limit};
    const MessageRead read = read_message(cursor.rest());
    if (read.fault != MessageFault::none) return {read.fault};
    if (checksum_ipv6(ip->source, ip->destination, IpProto::icmpv6, upper) != be16{0})
        return {MessageFault::checksum};
    return {.fault = MessageFault::none,
            .envelope = {ip->source, ip->destination, ip->traffic_class(), ip->flow_label()},
            .hop_limit = ip->hop_limit,
            .body = cursor.rest(),
            .view = read.view};
}

}  // namespace weir

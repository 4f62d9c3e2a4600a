#include "dataplane/control/resolver_frames.hpp"

#include "dataplane/control/append.hpp"
#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"

namespace weir {
namespace {

constexpr std::size_t shortest_frame = 60;  // without FCS, IEEE 802.3 clause 4.2.3.3
constexpr be16 hardware_ethernet{1};
constexpr std::uint8_t nd_hop_limit = 255;  // nobody beyond the link can send it (RFC 4861 11.2)
constexpr std::uint8_t option_source_mac = 1, option_target_mac = 2;
constexpr std::uint32_t flag_router = 0x80000000U, flag_solicited = 0x40000000U,
                        flag_override = 0x20000000U;

EthernetHeader ethernet(const MacAddr& to, const MacAddr& from, EtherType type) {
    return {to, from, be16{static_cast<std::uint16_t>(type)}};
}

std::vector<std::byte> neighbor_frame(const Station<Ipv6Addr>& from, const Station<Ipv6Addr>& to,
                                      NeighborMessage message, const LinkLayerOption& option) {
    std::vector<std::byte> body;
    append(body, message);
    append(body, option);
    message.icmp.checksum = checksum_ipv6(from.address, to.address, IpProto::icmpv6, body);
    Ipv6Header ip{};
    ip.version_class_label = be32{6U << 28U};
    ip.payload_length = be16{static_cast<std::uint16_t>(body.size())};
    ip.next_header = IpProto::icmpv6;
    ip.hop_limit = nd_hop_limit;
    ip.source = from.address;
    ip.destination = to.address;
    std::vector<std::byte> frame;
    append(frame, ethernet(to.mac, from.mac, EtherType::ipv6));
    append(frame, ip);
    append(frame, message);
    append(frame, option);
    return frame;
}

// RFC 4861 section 7.1.1 and 7.1.2: all included options have a length greater than zero. A
// link-layer address that is not one Ethernet station's is of no use to anybody.
bool read_options(Cursor cursor, NeighborNotice& notice) {
    while (!cursor.rest().empty()) {
        const auto* head = cursor.peek<ExtensionHeader>();  // type, length: also two octets
        if (head == nullptr || head->length_units == 0) return false;
        const auto type = static_cast<std::uint8_t>(head->next_header);
        if (type == option_source_mac || type == option_target_mac) {
            const auto* option = cursor.peek<LinkLayerOption>();
            if (option == nullptr || option->length_units != 1 || !is_station(option->mac))
                return false;
            (type == option_source_mac ? notice.source_mac : notice.target_mac) = option->mac;
        }
        if (!cursor.skip(head->length_units * std::size_t{8})) return false;
    }
    return true;
}

bool solicitation_ok(const NeighborNotice& notice) {
    if (!notice.ip->source.unspecified()) return true;
    return notice.ip->destination == solicited_node(notice.message->target) && !notice.source_mac;
}

bool advertisement_ok(const NeighborNotice& notice) {
    if (notice.ip->source.unspecified()) return false;
    return !(notice.ip->destination.multicast() && notice.solicited());
}

}  // namespace

std::vector<std::byte> arp_frame(ArpOperation operation, const Station<Ipv4Addr>& sender,
                                 const Station<Ipv4Addr>& target, const MacAddr& to) {
    std::vector<std::byte> frame;
    append(frame, ethernet(to, sender.mac, EtherType::arp));
    append(frame, ArpPacket{.hardware = hardware_ethernet,
                            .protocol = be16{static_cast<std::uint16_t>(EtherType::ipv4)},
                            .hardware_length = sizeof(MacAddr),
                            .protocol_length = sizeof(Ipv4Addr),
                            .operation = be16{static_cast<std::uint16_t>(operation)},
                            .sender_mac = sender.mac,
                            .sender = sender.address,
                            .target_mac = target.mac,
                            .target = target.address});
    frame.resize(shortest_frame);
    return frame;
}

std::vector<std::byte> solicitation_frame(const Station<Ipv6Addr>& sender, const Ipv6Addr& target,
                                          const std::optional<MacAddr>& known) {
    const Ipv6Addr group = solicited_node(target);
    const auto to =
        known ? Station<Ipv6Addr>{*known, target} : Station<Ipv6Addr>{multicast_mac(group), group};
    const NeighborMessage message{{icmpv6::neighbor_solicitation, 0, be16{0}, be32{0}}, target};
    return neighbor_frame(sender, to, message, {option_source_mac, 1, sender.mac});
}

std::vector<std::byte> advertisement_frame(const Station<Ipv6Addr>& own,
                                           const Station<Ipv6Addr>& to, bool solicited) {
    const be32 flags{flag_router | flag_override | (solicited ? flag_solicited : 0U)};
    const NeighborMessage message{{icmpv6::neighbor_advertisement, 0, be16{0}, flags}, own.address};
    return neighbor_frame(own, to, message, {option_target_mac, 1, own.mac});
}

Station<Ipv6Addr> all_nodes() {
    const Ipv6Addr group{{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
    return {multicast_mac(group), group};
}

const ArpPacket* read_arp(std::span<const std::byte> frame, std::size_t l3) {
    Cursor cursor{frame};
    if (!cursor.skip(l3)) return nullptr;
    const auto* arp = cursor.take<ArpPacket>();
    if (arp == nullptr || arp->hardware != hardware_ethernet ||
        arp->protocol != be16{static_cast<std::uint16_t>(EtherType::ipv4)} ||
        arp->hardware_length != sizeof(MacAddr) || arp->protocol_length != sizeof(Ipv4Addr) ||
        !is_station(arp->sender_mac))
        return nullptr;
    return arp;
}

Drop read_neighbor_notice(std::span<const std::byte> frame, std::size_t l3,
                          NeighborNotice& notice) {
    Cursor cursor{frame};
    if (!cursor.skip(l3)) return Drop::truncated;
    notice.ip = cursor.take<Ipv6Header>();
    if (notice.ip == nullptr) return Drop::truncated;
    const Ipv6Header& ip = *notice.ip;
    if (cursor.rest().size() < ip.payload_length.host()) return Drop::truncated;
    const auto body = cursor.rest().first(ip.payload_length.host());
    Cursor message{body};
    const auto* icmp = message.peek<IcmpHeader>();
    if (ip.version() != 6 || ip.next_header != IpProto::icmpv6 || ip.hop_limit != nd_hop_limit ||
        ip.source.multicast() || icmp == nullptr || icmp->code != 0 ||
        checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6, body) != be16{0})
        return Drop::icmp_malformed;
    if (icmp->type != icmpv6::neighbor_solicitation && icmp->type != icmpv6::neighbor_advertisement)
        return Drop::none;
    notice.message = message.take<NeighborMessage>();
    if (notice.message == nullptr || notice.message->target.multicast() ||
        !read_options(message, notice))
        return Drop::icmp_malformed;
    const bool ok = notice.solicitation() ? solicitation_ok(notice) : advertisement_ok(notice);
    return ok ? Drop::none : Drop::icmp_malformed;
}

}  // namespace weir

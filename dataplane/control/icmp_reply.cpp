#include "dataplane/control/icmp_reply.hpp"

#include <algorithm>
#include <array>

#include "dataplane/control/host_address.hpp"
#include "dataplane/control/icmp_packet.hpp"
#include "dataplane/wire/checksum.hpp"

namespace weir {
namespace {

constexpr std::uint8_t internetwork_control = 0xc0;  // RFC 1812 section 4.3.2.5, precedence 6
constexpr std::size_t longest_error4 = 576, longest_error6 = 1280;
constexpr std::uint32_t smallest_mtu6 = 1280;  // RFC 8200 section 5

// What a drop owes, apart from the IP version.
enum class Owed : std::uint8_t {
    nothing,
    time_exceeded,
    no_route,
    address_unreachable,
    packet_too_big,
    erroneous_field,
    sr_upper_layer,
    unknown_option,
    no_listener,  // which code depends on what nobody listens for
};

constexpr Owed owed(Drop drop) {
    switch (drop) {
        case Drop::hop_limit:
            return Owed::time_exceeded;
        case Drop::no_route:
        case Drop::policy_down:
        case Drop::sid_unknown:
            return Owed::no_route;
        case Drop::neighbor_failed:
            return Owed::address_unreachable;
        case Drop::packet_too_big:
            return Owed::packet_too_big;
        case Drop::routing_type:
        case Drop::srh_malformed:
        case Drop::srh_tlv:
        case Drop::segments_left:
            return Owed::erroneous_field;
        case Drop::upper_layer:
            return Owed::sr_upper_layer;
        case Drop::option_unknown:
            return Owed::unknown_option;
        case Drop::no_listener:
            return Owed::no_listener;
        // Whoever sends broken, forbidden or too much learns nothing from us.
        case Drop::none:
        case Drop::truncated:
        case Drop::not_for_us:
        case Drop::ethertype:
        case Drop::vlan:
        case Drop::ipv4_header:
        case Drop::ipv4_checksum:
        case Drop::ipv6_header:
        case Drop::martian:
        case Drop::link_local:
        case Drop::multicast:
        case Drop::source_check:
        case Drop::extension_headers:
        case Drop::nrp_unknown:
        case Drop::no_room:
        case Drop::sid_from_outside:
        case Drop::ecn_conflict:
        case Drop::neighbor_queue_full:
        case Drop::punt_rate:
        case Drop::punt_full:
        case Drop::icmp_malformed:
        case Drop::handoff_full:
        case Drop::port_down:
        case Drop::egress_full:
        case Drop::slice_full:
        case Drop::lossless_full:
        case Drop::edge_overrun:
        case Drop::watchdog:
        case Drop::mac_control:
        case Drop::device_refused:
        case Drop::no_buffer:
        case Drop::reconfigured:
        case Drop::stopped:
            return Owed::nothing;
    }
    return Owed::nothing;
}

bool has_ports(IpProto protocol) { return protocol == IpProto::udp || protocol == IpProto::tcp; }

// RFC 792, RFC 1812 section 4.3.3.6. The id and DF of the request are good for the answer too: what
// may be fragmented one way may be so the other way.
std::optional<IpPacket> echo_reply4(std::span<const std::byte> packet) {
    const Ipv4Header* ip = read_ipv4(packet);
    if (ip == nullptr || packet_length(*ip) > packet.size() || ip->protocol != IpProto::icmp ||
        (ip->fragment.host() & 0x3fffU) != 0 || !is_host(ip->source) || !is_host(ip->destination))
        return {};
    const auto message = packet.first(packet_length(*ip)).subspan(ip->header_length());
    Cursor cursor{message};
    const auto* icmp = cursor.take<IcmpHeader>();
    if (icmp == nullptr || icmp->type != icmpv4::echo_request || icmp->code != 0 ||
        checksum(message) != be16{0})
        return {};
    Ipv4Header reply{};
    reply.tos = ip->tos & 0xfcU;  // RFC 1812 section 4.3.2.5; no ECN on what answers nothing
    reply.id = ip->id;
    reply.fragment = be16{static_cast<std::uint16_t>(ip->fragment.host() & 0x4000U)};
    reply.source = ip->destination;
    reply.destination = ip->source;
    return ipv4_packet(reply, {icmpv4::echo_reply, 0, be16{0}, icmp->value}, cursor.rest());
}

// RFC 4443 section 4.2.
std::optional<IpPacket> echo_reply6(std::span<const std::byte> packet) {
    const Ipv6Header* ip = read_ipv6(packet);
    if (ip == nullptr || packet_length(*ip) > packet.size() || !is_host(ip->source) ||
        !is_host(ip->destination))
        return {};
    const auto whole = packet.first(packet_length(*ip));
    const auto upper = find_upper_layer(whole, *ip);
    if (!upper || upper->protocol != IpProto::icmpv6 || upper->more_fragments ||
        upper->refused != Drop::none)
        return {};
    const auto message = whole.subspan(upper->at);
    Cursor cursor{message};
    const auto* icmp = cursor.take<IcmpHeader>();
    if (icmp == nullptr || icmp->type != icmpv6::echo_request || icmp->code != 0 ||
        checksum_ipv6(ip->source, ip->destination, IpProto::icmpv6, message) != be16{0})
        return {};
    Ipv6Header reply{};
    reply.version_class_label = be32{6U << 28U};
    reply.set_traffic_class(ip->traffic_class() & 0xfcU);
    reply.source = ip->destination;
    reply.destination = ip->source;
    return ipv6_packet(reply, {icmpv6::echo_reply, 0, be16{0}, icmp->value}, cursor.rest());
}

// An error about these would itself be about an error, or about nothing that this node should know.
// Types we have never heard of may be errors.
bool may_answer_icmp4(std::span<const std::byte> message) {
    constexpr std::array questions{0, 8, 9, 10, 13, 14, 15, 16, 17, 18};
    return !message.empty() &&
           std::ranges::find(questions, std::to_integer<int>(message.front())) != questions.end();
}
bool may_answer_icmp6(std::span<const std::byte> message) {  // RFC 4443 section 2.4 (e.1), (e.2)
    if (message.empty()) return false;
    const auto type = std::to_integer<unsigned>(message.front());
    return type >= icmpv6::echo_request && type != icmpv6::redirect;
}

std::optional<IcmpHeader> error4(Owed what, std::uint32_t value, IpProto protocol) {
    const auto unreachable = [](std::uint8_t code, std::uint32_t rest = 0) {
        return IcmpHeader{icmpv4::unreachable, code, be16{0}, be32{rest}};
    };
    switch (what) {
        case Owed::time_exceeded:
            return IcmpHeader{icmpv4::time_exceeded, 0, be16{0}, be32{0}};
        case Owed::no_route:
            return unreachable(icmpv4::code_net_unreachable);
        case Owed::address_unreachable:
            return unreachable(icmpv4::code_host_unreachable);
        case Owed::packet_too_big:  // RFC 1191 section 4; without DF too: we fragment nothing
            return unreachable(icmpv4::code_fragmentation_needed, std::min(value, 0xffffU));
        case Owed::no_listener:
            if (protocol == IpProto::icmp) return {};  // ICMP is heard, whatever it says
            return unreachable(has_ports(protocol) ? icmpv4::code_port_unreachable
                                                   : icmpv4::code_protocol_unreachable);
        case Owed::erroneous_field:  // these speak of IPv6 headers
        case Owed::sr_upper_layer:
        case Owed::unknown_option:
        case Owed::nothing:
            return {};
    }
    return {};
}

std::optional<IcmpHeader> error6(Owed what, std::uint32_t value, const UpperLayer& upper) {
    const auto make = [](std::uint8_t type, std::uint8_t code, std::uint32_t rest = 0) {
        return IcmpHeader{type, code, be16{0}, be32{rest}};
    };
    switch (what) {
        case Owed::time_exceeded:
            return make(icmpv6::time_exceeded, 0);
        case Owed::no_route:
            return make(icmpv6::unreachable, icmpv6::code_no_route);
        case Owed::address_unreachable:
            return make(icmpv6::unreachable, icmpv6::code_address_unreachable);
        case Owed::packet_too_big:  // RFC 2473 section 7.1: never less than what every link carries
            return make(icmpv6::packet_too_big, 0, std::max(value, smallest_mtu6));
        case Owed::erroneous_field:
            return make(icmpv6::parameter_problem, icmpv6::code_erroneous_field, value);
        case Owed::sr_upper_layer:
            return make(icmpv6::parameter_problem, icmpv6::code_sr_upper_layer, value);
        case Owed::unknown_option:
            if (value == 0) return {};  // the option asks for silence
            return make(icmpv6::parameter_problem, icmpv6::code_unknown_option, value);
        case Owed::no_listener:
            // An unknown ICMPv6 message is discarded (RFC 4443 section 2.4 (b)), and "no next
            // header" asks for nobody (RFC 8200 section 4.7).
            if (upper.protocol == IpProto::icmpv6 || upper.protocol == IpProto::none) return {};
            if (has_ports(upper.protocol))
                return make(icmpv6::unreachable, icmpv6::code_port_unreachable);
            return make(icmpv6::parameter_problem, icmpv6::code_unknown_next_header,
                        static_cast<std::uint32_t>(upper.named_at));
        case Owed::nothing:
            return {};
    }
    return {};
}

std::span<const std::byte> quote(std::span<const std::byte> packet, std::size_t length,
                                 std::size_t room) {
    return packet.first(std::min({packet.size(), length, room}));
}

std::optional<IpPacket> icmp_error4(std::span<const std::byte> packet, Owed what,
                                    std::uint32_t value, const Ipv4Addr& source) {
    const Ipv4Header* ip = read_ipv4(packet);
    if (ip == nullptr || ip->later_fragment() || !is_host(ip->source) || !is_host(ip->destination))
        return {};
    if (ip->protocol == IpProto::icmp && !may_answer_icmp4(packet.subspan(ip->header_length())))
        return {};
    const auto icmp = error4(what, value, ip->protocol);
    if (!icmp) return {};
    Ipv4Header error{};
    error.tos = internetwork_control;
    error.fragment = be16{0x4000};  // RFC 6864 section 4.1: so no id is needed
    error.source = source;
    error.destination = ip->source;
    const std::size_t room = longest_error4 - sizeof(Ipv4Header) - sizeof(IcmpHeader);
    return ipv4_packet(error, *icmp, quote(packet, packet_length(*ip), room));
}

std::optional<IpPacket> icmp_error6(std::span<const std::byte> packet, Owed what,
                                    std::uint32_t value, const Ipv6Addr& source) {
    const Ipv6Header* ip = read_ipv6(packet);
    if (ip == nullptr || !is_host(ip->source)) return {};
    const bool to_host = is_host(ip->destination);
    const bool to_group = ip->destination.multicast() && what == Owed::packet_too_big;
    if (!to_host && !to_group) return {};
    const auto whole = packet.first(std::min(packet.size(), packet_length(*ip)));
    const auto upper = find_upper_layer(whole, *ip);
    if (!upper) return {};
    if (upper->protocol == IpProto::icmpv6 && !may_answer_icmp6(whole.subspan(upper->at)))
        return {};
    const auto icmp = error6(what, value, *upper);
    if (!icmp) return {};
    Ipv6Header error{};
    error.version_class_label = be32{6U << 28U};
    error.source = source;
    error.destination = ip->source;
    const std::size_t room = longest_error6 - sizeof(Ipv6Header) - sizeof(IcmpHeader);
    return ipv6_packet(error, *icmp, quote(packet, packet_length(*ip), room));
}

unsigned version_of(std::span<const std::byte> packet) {
    return packet.empty() ? 0 : std::to_integer<unsigned>(packet.front()) >> 4U;
}

}  // namespace

std::optional<IpPacket> echo_reply(std::span<const std::byte> packet) {
    return version_of(packet) == 4 ? echo_reply4(packet) : echo_reply6(packet);
}

std::optional<IpPacket> icmp_error(std::span<const std::byte> packet, Drop drop,
                                   std::uint32_t value, const IcmpErrorSource& source) {
    const Owed what = owed(drop);
    if (what == Owed::nothing) return {};
    if (version_of(packet) == 4)
        return source.ipv4 ? icmp_error4(packet, what, value, *source.ipv4) : std::nullopt;
    return source.ipv6 ? icmp_error6(packet, what, value, *source.ipv6) : std::nullopt;
}

Refusal refusal(std::span<const std::byte> packet) {
    const Ipv6Header* ip = read_ipv6(packet);
    if (ip == nullptr) return {};
    const auto upper =
        find_upper_layer(packet.first(std::min(packet.size(), packet_length(*ip))), *ip);
    return upper ? Refusal{upper->refused, upper->pointer} : Refusal{};
}

bool owes_icmp_error(Drop drop) { return owed(drop) != Owed::nothing; }

}  // namespace weir

#include "tools/gen/stamp.hpp"

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {
namespace {

// More headers than any packet of ours has: bounds the work per packet.
constexpr int max_headers = 8;

std::optional<Found> found_udp(Cursor cursor, std::size_t ip) noexcept {
    const std::size_t udp = cursor.position();
    if (!cursor.skip(sizeof(UdpHeader))) return {};
    const Stamp* stamp = cursor.peek<Stamp>();
    if (stamp == nullptr || stamp->magic != be16{Stamp::magic_value}) return {};
    return Found{stamp, ip, udp};
}

// Steps over one IPv4 header; the protocol behind it, or none where no packet of ours goes on so.
IpProto step_ipv4(Cursor& cursor) noexcept {
    const auto* ip = cursor.peek<Ipv4Header>();
    if (ip == nullptr || ip->version() != 4 || ip->header_length() < sizeof *ip ||
        ip->later_fragment() || !cursor.skip(ip->header_length()))
        return IpProto::none;
    return ip->protocol;
}

IpProto step_ipv6(Cursor& cursor) noexcept {
    const auto* ip = cursor.take<Ipv6Header>();
    return ip == nullptr || ip->version() != 6 ? IpProto::none : ip->next_header;
}

IpProto step_extension(Cursor& cursor) noexcept {
    const auto* header = cursor.peek<ExtensionHeader>();
    if (header == nullptr || !cursor.skip(header->length())) return IpProto::none;
    return header->next_header;
}

}  // namespace

std::optional<Found> find_stamp(std::span<const std::byte> frame) noexcept {
    Cursor cursor{frame};
    const auto* ethernet = cursor.take<EthernetHeader>();
    if (ethernet == nullptr) return {};
    EtherType type = ethernet->ether_type();
    while (type == EtherType::vlan) {
        const auto* tag = cursor.take<VlanTag>();
        if (tag == nullptr) return {};
        type = static_cast<EtherType>(tag->type.host());
    }
    std::size_t ip = cursor.position();
    IpProto next = IpProto::none;
    if (type == EtherType::ipv4) next = step_ipv4(cursor);
    if (type == EtherType::ipv6) next = step_ipv6(cursor);
    for (int headers = 0; headers < max_headers; ++headers) {
        if (next == IpProto::udp) return found_udp(cursor, ip);
        if (next == IpProto::ipv4 || next == IpProto::ipv6) {
            ip = cursor.position();
            next = next == IpProto::ipv4 ? step_ipv4(cursor) : step_ipv6(cursor);
        } else if (next == IpProto::routing || next == IpProto::destination ||
                   next == IpProto::hop_by_hop) {
            next = step_extension(cursor);
        } else {
            return {};
        }
    }
    return {};
}

bool checksums_ok(std::span<const std::byte> frame, const Found& found) noexcept {
    const auto* udp = reinterpret_cast<const UdpHeader*>(frame.data() + found.udp);
    const std::size_t length = udp->length.host();
    if (length < sizeof *udp || length > frame.size() - found.udp) return false;
    const auto bytes = frame.subspan(found.udp, length);
    const auto* ip6 = reinterpret_cast<const Ipv6Header*>(frame.data() + found.ip);
    if (ip6->version() == 6) {
        return udp->checksum != be16{0} &&
               checksum_ipv6(ip6->source, ip6->destination, IpProto::udp, bytes) == be16{0};
    }
    const auto* ip4 = reinterpret_cast<const Ipv4Header*>(frame.data() + found.ip);
    if (!ipv4_checksum_ok(*ip4)) return false;
    if (udp->checksum == be16{0}) return true;
    std::uint64_t sum = checksum_add(std::as_bytes(std::span{&ip4->source, 1}));
    sum = checksum_add(std::as_bytes(std::span{&ip4->destination, 1}), sum);
    const be16 rest[2] = {be16{static_cast<std::uint16_t>(IpProto::udp)}, udp->length};
    sum = checksum_add(std::as_bytes(std::span{rest}), sum);
    return checksum_finish(checksum_add(bytes, sum)) == be16{0};
}

}  // namespace weir

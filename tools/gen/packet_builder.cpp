#include "tools/gen/packet_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "dataplane/wire/ethernet.hpp"
#include "srv6/encap.hpp"

namespace weir {
namespace {

template <class Header>
Header& header_at(std::byte* packet, std::size_t offset) {
    return *reinterpret_cast<Header*>(packet + offset);
}

template <class T>
std::uint64_t sum_of(const T& value, std::uint64_t sum = 0) {
    return checksum_add(std::as_bytes(std::span{&value, 1}), sum);
}

// 0 would say "no checksum" (RFC 768, RFC 8200 section 8.1); its other form means the same sum.
be16 udp_checksum(std::uint64_t sum) {
    const be16 checksum = checksum_finish(sum);
    return checksum == be16{0} ? be16{0xffff} : checksum;
}

Ipv4Addr plus(Ipv4Addr address, std::uint32_t n) { return Ipv4Addr::from_bits(address.bits() + n); }

Ipv6Addr plus(Ipv6Addr address, std::uint32_t n) {
    be32 low;
    std::memcpy(&low, address.octets.data() + 12, sizeof low);
    low = be32{low.host() + n};
    std::memcpy(address.octets.data() + 12, &low, sizeof low);
    return address;
}

bool carries_ipv4(const Traffic& traffic) {
    return std::holds_alternative<AddressPair<Ipv4Addr>>(traffic.addresses);
}

std::size_t outer_bytes(const Traffic& traffic) {
    const std::size_t segments = traffic.path.segments.size();
    return segments == 0 ? 0 : encap_bytes(traffic.path.mode, segments);
}

}  // namespace

std::size_t PacketBuilder::least_size(const Traffic& traffic) {
    return sizeof(EthernetHeader) + outer_bytes(traffic) +
           (carries_ipv4(traffic) ? sizeof(Ipv4Header) : sizeof(Ipv6Header)) + sizeof(UdpHeader) +
           sizeof(Stamp);
}

PacketBuilder::PacketBuilder(const Traffic& traffic, std::span<const std::uint16_t> sizes)
    : traffic_{traffic},
      ipv4_{carries_ipv4(traffic)},
      ip_at_{sizeof(EthernetHeader) + outer_bytes(traffic)},
      udp_at_{ip_at_ + (ipv4_ ? sizeof(Ipv4Header) : sizeof(Ipv6Header))},
      stamp_at_{udp_at_ + sizeof(UdpHeader)} {
    if (traffic.flows == 0 || traffic.flows > max_flows)
        throw std::invalid_argument{
            fmt::format("{} flows asked, 1 to {} are possible", traffic.flows, max_flows)};
    if (!traffic.checksum && !ipv4_)
        throw std::invalid_argument{"UDP over IPv6 needs its checksum (RFC 8200 section 8.1)"};
    for (const std::uint16_t size : sizes) {
        if (size < head_bytes())
            throw std::invalid_argument{fmt::format(
                "a frame of {} bytes has no room for its headers and the {}-byte stamp; the "
                "smallest is {}",
                size, sizeof(Stamp), head_bytes())};
        templates_.push_back(build(size));
    }
    flows_.reserve(traffic.flows);
    for (std::uint32_t flow = 0; flow < traffic.flows; ++flow) flows_.push_back(sum_flow(flow));
}

template <class Address>
AddressPair<Address> PacketBuilder::addresses(std::uint32_t flow) const noexcept {
    AddressPair<Address> pair = *std::get_if<AddressPair<Address>>(&traffic_.addresses);
    if (traffic_.spread.source) pair.source = plus(pair.source, flow);
    if (traffic_.spread.destination) pair.destination = plus(pair.destination, flow);
    return pair;
}

std::uint16_t PacketBuilder::port(std::uint32_t flow) const noexcept {
    if (!traffic_.spread.port) return traffic_.source_port;
    const std::uint32_t usable = 65'536U - traffic_.source_port;
    return static_cast<std::uint16_t>(traffic_.source_port + flow % usable);
}

std::uint32_t PacketBuilder::label(std::uint32_t flow) const noexcept {
    const auto base = static_cast<std::uint32_t>(traffic_.label);
    if (!traffic_.spread.label) return base;
    return 1 + (std::max(base, 1U) - 1 + flow) % 0xfffffU;
}

void PacketBuilder::build_ip(Template& into) const {
    std::byte* const out = into.bytes.data();
    const std::size_t ip_bytes = into.bytes.size() - ip_at_;
    if (!ipv4_) {
        const auto pair = addresses<Ipv6Addr>(0);
        const FlowLabel own = traffic_.path.segments.empty() ? FlowLabel{label(0)} : FlowLabel{0};
        header_at<Ipv6Header>(out, ip_at_) = {
            be32{6U << 28U | std::uint32_t{traffic_.traffic_class} << 20U |
                 static_cast<std::uint32_t>(own)},
            be16{static_cast<std::uint16_t>(ip_bytes - sizeof(Ipv6Header))},
            IpProto::udp,
            traffic_.hop_limit,
            pair.source,
            pair.destination};
        return;
    }
    auto& ip = header_at<Ipv4Header>(out, ip_at_);
    ip = {0x45,
          traffic_.traffic_class,
          be16{static_cast<std::uint16_t>(ip_bytes)},
          be16{0},
          be16{0x4000},
          traffic_.hop_limit,
          {},
          be16{0},
          {},
          {}};
    ip.protocol = IpProto::udp;
    into.ip_sum = sum_of(ip);
    const auto pair = addresses<Ipv4Addr>(0);
    ip.source = pair.source;
    ip.destination = pair.destination;
}

PacketBuilder::Template PacketBuilder::build(std::size_t size) const {
    Template made;
    made.bytes.resize(size);
    std::byte* const out = made.bytes.data();
    const bool outer = !traffic_.path.segments.empty();
    const EtherType type = ipv4_ && !outer ? EtherType::ipv4 : EtherType::ipv6;
    header_at<EthernetHeader>(out, 0) = {traffic_.destination_mac, traffic_.source_mac,
                                         be16{static_cast<std::uint16_t>(type)}};
    if (outer) {
        const EncapHeader encap{traffic_.path.mode, traffic_.path.source, traffic_.path.segments,
                                traffic_.hop_limit};
        encap.write(out + sizeof(EthernetHeader), ipv4_ ? IpProto::ipv4 : IpProto::ipv6,
                    size - ip_at_, traffic_.traffic_class, FlowLabel{label(0)});
    }
    build_ip(made);
    for (std::size_t at = stamp_at_; at < size; ++at)
        out[at] = std::byte{payload_pattern(at - stamp_at_)};
    auto& stamp = header_at<Stamp>(out, stamp_at_);
    stamp = {be16{Stamp::magic_value}, be16{traffic_.stream}, be16{0}, be64{0}, be64{0}};
    auto& udp = header_at<UdpHeader>(out, udp_at_);
    udp = {be16{0}, be16{traffic_.destination_port},
           be16{static_cast<std::uint16_t>(size - udp_at_)}, be16{0}};
    made.udp_sum = checksum_add(std::span{made.bytes}.subspan(udp_at_), sum_of(udp.length));
    made.udp_sum += sum_of(be16{static_cast<std::uint16_t>(IpProto::udp)});
    udp.source = be16{port(0)};
    return made;
}

PacketBuilder::Flow PacketBuilder::sum_flow(std::uint32_t flow) const noexcept {
    const std::uint64_t pair =
        ipv4_ ? sum_of(addresses<Ipv4Addr>(flow)) : sum_of(addresses<Ipv6Addr>(flow));
    const std::uint64_t rest =
        sum_of(be16{port(flow)}) + sum_of(be16{static_cast<std::uint16_t>(flow)});
    const auto fold = [](std::uint64_t sum) {
        sum = (sum & 0xffffffffU) + (sum >> 32U);
        return static_cast<std::uint32_t>((sum & 0xffffffffU) + (sum >> 32U));
    };
    return {fold(pair), fold(pair + rest)};
}

void PacketBuilder::patch_flow(std::byte* out, std::uint32_t flow) const noexcept {
    if (traffic_.spread.port) header_at<UdpHeader>(out, udp_at_).source = be16{port(flow)};
    if (traffic_.spread.label) {
        auto& word = header_at<Ipv6Header>(out, sizeof(EthernetHeader)).version_class_label;
        word = be32{(word.host() & 0xfff00000U) | label(flow)};
    }
    if (!traffic_.spread.source && !traffic_.spread.destination) return;
    if (ipv4_) {
        const auto pair = addresses<Ipv4Addr>(flow);
        header_at<Ipv4Header>(out, ip_at_).source = pair.source;
        header_at<Ipv4Header>(out, ip_at_).destination = pair.destination;
    } else {
        const auto pair = addresses<Ipv6Addr>(flow);
        header_at<Ipv6Header>(out, ip_at_).source = pair.source;
        header_at<Ipv6Header>(out, ip_at_).destination = pair.destination;
    }
}

void PacketBuilder::write(std::span<std::byte> out, std::size_t which, std::uint32_t flow,
                          std::uint64_t sequence, std::uint64_t time) const noexcept {
    const Template& made = templates_[which];
    std::memcpy(out.data(), made.bytes.data(), std::min(out.size(), made.bytes.size()));
    patch_flow(out.data(), flow);
    auto& stamp = header_at<Stamp>(out.data(), stamp_at_);
    stamp.flow = be16{static_cast<std::uint16_t>(flow)};
    stamp.sequence = be64{sequence};
    stamp.time = be64{time};
    const Flow& sums = flows_[flow];
    if (ipv4_)
        header_at<Ipv4Header>(out.data(), ip_at_).checksum =
            checksum_finish(made.ip_sum + sums.addresses);
    if (!traffic_.checksum) return;
    const std::uint64_t sum = made.udp_sum + sums.udp + sum_of(be64{sequence}) + sum_of(be64{time});
    header_at<UdpHeader>(out.data(), udp_at_).checksum = udp_checksum(sum);
}

}  // namespace weir

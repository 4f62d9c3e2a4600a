#include "tools/gen/answerer.hpp"

#include <array>
#include <cstring>

#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/wire/ip.hpp"
#include "tools/gen/buffers.hpp"
#include "tools/gen/clock.hpp"

namespace weir {
namespace {

constexpr PortId the_port{0};

bool is_neighbor_message(std::span<const std::byte> frame) {
    Cursor cursor{frame};
    cursor.take<EthernetHeader>();
    const auto* ip = cursor.take<Ipv6Header>();
    const auto* icmp = cursor.peek<IcmpHeader>();
    return ip != nullptr && icmp != nullptr && ip->next_header == IpProto::icmpv6 &&
           (icmp->type == icmpv6::neighbor_solicitation ||
            icmp->type == icmpv6::neighbor_advertisement);
}

}  // namespace

Answerer::Answerer(Port& port, rte_mempool& pool, const MacAddr& mac, const OwnAddresses& own,
                   std::uint64_t ticks_per_second)
    : port_{port}, pool_{pool}, ticks_per_second_{ticks_per_second} {
    ResolverPort mine{mac, own.ipv4, own.ipv6};
    mine.address6.push_back({link_local_address(mac), 64});
    ResolverOutput out;
    resolver_.set_ports({mine}, instant(ticks()), out);
    hand_over(out);
}

Answerer::~Answerer() {
    std::array<Packet*, 64> left;
    give_back({left.data(), frames_.pop(left)});
}

Instant Answerer::instant(std::uint64_t at) const {
    return Instant{to_nanos(at, ticks_per_second_)};
}

void Answerer::ask_for(const std::variant<Ipv4Addr, Ipv6Addr>& gateway) {
    const auto* v4 = std::get_if<Ipv4Addr>(&gateway);
    const std::pair<PortId, Ipv6Addr> asked{
        the_port, v4 != nullptr ? mapped(*v4) : std::get<Ipv6Addr>(gateway)};
    ResolverOutput out;
    gateway_ = resolver_.pin({&asked, 1}, instant(ticks()), out).front();
    hand_over(out);
}

std::optional<MacAddr> Answerer::gateway_mac() const {
    if (!gateway_ || *gateway_ == no_neighbor) return {};
    return table_.mac(*gateway_);
}

bool Answerer::hear(std::span<const std::byte> frame, std::uint64_t now) {
    if (obedience_ != nullptr && obedience_->hear(frame, now)) return true;
    if (frame.size() < sizeof(EthernetHeader)) return false;
    const auto& ethernet = *reinterpret_cast<const EthernetHeader*>(frame.data());
    const bool arp = ethernet.ether_type() == EtherType::arp;
    if (!arp && (ethernet.ether_type() != EtherType::ipv6 || !is_neighbor_message(frame)))
        return false;
    ResolverOutput out;
    if (arp)
        resolver_.on_arp(frame, sizeof ethernet, the_port, instant(now), out);
    else
        resolver_.on_nd(frame, sizeof ethernet, the_port, instant(now), out);
    hand_over(out);
    return true;
}

void Answerer::listen(std::uint64_t now) {
    std::array<Packet*, 32> packets;
    for (std::uint16_t queue = 0; queue < port_.receive_queues(); ++queue) {
        const std::span got{packets.data(), port_.receive(queue, packets)};
        for (Packet* packet : got) hear(bytes(*packet), now);
        give_back(got);
    }
}

void Answerer::tick(std::uint64_t now) {
    ResolverOutput out;
    resolver_.tick(instant(now), out);
    hand_over(out);
}

// No packet waits for a neighbor here and no worker holds its slot: only frames are to be sent.
// One that finds no buffer or no room is asked for again.
void Answerer::hand_over(const ResolverOutput& out) {
    for (const NeighborId id : out.erased) table_.release(id);
    for (const auto& frame : out.frames) {
        Packet* packet = nullptr;
        if (!take_buffers(pool_, {&packet, 1})) continue;
        std::memcpy(room(*packet).data(), frame.bytes.data(), frame.bytes.size());
        set_length(*packet, frame.bytes.size());
        if (!frames_.push(packet)) give_back({&packet, 1});
    }
}

void Answerer::speak() {
    std::array<Packet*, 64> packets;
    const std::span frames{packets.data(), frames_.pop(packets)};
    if (frames.empty()) return;
    give_back(frames.subspan(port_.transmit(frames)));
}

}  // namespace weir

#include "dataplane/worker/spreader.hpp"

#include <rte_prefetch.h>

#include "dataplane/wire/ethernet.hpp"
#include "srv6/flow.hpp"

namespace weir {
namespace {

constexpr std::size_t look_ahead = 4;

std::uint32_t ipv6_hash(std::span<const std::byte> packet) noexcept {
    if (packet.size() < sizeof(Ipv6Header)) return 0;
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    return ip.flow_label() != FlowLabel{0} ? flow_hash_outer(ip) : flow_hash_ipv6(packet);
}

}  // namespace

std::uint32_t spread_hash(const Packet& packet) noexcept {
    std::span<const std::byte> frame{rte_pktmbuf_mtod(&packet, const std::byte*), packet.data_len};
    if (frame.size() < sizeof(EthernetHeader)) return 0;
    EtherType type = reinterpret_cast<const EthernetHeader*>(frame.data())->ether_type();
    frame = frame.subspan(sizeof(EthernetHeader));
    if (type == EtherType::vlan && frame.size() >= sizeof(VlanTag)) [[unlikely]] {
        be16 inner;  // behind the tag's own two octets
        __builtin_memcpy(&inner, frame.data() + sizeof(VlanTag) - sizeof inner, sizeof inner);
        type = static_cast<EtherType>(inner.host());
        frame = frame.subspan(sizeof(VlanTag));
    }
    if (type == EtherType::ipv6) return ipv6_hash(frame);
    if (type == EtherType::ipv4 && frame.size() >= sizeof(Ipv4Header)) return flow_hash_ipv4(frame);
    return 0;
}

Spreader::Spreader(Setup setup)
    : setup_{std::move(setup)},
      outboxes_(setup_.raw->workers()),
      incoming_{setup_.raw->to(setup_.self)},
      loops_(setup_.raw->workers()),
      marks_(setup_.raw->workers()) {
    for (std::size_t i = 0; i < outboxes_.size(); ++i)
        outboxes_[i].ring = setup_.raw->ring(setup_.self, static_cast<WorkerId>(i));
}

bool Spreader::has_room(std::size_t packets) const noexcept {
    for (const Outbox& outbox : outboxes_)
        if (outbox.ring != nullptr && !outbox.ring->has_room(packets)) return false;
    return true;
}

std::span<Packet*> Spreader::spread(std::span<Packet*> packets, PortId in) noexcept {
    std::size_t mine = 0;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (i + look_ahead < packets.size())
            rte_prefetch0(rte_pktmbuf_mtod(packets[i + look_ahead], const void*));
        Packet* packet = packets[i];
        const std::size_t to = std::uint64_t{spread_hash(*packet)} * outboxes_.size() >> 32U;
        if (to == index(setup_.self)) {
            packets[mine++] = packet;
            continue;
        }
        packet->port = static_cast<std::uint16_t>(index(in));
        outboxes_[to].packets[outboxes_[to].count++] = packet;
    }
    flush();
    return packets.first(mine);
}

void Spreader::flush() noexcept {
    for (Outbox& outbox : outboxes_) {
        if (outbox.count == 0) continue;
        outbox.ring->push({outbox.packets.data(), outbox.count});
        setup_.shard->handed_over.add(outbox.count);
        setup_.shard->spread.add(outbox.count);
        outbox.count = 0;
    }
}

// What other queues hand over from now on does not matter.
void Spreader::mark() noexcept {
    for (std::size_t i = 0; i < marks_.size(); ++i)
        if (const PacketRing* ring = setup_.frames->ring(setup_.self, static_cast<WorkerId>(i)))
            marks_[i] = ring->pushed();
}

bool Spreader::passed() const noexcept {
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const PacketRing* ring = setup_.frames->ring(setup_.self, static_cast<WorkerId>(i));
        if (ring != nullptr && ring->popped() < marks_[i]) return false;
    }
    return true;
}

HotQueue::Workers Spreader::look() noexcept {
    HotQueue::Workers seen{.loops = loops_};
    for (std::size_t i = 0; i < loops_.size(); ++i) {
        const Shard& shard = *setup_.shards[i];
        loops_[i] = shard.loops.read();
        if (i == index(setup_.self)) continue;
        if (outboxes_[i].ring->size() != 0) seen.taken = false;
        seen.others_busy += shard.busy_cycles.read();
        seen.others_total += shard.total_cycles.read();
    }
    return seen;
}

}  // namespace weir

#include "tools/sim/flood.hpp"

#include <algorithm>

namespace weir::sim {

void Flood::add(const FloodFlow& flow) {
    if (counts_.size() <= static_cast<std::size_t>(flow.id))
        counts_.resize(static_cast<std::size_t>(flow.id) + 1);
    flows_.push_back({flow, flow.from, Bytes{flow.wire} / flow.rate});
    engine_.wake_at(flow.from, *this);
}

void Flood::wake(Instant now, std::uint64_t /*what*/) {
    if (look_ <= now) look_ = Instant{Nanos::max()};
    transmitter_->kick(now);
}

// Round robin between the flows whose time has come; what a pause kept is sent late, not lost.
PacketId Flood::next(Instant now, std::uint32_t /*port*/, std::uint8_t allowed) {
    Instant first{Nanos::max()};
    for (std::size_t i = 0; i < flows_.size(); ++i) {
        const std::size_t at = (turn_ + i) % flows_.size();
        Sending& it = flows_[at];
        if ((allowed >> it.flow.priority & 1U) == 0 || it.due >= it.flow.until) continue;
        if (it.due > now) {
            first = std::min(first, it.due);
            continue;
        }
        turn_ = at + 1;
        // A line that was busy does not make a source faster than it is, but for 100 us.
        it.due = std::max(it.due, now + Nanos{-100'000}) + it.every;
        Packet packet;
        packet.flow = it.flow.id;
        packet.destination = it.flow.destination;
        packet.sequence = counts_[static_cast<std::size_t>(it.flow.id)].sent++;
        packet.made = now;
        packet.wire = it.flow.wire;
        packet.label = it.flow.label;
        packet.slice = it.flow.slice;
        packet.priority = it.flow.priority;
        return packets_.make(packet);
    }
    if (first < look_) {
        look_ = first;
        engine_.wake_at(first, *this);
    }
    return no_packet;
}

void Flood::receive(Instant now, PacketId id, std::uint32_t /*port*/) {
    const Packet& packet = packets_[id];
    if (packet.kind == PacketKind::message) {
        if (const Message& message = messages_[packet.sequence]; message.pause)
            transmitter_->pause(now, *message.pause);
    } else if (packet.kind == PacketKind::data) {
        FloodCounts& flow = counts_[static_cast<std::size_t>(packet.flow)];
        if (flow.received++ == 0) flow.first = now;
        flow.last = now;
        flow.bytes += packet.wire;
        if (packet.sequence < flow.expected) ++flow.reordered;
        flow.expected = std::max(flow.expected, packet.sequence + 1);
    }
    packets_.free(id);
}

}  // namespace weir::sim

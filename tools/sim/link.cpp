#include "tools/sim/link.hpp"

#include <cassert>

namespace weir::sim {

namespace {
constexpr std::uint64_t head = UINT64_MAX;  // of the ring; any other wake names its packet
}

Link::Link(Engine& engine, PacketPool& packets, const LinkConfig& config, Receiver& to,
           std::uint32_t port)
    : engine_{engine},
      packets_{packets},
      to_{to},
      port_{port},
      config_{config},
      impairers_{Impairer{config.data, Random{config.seed, 2 * config.stream}},
                 Impairer{config.messages, Random{config.seed, 2 * config.stream + 1}}} {}

void Link::carry(Instant began, Instant now, PacketId packet) {
    const Packet& it = packets_[packet];
    const std::size_t which = it.kind == PacketKind::message ? 1 : 0;
    ++counts_[which].sent;
    counts_[which].sent_bytes += it.wire;
    if (passed_cuts_ < cuts_.size() && is_cut(began, now)) {
        ++counts_[which].lost_in_cut;
        packets_.free(packet);
        return;
    }
    const Instant arrives = now + config_.propagation;
    if (impairers_[which].any() && !impaired(arrives, packet, which)) return;
    if (in_order_.empty()) engine_.wake_at(arrives, *this, head);
    in_order_.push({arrives, packet});
}

void Link::cut(Instant from, Instant until) {
    assert(cuts_.empty() || cuts_.back().from <= from);
    cuts_.push_back({from, until});
}

void Link::impair(const Impairment& data, const Impairment& messages) {
    impairers_[0].set(data);
    impairers_[1].set(messages);
}

bool Link::is_cut(Instant began, Instant now) {
    while (passed_cuts_ < cuts_.size() && cuts_[passed_cuts_].until <= began) ++passed_cuts_;
    return passed_cuts_ < cuts_.size() && cuts_[passed_cuts_].from < now;
}

bool Link::impaired(Instant arrives, PacketId packet, std::size_t which) {
    Impairer& impairer = impairers_[which];
    LinkCounts& counts = counts_[which];
    const Fate fate = impairer.fate();
    if (fate != Fate::arrives) {
        ++(fate == Fate::lost ? counts.lost : counts.lost_in_burst);
        packets_.free(packet);
        return false;
    }
    if (impairer.duplicates()) {
        ++counts.duplicated;
        const Packet copy = packets_[packet];  // the pool may move while it makes one
        fly_alone(arrives + impairer.lateness(), packets_.make(copy));
    }
    if (!impairer.reorders()) return true;
    ++counts.reordered;
    fly_alone(arrives + impairer.lateness(), packet);
    return false;
}

void Link::fly_alone(Instant arrives, PacketId packet) {
    ++alone_;
    engine_.wake_at(arrives, *this, static_cast<std::uint64_t>(packet));
}

void Link::wake(Instant now, std::uint64_t what) {
    if (what != head) {
        --alone_;
        deliver(now, static_cast<PacketId>(what));
        return;
    }
    const PacketId packet = in_order_.pop().packet;
    if (!in_order_.empty()) engine_.wake_at(in_order_.front().arrives, *this, head);
    deliver(now, packet);
}

void Link::deliver(Instant now, PacketId packet) {
    const Packet& it = packets_[packet];
    LinkCounts& counts = counts_[it.kind == PacketKind::message ? 1 : 0];
    ++counts.delivered;
    counts.delivered_bytes += it.wire;
    to_.receive(now, packet, port_);
}

}  // namespace weir::sim

#include "tools/sim/host.hpp"

#include <algorithm>
#include <bit>
#include <cassert>

namespace weir::sim {

namespace {
constexpr std::uint8_t bit(std::uint8_t priority) {
    return static_cast<std::uint8_t>(1U << priority);
}
constexpr std::uint32_t least_wire = 84;  // of a frame of 64 bytes, preamble to gap
}  // namespace

void Flow::send(Instant now, Bytes bytes, std::uint64_t tag) {
    assert(host_ != nullptr);
    host_->post(now, *this, bytes, tag);
}

std::uint32_t Host::add_port(Link& out, const TransmitterConfig& config) {
    const auto port = static_cast<std::uint32_t>(nics_.size());
    nics_.emplace_back().out =
        std::make_unique<Transmitter>(engine_, packets_, out, *this, port, config);
    return port;
}

void Host::open(Instant now, Flow& flow) {
    assert(flow.config_.from == id_ && flow.config_.port < nics_.size());
    flow.host_ = this;
    enqueue(flow);
    nics_[flow.config_.port].out->kick(now);
}

void Host::post(Instant now, Flow& flow, Bytes bytes, std::uint64_t tag) {
    ++flow.counts_.posted;
    flow.undelivered_.push(tag);
    flow.sender_->post(now, bytes, tag);
    enqueue(flow);
    nics_[flow.config_.port].out->kick(now);
}

std::size_t Host::replies_held() const {
    std::size_t held = 0;
    for (const Nic& nic : nics_)
        for (const auto& ring : nic.replies) held += ring.size();
    return held;
}

void Host::receive(Instant now, PacketId packet, std::uint32_t port) {
    const Packet it = packets_[packet];
    packets_.free(packet);
    switch (it.kind) {
        case PacketKind::message:
            if (on_message_) on_message_(now, it, port);
            return;
        case PacketKind::data:
            if (it.destination == id_)
                data(now, it, port);
            else
                ++strays_;
            return;
        case PacketKind::ack:
        case PacketKind::nack:
        case PacketKind::cnp:
            if (it.destination == id_)
                heard(now, it);
            else
                ++strays_;
            return;
    }
}

void Host::data(Instant now, const Packet& packet, std::uint32_t port) {
    Flow& flow = flows_[packet.flow];
    const std::uint64_t distinct = flow.arrivals_.distinct();
    flow.arrivals_.add(packet.sequence, now - packet.made);
    if (flow.arrivals_.distinct() != distinct)
        flow.counts_.delivered_bytes += packet.wire - std::min(packet.wire, flow.config_.overhead);
    flow.counts_.marked += packet.marked ? 1 : 0;
    Replies replies;
    const std::uint64_t completed = flow.sink_->arrived(now, packet, replies);
    for (const Packet& one : replies) reply(flow, one, nics_[port]);
    if (replies.begin() != replies.end()) nics_[port].out->kick(now);
    for (std::uint64_t i = 0; i < completed; ++i) {
        ++flow.counts_.delivered;
        const std::uint64_t tag = flow.undelivered_.pop();
        if (flow.application_ != nullptr) flow.application_->delivered(now, flow.id_, tag);
    }
}

void Host::reply(Flow& flow, Packet packet, Nic& nic) {
    const FlowConfig& config = flow.config_;
    const Treatment& treatment = config.back ? *config.back : config.treatment;
    packet.flow = flow.id_;
    packet.destination = config.from;
    packet.came_from = id_;
    packet.wire = std::max(least_wire, config.overhead + 4);  // AETH
    packet.label = treatment.label;
    packet.slice = treatment.slice;
    packet.priority = treatment.priority;
    nic.replies[packet.priority].push(packets_.make(packet));
    nic.replying |= bit(packet.priority);
    ++flow.counts_.replies;
}

void Host::heard(Instant now, const Packet& packet) {
    Flow& flow = flows_[packet.flow];
    ++flow.counts_.heard;
    flow.sender_->heard(now, packet);
    arm(flow, flow.timer_, flow.sender_->deadline());
    enqueue(flow);
    nics_[flow.config_.port].out->kick(now);
    for (Ring<std::uint64_t>& done = flow.sender_->completed(); !done.empty();) {
        const std::uint64_t tag = done.pop();
        if (flow.application_ != nullptr) flow.application_->acknowledged(now, flow.id_, tag);
    }
}

void Host::enqueue(Flow& flow) {
    if (flow.queued_) return;
    flow.queued_ = true;
    const std::uint8_t priority = flow.config_.treatment.priority;
    Nic& nic = nics_[flow.config_.port];
    nic.round[priority].push(&flow);
    nic.sending |= bit(priority);
}

PacketId Host::next(Instant now, std::uint32_t port, std::uint8_t allowed) {
    Nic& nic = nics_[port];
    if (const unsigned answers = nic.replying & allowed; answers != 0) {
        const auto priority = static_cast<std::uint8_t>(std::countr_zero(answers));
        Ring<PacketId>& from = nic.replies[priority];
        const PacketId packet = from.pop();
        if (from.empty()) nic.replying = static_cast<std::uint8_t>(nic.replying & ~bit(priority));
        return packet;
    }
    for (;;) {
        const unsigned ready = nic.sending & allowed;
        if (ready == 0) return no_packet;
        const unsigned behind = ready & ~((2U << nic.last) - 1U);
        nic.last = static_cast<std::uint8_t>(std::countr_zero(behind != 0 ? behind : ready));
        Ring<Flow*>& round = nic.round[nic.last];
        Flow& flow = *round.pop();
        const Instant at = flow.sender_->ready_at(now);
        if (at <= now) {
            round.push(&flow);
            return build(now, flow);
        }
        flow.queued_ = false;
        if (round.empty()) nic.sending = static_cast<std::uint8_t>(nic.sending & ~bit(nic.last));
        arm(flow, flow.pace_, at);
    }
}

PacketId Host::build(Instant now, Flow& flow) {
    const FlowConfig& config = flow.config_;
    const Segment segment = flow.sender_->emit(now);
    arm(flow, flow.timer_, flow.sender_->deadline());
    Packet packet;
    packet.flow = flow.id_;
    packet.destination = config.to;
    packet.sequence = segment.sequence;
    packet.made = now;
    packet.wire = std::max(least_wire, segment.payload + config.overhead);
    packet.label = config.treatment.label;
    packet.came_from = id_;
    packet.slice = config.treatment.slice;
    packet.priority = config.treatment.priority;
    packet.capable = config.capable;
    packet.reduced = segment.reduced;
    packet.last = segment.last;
    ++flow.counts_.sent;
    flow.counts_.again += segment.again ? 1 : 0;
    flow.counts_.sent_bytes += packet.wire;
    return packets_.make(packet);
}

void Host::arm(Flow& flow, Flow::Alarm& alarm, Instant when) {
    if (when >= alarm.at) return;  // the earlier wake will ask again
    alarm.at = when;
    engine_.wake_at(when, *this, index(flow.id_) * 2 + (&alarm == &flow.timer_ ? 1 : 0));
}

void Host::wake(Instant now, std::uint64_t what) {
    Flow& flow = flows_[static_cast<FlowId>(what / 2)];
    Flow::Alarm& alarm = what % 2 == 1 ? flow.timer_ : flow.pace_;
    if (alarm.at != now) return;
    alarm.at = never;
    if (&alarm == &flow.timer_) {
        flow.sender_->expired(now);
        arm(flow, flow.timer_, flow.sender_->deadline());
    }
    enqueue(flow);
    nics_[flow.config_.port].out->kick(now);
}

}  // namespace weir::sim

// What a router says to its neighbours and hears from them.
#include <algorithm>
#include <bit>

#include "tools/sim/router.hpp"

namespace weir::sim {
namespace {

constexpr std::uint16_t longest_pause = 65'535;  // quanta of 512 bit times

}  // namespace

void Router::call_at(Instant when, Instant& known, Look what, std::uint32_t port,
                     std::size_t slice) {
    if (when >= known || when == Gate::never) return;
    known = when;
    engine_.wake_at(when, *this, std::uint64_t(what) << 56U | std::uint64_t{port} << 40U | slice);
}

void Router::wake(Instant now, std::uint64_t what) {
    const auto port = static_cast<std::uint32_t>(what >> 40U & 0xffffU);
    const std::uint64_t rest = what & 0xff'ffff'ffffU;
    switch (static_cast<Look>(what >> 56U)) {
        case Look::transmit:
            if (ports_[port].transmit_look > now) return;
            ports_[port].transmit_look = Gate::never;
            return ports_[port].transmitter->kick(now);
        case Look::upstream:
            if (ports_[port].lanes[rest].look > now) return;
            ports_[port].lanes[rest].look = Gate::never;
            return look_after_upstream(now, port, rest);
        case Look::gate:
            if (ports_[port].lanes[rest].gate_look > now) return;
            ports_[port].lanes[rest].gate_look = Gate::never;
            return apply_gate(now, port, rest);
        case Look::host:
            if (ports_[port].lanes[rest].look > now) return;
            ports_[port].lanes[rest].look = Gate::never;
            return look_after_host(now, port, rest);
        case Look::session:
            if (ports_[port].session_look > now) return;
            ports_[port].session_look = Gate::never;
            return look_after_session(now, port);
        case Look::stuck:
            if (stuck_look_ > now) return;
            stuck_look_ = Gate::never;
            return look_for_what_is_stuck(now);
        case Look::heard:
            hear(now, port, messages_[rest]);
            return messages_.heard(rest);
    }
}

void Router::look_after_upstream(Instant now, std::uint32_t port, std::size_t slice) {
    Lane& lane = ports_[port].lanes[slice];
    lane.upstream->update(now);
    if (!ports_[port].session->up()) return;
    if (lane.upstream->due(now)) {
        Message message;
        message.head = ports_[port].session->head(MessageKind::state, now);
        message.slices.push_back(lane.upstream->state(now));
        if (const auto caps = lane.upstream->caps(); !caps.empty())
            message.caps.push_back({setup_.slices[slice].number,
                                    message.slices[0].version,
                                    {caps.begin(), caps.end()}});
        say(now, port, std::move(message));
    }
    call_at(lane.upstream->wake_at(), lane.look, Look::upstream, port, slice);
}

// IEEE 802.1Qbb: repeated before the time of the last frame is over.
void Router::look_after_host(Instant now, std::uint32_t port, std::size_t slice) {
    Lane& lane = ports_[port].lanes[slice];
    const bool was = lane.pausing;
    lane.pausing = lane.held >= (was ? lane.sizes.xon : lane.sizes.xoff).count();
    if (!lane.pausing && !was) return;
    if (lane.pausing == was && now < lane.repeat)
        return call_at(lane.repeat, lane.look, Look::host, port, slice);
    PauseFrame frame;
    const std::uint8_t priority = setup_.slices[slice].priority;
    frame.enabled = static_cast<std::uint8_t>(1U << priority);
    frame.quanta[priority] = lane.pausing ? longest_pause : std::uint16_t{0};
    Message message;
    message.pause = frame;
    say(now, port, std::move(message));
    const Nanos lasts = Bytes{std::uint64_t{longest_pause} * 64} / ports_[port].setup.rate;
    lane.repeat = now + std::min(lasts / 4, Nanos{50'000});
    if (lane.pausing) call_at(lane.repeat, lane.look, Look::host, port, slice);
}

void Router::say(Instant now, std::uint32_t port, Message message) {
    Packet packet;
    packet.kind = PacketKind::message;
    packet.destination = ports_[port].setup.neighbor;
    packet.made = now;
    packet.wire = message.wire();
    packet.sequence = messages_.put(std::move(message));
    ports_[port].transmitter->send_message(now, packets_.make(packet));
}

// In band, right behind what it counts.
PacketId Router::say_mark(Instant now, std::uint32_t number) {
    Port& port = ports_[number];
    const auto slice = static_cast<std::size_t>(std::countr_zero(port.marks));
    port.marks &= port.marks - 1;
    Lane& lane = port.lanes[slice];
    lane.gate->marked(now);
    Message message;
    message.head = port.session->head(MessageKind::mark, now, setup_.slices[slice].number);
    message.totals =
        TotalsRecord{setup_.slices[slice].number, lane.counts.sent_packets, lane.counts.sent_bytes,
                     port.scheduler->departed_charge(lane.group) - lane.base};
    call_at(lane.gate->wake_at(now), lane.gate_look, Look::gate, number, slice);
    Packet packet;
    packet.kind = PacketKind::mark;
    packet.destination = port.setup.neighbor;
    packet.made = now;
    packet.slice = static_cast<SliceId>(slice);
    packet.wire = message.wire();
    packet.sequence = messages_.put(std::move(message));
    return packets_.make(packet);
}

std::optional<std::size_t> Router::slice_of(SliceNumber number) const {
    for (std::size_t i = 0; i < setup_.slices.size(); ++i)
        if (setup_.slices[i].number == number) return i;
    return {};
}

void Router::hear(Instant now, std::uint32_t port, const Message& message) {
    if (message.pause) {  // between routers only where all is plain PFC
        for (std::size_t slice = 0; slice < setup_.slices.size(); ++slice) {
            const std::uint8_t priority = setup_.slices[slice].priority;
            if ((message.pause->enabled >> priority & 1U) == 0) continue;
            Lane& lane = ports_[port].lanes[slice];
            const bool shut = message.pause->quanta[priority] != 0;
            if (shut)
                ports_[port].scheduler->shut(lane.group, Shut::gate);
            else
                ports_[port].scheduler->open(lane.group, Shut::gate);
        }
        ports_[port].transmitter->kick(now);
        return;
    }
    if (!believe(now, port, message)) return;
    if (message.probe) hear_probe(now, port, *message.probe);
    for (const SliceRecord& record : message.slices) {
        const auto slice = slice_of(record.slice);
        if (!slice) continue;
        Lane& lane = ports_[port].lanes[*slice];
        if (message.head.kind == MessageKind::solicit) {
            lane.upstream->solicited(now);
            look_after_upstream(now, port, *slice);
            continue;
        }
        if (!lane.gate->on_state(record, now)) continue;
        for (const Message::Caps& caps : message.caps)
            if (caps.slice == record.slice) lane.gate->on_caps(caps.version, caps.caps, now);
        apply_gate(now, port, *slice);
    }
}

void Router::hear_mark(Instant now, std::uint32_t port, const Message& message) {
    const auto slice = slice_of(message.totals->slice);
    if (!slice || !believe(now, port, message)) return;
    Lane& lane = ports_[port].lanes[*slice];
    if (!lane.upstream->on_mark(*message.totals, now)) ++lane.counts.negative_marks;
    look_after_upstream(now, port, *slice);
}

// What the gate says now, to the scheduler.
void Router::apply_gate(Instant now, std::uint32_t number, std::size_t slice) {
    Port& port = ports_[number];
    Lane& lane = port.lanes[slice];
    port.scheduler->set_allowance(
        lane.group, setup_.obeys_limit ? lane.base + lane.gate->limit() : UINT64_MAX,
        static_cast<std::uint32_t>(largest_charge(port.setup.mtu).count()));
    const bool closed = lane.gate->shut(now);
    if (closed && !lane.closed) {
        port.scheduler->shut(lane.group, Shut::gate);
        ++lane.counts.shut;
    }
    if (!closed && lane.closed) port.scheduler->open(lane.group, Shut::gate);
    lane.closed = closed;
    lane.gate->changed_caps(now, [&](std::uint16_t bucket, BitsPerSecond rate) {
        port.scheduler->set_cap(lane.group, bucket, rate, now);
        set_stopped(now, number, slice, bucket, rate == BitsPerSecond{0});
    });
    look_after_gate(now, number, slice);
    port.transmitter->kick(now);
}

void Router::look_after_gate(Instant now, std::uint32_t number, std::size_t slice) {
    Port& port = ports_[number];
    Lane& lane = port.lanes[slice];
    if (!port.session->up()) return;
    const bool held_back = port.scheduler->held_back(lane.group);
    if (held_back && !lane.held_back && !lane.closed) ++lane.counts.shut;  // by the limit
    lane.held_back = held_back;
    lane.gate->update(port.scheduler->departed_charge(lane.group) - lane.base, held_back, now);
    if (lane.gate->mark_due(now)) port.marks |= std::uint64_t{1} << slice;
    if (lane.gate->solicit_due(now)) {
        lane.gate->solicited(now);
        Message message;
        message.head = port.session->head(MessageKind::solicit, now);
        message.slices.push_back({.slice = setup_.slices[slice].number});
        say(now, number, std::move(message));
    }
    call_at(lane.gate->wake_at(now), lane.gate_look, Look::gate, number, slice);
}

}  // namespace weir::sim

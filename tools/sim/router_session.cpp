// Who is at the other end of a line, and whether to believe what it says.
#include "tools/sim/random.hpp"
#include "tools/sim/router.hpp"

namespace weir::sim {

void Router::make_session(std::uint32_t number) {
    Port& port = ports_[number];
    std::vector<SliceNumber> slices;
    for (std::size_t i = 0; i < setup_.slices.size(); ++i)
        if (port.lanes[i].gate) slices.push_back(setup_.slices[i].number);
    if (slices.empty()) return;
    Random random{setup_.seed, (std::uint64_t{life_} << 40U) + (std::uint64_t{number} << 32U) +
                                   static_cast<std::uint64_t>(self_)};
    const auto epoch = static_cast<std::uint32_t>(random.next()) | 1U;
    port.session.emplace(SessionTerms{.own = Epoch{epoch}, .round_trip = port.setup.round_trip},
                         slices);
    look_after_session(engine_.now(), number);
}

void Router::look_after_session(Instant now, std::uint32_t number) {
    Port& port = ports_[number];
    act_on(now, number, port.session->poll(now));
    if (port.session->hello_due(now)) {
        Message message;
        message.head = port.session->head(MessageKind::hello, now);
        message.about =
            CapsRecord{.mtu = static_cast<std::uint16_t>(port.setup.mtu.count()),
                       .nic = nic_bytes(port.setup.rate, largest_charge(port.setup.mtu)),
                       .rate = port.setup.rate};
        say(now, number, std::move(message));
    }
    call_at(port.session->wake_at(), port.session_look, Look::session, number, 0);
}

bool Router::believe(Instant now, std::uint32_t number, const Message& message) {
    Port& port = ports_[number];
    if (!port.session) return false;
    const Verdict verdict = port.session->accept(
        message.head, now, message.totals ? message.totals->slice : SliceNumber{});
    act_on(now, number, verdict.events);
    if (verdict && message.about) act_on(now, number, port.session->on_caps(*message.about));
    look_after_session(now, number);
    if (!verdict) ++refused_;
    return static_cast<bool>(verdict);
}

// A new life of the peer: nothing it was told holds any more, nor what it told.
void Router::act_on(Instant now, std::uint32_t number, const SessionEvents& events) {
    if (!events.came_up && !events.peer_restarted) return;
    Port& port = ports_[number];
    for (std::size_t slice = 0; slice < port.lanes.size(); ++slice) {
        Lane& lane = port.lanes[slice];
        if (!lane.gate) continue;
        if (events.peer_restarted) {
            lane.gate->restart(now);
            lane.upstream->restart(now);
            lane.base = port.scheduler->departed_charge(lane.group);
        }
        apply_gate(now, number, slice);
        look_after_upstream(now, number, slice);
    }
}

}  // namespace weir::sim

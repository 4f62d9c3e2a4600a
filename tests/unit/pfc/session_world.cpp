#include "tests/unit/pfc/session_world.hpp"

#include <algorithm>

namespace weir::test {
namespace {

// Packets take long enough that a handshake can be over before the last of an earlier life arrives.
constexpr std::uint64_t way_ms = 1, in_band_ms = 8;
constexpr std::array world_slices{world_slice};

}  // namespace

// Both sides draw the epochs 1, 2, 3 ..., and every start finds its clock at 1 s: what an earlier
// life said looks as much like something of this one as it can.
SessionWorld::Side SessionWorld::start(std::uint32_t life, std::uint64_t now) {
    return {.session = Session{{.own = Epoch{life}}, world_slices}, .clock = 1'000 - now};
}

bool SessionWorld::chance(unsigned percent) {
    random_ ^= random_ << 13U;
    random_ ^= random_ >> 7U;
    random_ ^= random_ << 17U;
    return (random_ >> 20U) % 100 < percent;
}

void SessionWorld::require(bool holds, const char* law) {
    if (!holds && broken_.empty()) broken_ = law;
}

SessionWorld::Message SessionWorld::make(Way way, MessageKind kind) {
    Side& side = of(way);
    return {.head = side.session.head(kind, clock(side), world_slice),
            .way = way,
            .life = lives_[way],
            .number = history_.size()};
}

void SessionWorld::send(Message message) {
    history_.push_back(message);
    const bool lost = lose_[message.way] > 0 || chance(lossy_);
    lose_[message.way] -= std::min(lose_[message.way], 1U);
    lost_running_[message.way] = lost ? lost_running_[message.way] + 1 : 0;
    lost_three_ |= lost_running_[message.way] >= 3;
    if (lost) return;
    const bool late = chance(unruly_), twice = chance(unruly_);
    wire_.push_back({now_ + way_ms + (late ? random_ % 40 : 0), message});
    if (twice) wire_.push_back({now_ + way_ms + random_ % 300, message});
}

void SessionWorld::deliver(const Message& message) {
    Side& side = of(other(message.way));
    const Verdict verdict = side.session.accept(message.head, clock(side), world_slice);
    if (!verdict) return;
    judge(message, verdict);
    const bool new_epoch = verdict.events.peer_restarted;
    if (message.way == forward) {
        if (new_epoch) upstream_.on_epoch();
        if (message.head.kind == MessageKind::mark) upstream_.on_message(message.totals);
    } else {
        if (new_epoch) gate_.on_epoch();
        if (message.head.kind == MessageKind::state) gate_.on_message(message.state);
        reached_xoff_ |= gate_.xoff();
    }
}

// What Session promises of each message that it accepts.
void SessionWorld::judge(const Message& message, const Verdict& verdict) {
    Side& side = of(other(message.way));
    require(message.life >= side.peer_life, "an epoch that was left came back");
    require(message.life == side.peer_life || verdict.events.peer_restarted || side.peer_life == 0,
            "a new life without a word");
    if (message.life != side.peer_life) side.accepted.clear();
    side.peer_life = message.life;
    auto& latest = side.accepted[message.head.kind];
    require(latest == 0 || message.number > latest, "accepted twice, or out of order");
    latest = message.number;
    if (message.head.kind != MessageKind::hello)
        require(message.head.peer_epoch == Epoch{lives_[other(message.way)]},
                "accepted what was meant for an earlier life");
}

void SessionWorld::arrivals() {
    for (std::size_t i = 0; i < wire_.size();) {
        if (wire_[i].at > now_ || of(other(wire_[i].message.way)).stopped_until > now_) {
            ++i;
            continue;
        }
        const Message message = wire_[i].message;
        wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(i));
        deliver(message);
    }
}

// One queue: nothing overtakes, and MARKs lie where they were sent between the packets.
void SessionWorld::arrivals_in_band() {
    while (!in_band_.empty() && in_band_.front().at <= now_ && receiver_.stopped_until <= now_) {
        const InBand item = in_band_.front();
        in_band_.pop_front();
        if (item.charge == 0) {
            deliver(item.mark);
            continue;
        }
        upstream_.receive(item.charge);
        queue_.push_back(item.charge);
        require(upstream_.held() <= world_buffer, "more held than B");
        require(upstream_.received() <= handed_[{lives_[backward], receiver_.peer_life}],
                "more received than handed out");
    }
}

void SessionWorld::hello(Way way) {
    Side& side = of(way);
    static_cast<void>(side.session.poll(clock(side)));
    if (side.session.hello_due(clock(side))) send(make(way, MessageKind::hello));
}

void SessionWorld::send_packet(std::uint64_t charge) {
    gate_.send(charge);
    require(gate_.sent() <= handed_[{sender_.peer_life, lives_[forward]}],
            "more sent than handed out");
    if (lose_data_ > 0)
        --lose_data_;
    else
        in_band_.push_back({now_ + in_band_ms, charge, {}});
}

void SessionWorld::act_sender() {
    if (sender_.stopped_until > now_) return;
    hello(forward);
    for (unsigned i = 0; i < offer_; ++i) {
        const std::uint64_t charge = 256 * (1 + (now_ + i) % 8);
        if (!gate_.may_send(charge)) break;
        send_packet(charge);
    }
    if (!gate_.mark_due() || sender_.session.peer() == Epoch{}) return;
    Message mark = make(forward, MessageKind::mark);
    mark.totals = gate_.make_message(clock(sender_));
    history_.push_back(mark);
    if (lose_data_ > 0)
        --lose_data_;
    else if (!chance(lossy_))
        in_band_.push_back({now_ + in_band_ms, 0, mark});
}

void SessionWorld::act_receiver() {
    if (receiver_.stopped_until > now_) return;
    hello(backward);
    for (unsigned i = 0; i < drain_ && !queue_.empty(); ++i) {
        upstream_.depart(queue_.front());
        queue_.pop_front();
    }
    if (receiver_.session.peer() == Epoch{}) return;
    Message state = make(backward, MessageKind::state);
    state.state = upstream_.make_message(clock(receiver_));
    auto& most = handed_[{lives_[backward], receiver_.peer_life}];
    most = std::max(most, state.state.limit);
    send(state);
}

void SessionWorld::run(unsigned milliseconds) {
    for (unsigned i = 0; i < milliseconds && broken_.empty(); ++i) {
        ++now_;
        arrivals();
        arrivals_in_band();
        act_sender();
        act_receiver();
    }
}

void SessionWorld::apply(const Command& command) {
    const unsigned amount = command.amount;
    switch (command.what) {
        case What::pass:
            return run(1 + amount % 80);
        case What::lose:
            lose_.fill(1 + amount % 6);
            return;
        case What::lossy:
            lossy_ = amount % 101;
            return;
        case What::unruly:
            unruly_ = amount % 101;
            return;
        case What::lose_data:
            lose_data_ = 1 + amount % 12;
            return;
        case What::replay: {
            const Message message = history_[amount % history_.size()];
            replayed_ = true;
            // A MARK ahead of packets that were sent before it would be taken for their loss.
            if (message.head.kind == MessageKind::mark)
                in_band_.push_back({now_, 0, message});
            else
                deliver(message);
            return;
        }
        case What::start_sender:
            sender_ = start(++lives_[forward], now_);
            gate_ = Gate{world_slice};
            return;
        case What::start_receiver:
            receiver_ = start(++lives_[backward], now_);
            upstream_ = Upstream{world_slice, world_buffer};
            queue_.clear();
            return;
        case What::drain:
            drain_ = amount % 4;
            return;
        case What::offer:
            offer_ = 1 + amount % 6;
            return;
        case What::jump:
            (amount % 2 != 0 ? sender_ : receiver_).clock += 10'000;
            return;
        case What::stop:
            (amount % 2 != 0 ? sender_ : receiver_).stopped_until = now_ + amount % 200;
            return;
    }
}

bool SessionWorld::heals() {
    lossy_ = unruly_ = lose_data_ = offer_ = 0;
    lose_.fill(0);
    drain_ = 100;
    sender_.stopped_until = receiver_.stopped_until = 0;
    for (int i = 0; i < 80; ++i) {
        run(25);
        if (gate_.limit() == gate_.sent() + world_buffer && in_band_.empty() &&
            sender_.session.up() && receiver_.session.up())
            return true;
    }
    return false;
}

}  // namespace weir::test

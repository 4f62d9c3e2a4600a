#include "tests/unit/pfc/session_world.hpp"

#include <algorithm>
#include <utility>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

// Packets take long enough that a handshake can be over before the last of an earlier life arrives.
constexpr std::uint64_t way_ms = 1, in_band_ms = 8;
constexpr Nanos round_trip = 16ms;  // STATE every ms, an XOFF holds for five

Upstream::Terms terms(std::size_t slice) {
    return {.slice = world_slices[slice],
            .control = world_modes[slice],
            .buffer = Bytes{world_buffer},
            .xoff = Bytes{world_buffer / 2},
            .xon = Bytes{world_buffer / 4},
            .flows = {.buffer = Bytes{world_buffer},
                      .largest = Bytes{world_largest},
                      .rate = BitsPerSecond{50'000'000},
                      .round_trip = round_trip,
                      .control = round_trip},
            .buckets = world_buckets};
}

}  // namespace

SessionWorld::SessionWorld(std::uint64_t seed) : random_{seed | 1U} {
    start_lanes();
    start_rooms();
    run(5);
}

// Both sides draw the epochs 1, 2, 3 ..., and every start finds its clock at 1 s: what an earlier
// life said looks as much like something of this one as it can.
SessionWorld::Side SessionWorld::start(std::uint32_t life, std::uint64_t now) {
    return {.session = Session{{.own = Epoch{life}}, world_slices}, .clock = 1'000 - now};
}

void SessionWorld::start_lanes() {
    lanes_.clear();
    for (std::size_t i = 0; i < world_slices.size(); ++i)
        lanes_.push_back({.gate = Gate{world_buckets, round_trip, clock(sender_)}});
}

void SessionWorld::start_rooms() {
    rooms_.clear();
    for (std::size_t i = 0; i < world_slices.size(); ++i)
        rooms_.push_back({.upstream = Upstream{terms(i), clock(receiver_)}, .queue = {}});
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

void SessionWorld::send(const Sent& message) {
    history_.push_back(message);
    const bool lost = lose_[message.way] > 0 || chance(lossy_);
    lose_[message.way] -= std::min(lose_[message.way], 1U);
    lost_running_[message.way] = lost ? lost_running_[message.way] + 1 : 0;
    lost_three_ |= lost_running_[message.way] >= 3;
    if (lost) return;
    const bool late = chance(unruly_), twice = chance(unruly_);
    wire_.push_back({now_ + way_ms + (late ? random_ % 40 : 0), message});
    if (twice) wire_.push_back({now_ + way_ms + random_ % 300, message});
    if (late && twice) forge(message);
}

// A bit of it changed, and said back to who said it.
void SessionWorld::forge(const Sent& message) {
    Block changed = message.bytes;
    changed[random_ % changed.size()] ^= static_cast<std::byte>(1U << (random_ >> 32U) % 8);
    require(!channel_.believed(message.way, changed), "believed what was changed on its way");
    require(!channel_.believed(other(message.way), message.bytes), "believed what it said itself");
}

void SessionWorld::deliver(const Sent& message) {
    const MessageRead read = read_message(message.bytes);
    if (!channel_.believed(message.way, message.bytes) || read.fault != MessageFault::none)
        return require(false, "could not read what the other wrote");
    SliceNumber slice{};
    for (const Record& record : read.view)
        if (const auto* totals = std::get_if<TotalsRecord>(&record)) slice = totals->slice;
    Side& side = of(other(message.way));
    const Verdict verdict = side.session.accept(read.view.head(), clock(side), slice);
    if (!verdict) return;
    judge(message, read.view.head(), index_of(slice), verdict);
    if (message.way == forward) {
        if (verdict.events.peer_restarted)
            for (Room& room : rooms_) room.upstream.restart(clock(receiver_));
        hear_forward(read.view);
    } else {
        if (verdict.events.peer_restarted) restart_lanes();
        hear_backward(read.view);
    }
}

void SessionWorld::restart_lanes() {
    for (Lane& lane : lanes_) {
        lane.gate.restart(clock(sender_));
        lane.sent = lane.packets = 0;
    }
}

void SessionWorld::hear_forward(const MessageView& view) {
    const Instant now = clock(receiver_);
    for (const Record& record : view) {
        if (const auto* totals = std::get_if<TotalsRecord>(&record))
            // One that was lost and comes again later may say less than came since.
            static_cast<void>(rooms_[index_of(totals->slice)].upstream.on_mark(*totals, now));
        if (const auto* asked = std::get_if<SliceRecord>(&record))
            rooms_[index_of(asked->slice)].upstream.solicited(now);
    }
}

void SessionWorld::hear_backward(const MessageView& view) {
    const Instant now = clock(sender_);
    for (const Record& record : view) {
        if (const auto* state = std::get_if<SliceRecord>(&record)) {
            Lane& lane = lanes_[index_of(state->slice)];
            lane.gate.on_state(*state, now);
            reached_xoff_ |= lane.gate.shut(now);
        }
        if (const auto* flows = std::get_if<FlowsRecord>(&record)) {
            std::vector<FlowCap> caps;
            for (std::size_t i = 0; i < flows->size(); ++i) caps.push_back((*flows)[i]);
            lanes_[index_of(flows->slice)].gate.on_caps(flows->version, caps, now);
            capped_ |= !caps.empty();
        }
    }
}

// What Session promises of each message that it accepts.
void SessionWorld::judge(const Sent& message, const MessageHead& head, std::size_t slice,
                         const Verdict& verdict) {
    Side& side = of(other(message.way));
    require(message.life >= side.peer_life, "an epoch that was left came back");
    require(message.life == side.peer_life || verdict.events.peer_restarted || side.peer_life == 0,
            "a new life without a word");
    if (message.life != side.peer_life) side.accepted.clear();
    side.peer_life = message.life;
    auto& latest = side.accepted[{head.kind, slice}];
    require(latest == 0 || message.number > latest, "accepted twice, or out of order");
    latest = message.number;
    if (head.kind != MessageKind::hello)
        require(head.peer_epoch == Epoch{lives_[other(message.way)]},
                "accepted what was meant for an earlier life");
}

void SessionWorld::arrivals() {
    for (std::size_t i = 0; i < wire_.size();) {
        if (wire_[i].at > now_ || of(other(wire_[i].message.way)).stopped_until > now_) {
            ++i;
            continue;
        }
        const Sent message = std::move(wire_[i].message);
        wire_.erase(wire_.begin() + static_cast<std::ptrdiff_t>(i));
        deliver(message);
    }
}

// One queue, but packets may come later than MARKs behind them, by as long as those are held off.
void SessionWorld::put_in_band(const Packet& packet, const Sent& mark, std::uint64_t late) {
    const std::uint64_t at = now_ + in_band_ms + late;
    const auto before = std::ranges::upper_bound(in_band_, at, {}, &InBand::at);
    in_band_.insert(before, {at, packet, mark});
}

void SessionWorld::arrivals_in_band() {
    while (!in_band_.empty() && in_band_.front().at <= now_ && receiver_.stopped_until <= now_) {
        const InBand item = std::move(in_band_.front());
        in_band_.pop_front();
        if (item.packet.charge == 0)
            deliver(item.mark);
        else
            take(item.packet);
    }
}

void SessionWorld::take(const Packet& packet) {
    Room& room = rooms_[packet.slice];
    room.upstream.received(packet.charge);
    room.upstream.admitted(packet.bucket, packet.charge);
    room.queue.push_back(packet);
    std::uint64_t held = 0;
    for (const Packet& one : room.queue) held += one.charge;
    require(held <= world_buffer, "more held than B");
    Book& book = books_[{packet.of, packet.slice}];
    book.received += packet.charge;
    require(book.received <= book.handed, "more received than handed out");
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
            lossy_ = amount % 4 == 0 ? 100 : amount % 101;
            return;
        case What::unruly:
            unruly_ = amount % 101;
            return;
        case What::lose_data:
            lose_data_ = 1 + amount % 12;
            return;
        case What::replay: {
            const Sent message = history_[amount % history_.size()];
            replayed_ = true;
            // A MARK further ahead of its packets than they may be late would be their loss.
            if (message.kind == MessageKind::mark)
                put_in_band({}, message, 0);
            else
                deliver(message);
            return;
        }
        case What::start_sender:
            sender_ = start(++lives_[forward], now_);
            return start_lanes();
        case What::start_receiver:
            receiver_ = start(++lives_[backward], now_);
            return start_rooms();
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
        case What::rest: {
            const unsigned offered = std::exchange(offer_, 0);
            run(1'300);
            offer_ = offered;
            return;
        }
    }
}

bool SessionWorld::open_again() const {
    return std::ranges::all_of(lanes_, [&](const Lane& lane) {
        return lane.gate.limit() == lane.sent + world_buffer && !lane.gate.shut(clock(sender_)) &&
               std::ranges::count(lane.caps, unlimited_rate) == std::ssize(lane.caps);
    });
}

bool SessionWorld::heals() {
    lossy_ = unruly_ = lose_data_ = 0;
    lose_.fill(0);
    drain_ = 100;
    offer_ = 1;
    sender_.stopped_until = receiver_.stopped_until = 0;
    const std::uint64_t from = now_;
    const auto flows = [&] {
        return now_ - std::max(blocked_at_, from) >= 100 && sender_.session.up() &&
               receiver_.session.up();
    };
    while (!flows() && now_ - from < 1'000 && broken_.empty()) run(25);
    if (!flows()) return false;
    offer_ = 0;
    for (int i = 0; i < 8 && broken_.empty(); ++i) {
        run(25);
        if (open_again() && in_band_.empty()) return true;
    }
    return false;
}

}  // namespace weir::test

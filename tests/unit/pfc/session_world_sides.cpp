// What either side says and does in a millisecond, as tools/sim/router_control.cpp has it.
#include <algorithm>

#include "tests/unit/pfc/session_world.hpp"

namespace weir::test {

using namespace std::chrono_literals;

template <class Write>
Sent SessionWorld::make(Way way, MessageKind kind, SliceNumber slice, Write&& write) {
    Side& side = of(way);
    return {.bytes = channel_.said(way, side.session.head(kind, clock(side), slice), write),
            .way = way,
            .kind = kind,
            .life = lives_[way],
            .number = history_.size()};
}

void SessionWorld::hello(Way way) {
    Side& side = of(way);
    static_cast<void>(side.session.poll(clock(side)));
    if (side.session.hello_due(clock(side)))
        send(make(way, MessageKind::hello, {}, [](MessageWriter& to) {
            to.add(CapsRecord{.buckets = world_buckets, .mtu = 9'000});
        }));
}

void SessionWorld::act_sender() {
    if (sender_.stopped_until > now_) return;
    hello(forward);
    for (std::size_t slice = 0; slice < lanes_.size(); ++slice) {
        offer(slice);
        if (sender_.session.up()) tell_and_ask(slice);
    }
}

void SessionWorld::offer(std::size_t slice) {
    Lane& lane = lanes_[slice];
    lane.gate.changed_caps(clock(sender_), [&](std::uint16_t bucket, BitsPerSecond rate) {
        lane.caps[bucket] = rate;
    });
    for (std::size_t bucket = 0; bucket < world_buckets; ++bucket) {
        const std::uint64_t more = lane.caps[bucket] == unlimited_rate
                                       ? 100 * world_largest
                                       : (lane.caps[bucket] * Nanos{1ms}).count();
        lane.tokens[bucket] =
            std::min(lane.tokens[bucket] + more, std::max<std::uint64_t>(more, world_largest));
    }
    lane.blocked = false;
    for (unsigned i = 0; i < offer_ && !lane.blocked; ++i)
        lane.blocked = !send_packet(slice, static_cast<std::uint16_t>((now_ + i) % world_buckets),
                                    static_cast<std::uint32_t>(256 * (1 + (now_ + i) % 8)));
    if (lane.blocked) blocked_at_ = now_;
}

bool SessionWorld::send_packet(std::size_t slice, std::uint16_t bucket, std::uint32_t charge) {
    Lane& lane = lanes_[slice];
    if (lane.gate.shut(clock(sender_)) || lane.sent + charge > lane.gate.limit() ||
        lane.tokens[bucket] < charge)
        return false;
    lane.tokens[bucket] -= charge;
    lane.sent += charge;
    ++lane.packets;
    Book& book = books_[{sending(), slice}];
    require(lane.sent <= book.handed, "more sent than handed out");
    if (lose_data_ > 0) {
        --lose_data_;
        book.lost += charge;
    } else {
        put_in_band({slice, bucket, charge, sending()}, {}, chance(unruly_) ? random_ % 3 : 0);
    }
    return true;
}

void SessionWorld::tell_and_ask(std::size_t slice) {
    Lane& lane = lanes_[slice];
    const Instant now = clock(sender_);
    const SliceNumber number = world_slices[slice];
    lane.gate.update(lane.sent, lane.blocked, now);
    if (lane.gate.solicit_due(now)) {
        lane.gate.solicited(now);
        send(make(forward, MessageKind::solicit, {},
                  [&](MessageWriter& to) { to.add(SliceRecord{.slice = number}); }));
    }
    if (!lane.gate.mark_due(now)) return;
    lane.gate.marked(now);
    const Sent mark = make(forward, MessageKind::mark, number, [&](MessageWriter& to) {
        to.add(TotalsRecord{number, lane.packets, lane.sent, lane.sent});
    });
    history_.push_back(mark);
    if (lose_data_ > 0)
        --lose_data_;
    else if (!chance(lossy_))
        put_in_band({}, mark, 0);
}

void SessionWorld::act_receiver() {
    if (receiver_.stopped_until > now_) return;
    hello(backward);
    for (Room& room : rooms_) {
        for (unsigned i = 0; i < drain_ && !room.queue.empty(); ++i) {
            room.upstream.departed(room.queue.front().bucket, room.queue.front().charge);
            room.queue.pop_front();
        }
        room.upstream.update(clock(receiver_));
    }
    if (receiver_.session.up()) say_state();
}

// All that is due in one message, but caps at times in one of their own: parts may be lost.
void SessionWorld::say_state() {
    const Instant now = clock(receiver_);
    std::vector<SliceRecord> states;
    for (std::size_t slice = 0; slice < rooms_.size(); ++slice) {
        Upstream& upstream = rooms_[slice].upstream;
        if (!upstream.due(now)) continue;
        const SliceRecord state = states.emplace_back(upstream.state(now));
        Book& book = books_[{receiving(), slice}];
        book.handed = std::max(book.handed, state.limit);
        require(state.settled <= book.received + book.lost, "settled what is still on its way");
    }
    if (states.empty()) return;
    const bool apart = chance(50);
    const auto flows = [&](MessageWriter& to) {
        for (const SliceRecord& state : states)
            to.add_flows(state.slice, state.version, rooms_[index_of(state.slice)].upstream.caps());
    };
    send(make(backward, MessageKind::state, {}, [&](MessageWriter& to) {
        for (const SliceRecord& state : states) to.add(state);
        if (!apart) flows(to);
    }));
    if (apart) send(make(backward, MessageKind::state, {}, flows));
}

}  // namespace weir::test

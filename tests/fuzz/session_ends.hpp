#pragma once
// Two Sessions that hear each other's messages, old ones, changed ones and invented ones, and an
// oracle that keeps what each said and believed.
#include <algorithm>
#include <array>
#include <vector>

#include "pfc/session.hpp"
#include "tests/fuzz/target.hpp"

namespace weir::fuzz {

inline constexpr std::array slices{SliceNumber{1}, SliceNumber{2}};

class Reader {
public:
    Reader(const std::uint8_t* data, std::size_t size) : data_{data}, size_{size} {}
    bool more() const { return at_ < size_; }
    std::uint8_t byte() { return more() ? data_[at_++] : std::uint8_t{0}; }
    // Any of 64 bits in two bytes: a small number, moved up or counted down from the end.
    std::uint64_t number() {
        const std::uint8_t how = byte(), small = byte();
        return how >= 0xc0 ? UINT64_MAX - small : std::uint64_t{small} << (how % 64U);
    }
    // Not negative, as every clock and span of ours is.
    Nanos span() { return Nanos{static_cast<std::int64_t>(number() >> 1U)}; }

private:
    const std::uint8_t* data_;
    std::size_t size_, at_ = 0;
};

struct Message {
    MessageHead head;
    SliceNumber slice;
};

// One end, and what it said and believed.
class End {
public:
    explicit End(std::uint8_t epoch, Nanos floor)
        : floor_{floor},
          session_{{.own = static_cast<Epoch>(epoch | 1U), .round_trip = floor}, slices} {}

    Message say(MessageKind kind, SliceNumber slice, Instant now) {
        const MessageHead head = session_.head(kind, now, slice);
        require(head.epoch == session_.own() && head.sent_at > Nanos{0}, "a head of nobody");
        require(head.held_for >= Nanos{0} && head.held_for <= Nanos{UINT32_MAX}, "held for ever");
        if (kind == MessageKind::hello) {
            require(!session_.hello_due(now) || now >= session_.wake_at(), "no end of HELLOs");
            asked_.push_back(head.sent_at);
            ++unanswered_;
        } else {
            require(head.peer_epoch == session_.peer(), "says what it does not know");
        }
        return {head, slice};
    }

    void hear(const Message& message, Instant now) {
        const MessageHead& head = message.head;
        const Epoch before = session_.peer();
        const Verdict verdict = session_.accept(head, now, message.slice);
        require(!name(verdict.refusal).empty(), "a refusal without a name");
        if (!verdict) {
            require(session_.peer() == before && verdict.events == SessionEvents{},
                    "something came of what was refused");
            return;
        }
        require(head.epoch == session_.peer() && session_.up(), "accepted from a stranger");
        require(head.kind == MessageKind::hello || head.peer_epoch == session_.own(),
                "accepted what was for another");
        const bool mark = head.kind == MessageKind::mark;
        auto& last = latest_[index(head.kind) + (mark ? 8 * index(message.slice) : 0)];
        if (session_.peer() != before)
            adopted(head, now);
        else
            require(head.sequence > last, "accepted again, or out of order");
        last = head.sequence;
        heard_at_ = now;
        unanswered_ = 0;
        bounds();
    }

    void poll(Instant now) {
        const bool was_up = session_.up();
        require(session_.wake_at() > Instant{} || session_.hello_due(now), "sleeps for ever");
        if (session_.poll(now).went_down)
            require(was_up && unanswered_ >= 10 && now - heard_at_ > Nanos{1'000'000'000},
                    "gave a peer up too soon");
        bounds();
    }
    void caps(std::uint16_t mtu) {
        const bool changed = session_.caps() != CapsRecord{.mtu = mtu};
        require(session_.on_caps({.mtu = mtu}).caps_changed == changed, "caps that changed");
    }
    void add(SliceNumber slice) { session_.add_slice(slice); }

private:
    void adopted(const MessageHead& hello, Instant now) {
        require(hello.kind == MessageKind::hello && hello.peer_epoch == session_.own(),
                "adopted without a proof");
        require(std::ranges::find(asked_, hello.echo_of) != asked_.end(),
                "adopted by what was not asked since the last time");
        require(now.since_start() - hello.echo_of <= Nanos{1'000'000'000}, "adopted too late");
        asked_.clear();
        latest_.fill(0);
        require(!session_.caps().has_value(), "the caps of an earlier life");
    }
    void bounds() const {
        const Nanos most = session_.round_trip().most();
        require(most >= floor_ && most <= std::max(floor_, RoundTrip::longest), "an absurd RTT");
    }

    Nanos floor_;
    Session session_;
    std::vector<Nanos> asked_;
    std::array<std::uint64_t, 64> latest_{};
    Instant heard_at_{};
    unsigned unanswered_ = 0;
};

class Ends {
public:
    Ends() { said_.push_back({}); }

    void say(Reader& in, Instant now) {
        const std::uint8_t how = in.byte();
        const Message message = ends_[how & 1U].say(kind(how >> 1U), slices[how >> 4U & 1U], now);
        if (said_.size() < 200) said_.push_back(message);
        if ((how & 0x20U) != 0) ends_[~how & 1U].hear(message, now);
    }
    void replay(Reader& in, Instant now) {
        const std::uint8_t who = in.byte();
        ends_[who & 1U].hear(said_[in.byte() % said_.size()], now);
    }
    // What it heard last, or all zeros, with some of it changed.
    void invent(Reader& in, Instant now) {
        const std::uint8_t who = in.byte(), what = in.byte();
        Message message = said_[in.byte() % said_.size()];
        MessageHead& head = message.head;
        if ((what & 1U) != 0) head.kind = kind(in.byte());
        if ((what & 2U) != 0) head.epoch = static_cast<Epoch>(in.byte());
        if ((what & 4U) != 0) head.peer_epoch = static_cast<Epoch>(in.byte());
        if ((what & 8U) != 0) head.sequence = in.number();
        if ((what & 16U) != 0) head.sent_at = Nanos{static_cast<std::int64_t>(in.number())};
        if ((what & 32U) != 0) head.echo_of = Nanos{static_cast<std::int64_t>(in.number())};
        if ((what & 64U) != 0) head.held_for = Nanos{static_cast<std::int64_t>(in.number())};
        if ((what & 128U) != 0) message.slice = static_cast<SliceNumber>(in.byte() % 7U);
        ends_[who & 1U].hear(message, now);
    }
    void other(Reader& in, Instant now) {
        const std::uint8_t how = in.byte();
        End& end = ends_[how & 1U];
        if ((how & 2U) != 0) end.poll(now);
        if ((how & 4U) != 0) end.caps(in.byte());
        if ((how & 8U) != 0) end.add(static_cast<SliceNumber>(how >> 4U & 3U));
        if ((how & 64U) != 0) end = End{in.byte(), in.span() / 4};
    }

private:
    static MessageKind kind(unsigned byte) {
        return std::array{MessageKind::hello, MessageKind::state, MessageKind::mark,
                          MessageKind::solicit, MessageKind::probe}[byte % 8U % 5U];
    }
    std::array<End, 2> ends_{End{2, Nanos{0}}, End{4, Nanos{1'000'000}}};
    std::vector<Message> said_;
};

}  // namespace weir::fuzz

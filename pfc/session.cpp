#include "pfc/session.hpp"

#include <algorithm>

namespace weir {
namespace {

// The field has 32 bits: what was held longer is not echoed, or it would pass for a round trip.
constexpr Nanos longest_held{UINT32_MAX};

}  // namespace

Session::Session(const SessionTerms& terms, std::span<const SliceNumber> slices)
    : terms_{terms}, round_trip_{terms.round_trip} {
    for (const SliceNumber slice : slices) add_slice(slice);
}

void Session::add_slice(SliceNumber slice) {
    const auto at = std::ranges::lower_bound(marks_, slice, {}, &Marks::slice);
    if (at == marks_.end() || at->slice != slice) marks_.insert(at, {.slice = slice});
}

Session::Marks* Session::marks(SliceNumber slice) noexcept {
    const auto at = std::ranges::lower_bound(marks_, slice, {}, &Marks::slice);
    return at == marks_.end() || at->slice != slice ? nullptr : &*at;
}

std::uint64_t* Session::window(Windows& windows, MessageKind kind) noexcept {
    switch (kind) {
        case MessageKind::hello:
            return &windows.hello;
        case MessageKind::state:
            return &windows.state;
        case MessageKind::solicit:
            return &windows.solicit;
        case MessageKind::probe:
            return &windows.probe;
        case MessageKind::mark:
            break;  // has one per slice
    }
    return nullptr;
}

// No two messages have the same `sent at`, or one sent before an adoption could pass for one after
// it while time stands still.
Nanos Session::stamp(Instant now) noexcept {
    const Nanos at = now_.advance(now).since_start();
    if (last_stamp_ < Nanos::max()) last_stamp_ = std::max(at, last_stamp_ + Nanos{1});
    return last_stamp_;
}

void Session::echo(MessageHead& head, const Heard& heard) const noexcept {
    const Nanos held = Instant{now_} - heard.at;
    const bool echoed = heard.sent_at != Nanos{0} && held <= longest_held;
    head.peer_epoch = heard.epoch;
    head.echo_of = echoed ? heard.sent_at : Nanos{0};
    head.held_for = echoed ? held : Nanos{0};
}

// The one that waits longest: a flood of one old epoch does not keep a new one from its answer.
Session::Heard* Session::stranger_to_answer() noexcept {
    Heard* longest = nullptr;
    for (Heard& stranger : strangers_)
        if (stranger.answer_due && Instant{now_} - stranger.at <= proof_time &&
            (longest == nullptr || stranger.answered < longest->answered))
            longest = &stranger;
    return longest;
}

MessageHead Session::head(MessageKind kind, Instant now, SliceNumber slice) noexcept {
    MessageHead made{.kind = kind, .epoch = terms_.own, .sent_at = stamp(now)};
    Marks* const mark = kind == MessageKind::mark ? marks(slice) : nullptr;
    if (std::uint64_t* sent = mark != nullptr ? &mark->sent : window(sent_, kind))
        made.sequence = ++*sent;
    echo(made, last_);
    if (kind != MessageKind::hello) return made;
    if (Heard* stranger = stranger_to_answer()) {
        stranger->answer_due = false;
        stranger->answered = now_;
        echo(made, *stranger);
    }
    challenges_[next_challenge_++ % challenges_.size()] = made.sent_at;
    next_hello_ = later(now_, terms_.hello_interval);
    if (unanswered_ < unanswered_allowed) ++unanswered_;
    return made;
}

Verdict Session::accept(const MessageHead& head, Instant now, SliceNumber slice) noexcept {
    now_.advance(now);
    if (head.epoch == Epoch{}) return {Refusal::no_epoch};
    if (head.epoch != peer_)
        return head.kind == MessageKind::hello ? meet(head) : Verdict{Refusal::other_epoch};
    if (head.kind != MessageKind::hello && head.peer_epoch != terms_.own)
        return {Refusal::not_my_epoch};
    Marks* const mark = head.kind == MessageKind::mark ? marks(slice) : nullptr;
    std::uint64_t* const got = mark != nullptr ? &mark->got : window(got_, head.kind);
    if (got == nullptr) return {Refusal::unknown_slice};
    if (head.sequence <= *got) return {Refusal::repeated};
    *got = head.sequence;
    return {Refusal::none, heard(head)};
}

// A HELLO of an epoch that is not the adopted one.
Verdict Session::meet(const MessageHead& hello) noexcept {
    if (proves(hello)) return {Refusal::none, adopt(hello)};
    remember(hello);
    hurry();
    return {Refusal::unproven};
}

bool Session::proves(const MessageHead& hello) const noexcept {
    return hello.peer_epoch == terms_.own && hello.echo_of > Nanos{0} &&
           hello.echo_of >= Instant{now_}.since_start() - proof_time &&
           std::ranges::find(challenges_, hello.echo_of) != challenges_.end();
}

// In place of its last one, or of the stranger not heard for longest.
void Session::remember(const MessageHead& hello) noexcept {
    auto at = std::ranges::find(strangers_, hello.epoch, &Heard::epoch);
    if (at == strangers_.end()) {
        at = std::ranges::min_element(strangers_, {}, &Heard::at);
        *at = {.epoch = hello.epoch};
    }
    at->sent_at = hello.sent_at;
    at->at = now_;
    at->answer_due = true;
}

SessionEvents Session::adopt(const MessageHead& hello) noexcept {
    const bool restarted = peer_ != Epoch{};
    peer_ = hello.epoch;
    challenges_.fill(Nanos{0});
    for (Heard& stranger : strangers_)
        if (stranger.epoch == hello.epoch) stranger = {};
    got_ = {.hello = hello.sequence};
    for (Marks& mark : marks_) mark.got = 0;
    caps_.reset();
    SessionEvents events = heard(hello);
    events.peer_restarted = restarted;
    hurry();  // the peer adopts me by it
    return events;
}

// An accepted message. MARKs lie behind data on their way: they prove life, but time nothing.
SessionEvents Session::heard(const MessageHead& head) noexcept {
    SessionEvents events{.came_up = !up_};
    up_ = true;
    last_heard_ = now_;
    unanswered_ = 0;
    if (head.kind == MessageKind::mark) return events;
    last_ = {.epoch = peer_, .sent_at = head.sent_at, .at = now_};
    const Nanos now = Instant{now_}.since_start();
    if (head.peer_epoch != terms_.own || head.echo_of <= Nanos{0} || head.echo_of > now ||
        head.held_for < Nanos{0} || head.held_for >= longest_held)
        return events;
    events.round_trip_changed = round_trip_.add(now - head.echo_of - head.held_for, now_);
    return events;
}

void Session::hurry() noexcept {
    if (next_hello_ > Instant{now_} && hurries_.take(now_)) next_hello_ = now_;
}

SessionEvents Session::on_caps(const CapsRecord& caps) noexcept {
    const bool changed = caps_ != caps;
    caps_ = caps;
    return {.caps_changed = changed};
}

Nanos Session::silence_allowed() const noexcept {
    return std::max(Nanos{1'000'000'000}, times(round_trip_.most(), 10));
}

SessionEvents Session::poll(Instant now) noexcept {
    now_.advance(now);
    SessionEvents events{.round_trip_changed = round_trip_.age(now_)};
    // Silence alone may be ours: a process that was stopped for 10 s has asked nobody.
    if (up_ && unanswered_ >= unanswered_allowed &&
        Instant{now_} - last_heard_ > silence_allowed()) {
        up_ = false;
        events.went_down = true;
    }
    return events;
}

Instant Session::wake_at() const noexcept {
    if (!up_ || unanswered_ < unanswered_allowed) return next_hello_;
    return std::min(next_hello_, later(later(last_heard_, silence_allowed()), Nanos{1}));
}

}  // namespace weir

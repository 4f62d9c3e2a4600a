#pragma once
// What we know of one peer, and which of its messages may be believed. Pure: `now` is an argument,
// and who makes a Session draws its epoch. Nothing here allocates but the constructor and
// add_slice().
//
// Adoption. A peer's epoch is adopted only from a HELLO that names my epoch and echoes, to the
// nanosecond, a HELLO of mine that was sent within the last second *and after the last adoption*.
// The last condition is what makes an epoch that was left never come back: a life of the peer that
// is over cannot have heard a HELLO which I sent after its successor was adopted, however late its
// own messages arrive. So no sequence window is ever reset for an epoch that once was adopted.
//
// Laws. Of one adopted epoch each message is accepted at most once, per kind (MARK: per slice) in
// the order sent. No message of another life of either side is accepted, unless a new life draws
// the epoch of an earlier one (2^-32 per restart): its first messages are then refused as repeated.
// Two sides that draw the same epoch are no special case.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dataplane/base/token_rate.hpp"
#include "pfc/message.hpp"
#include "pfc/moment.hpp"
#include "pfc/round_trip.hpp"

namespace weir {

// Why a message that was authentic is not acted on.
enum class Refusal : std::uint8_t {
    none,           // accepted
    no_epoch,       // its sender names no epoch of its own
    unproven,       // HELLO of an epoch not adopted, that is no proof of it; part of each handshake
    other_epoch,    // of another epoch than the adopted one
    not_my_epoch,   // meant for another life of mine
    repeated,       // as old as one that was accepted, or older
    unknown_slice,  // MARK of a slice that is not ours
};
constexpr std::string_view name(Refusal refusal) noexcept {
    constexpr std::array<std::string_view, 7> names{
        "none", "no_epoch", "unproven", "other_epoch", "not_my_epoch", "repeated", "unknown_slice"};
    return names[static_cast<std::size_t>(refusal)];
}

// What changed by one call. `peer_restarted`: another epoch than before, so every limit, total and
// cap of the old one is void. A peer that was down and comes up in the same epoch goes on.
struct SessionEvents {
    bool came_up = false;
    bool went_down = false;
    bool peer_restarted = false;
    bool caps_changed = false;
    bool round_trip_changed = false;  // RTT_max
    bool operator==(const SessionEvents&) const = default;
};

struct Verdict {
    Refusal refusal = Refusal::none;
    SessionEvents events{};
    explicit operator bool() const noexcept { return refusal == Refusal::none; }
};

struct SessionTerms {
    Epoch own;                          // random, of this start of mine; not 0
    Nanos round_trip{0};                // of the configured distance, there and back; 0: not known
    Nanos hello_interval{100'000'000};  // between two HELLOs
};

class Session {
public:
    Session(const SessionTerms& terms, std::span<const SliceNumber> slices);

    // For a slice that a reload brought; those that go stay, or their MARKs could be replayed.
    void add_slice(SliceNumber slice);

    // The head of a message that leaves now; `slice` is read for MARK only and must be known.
    // The key is left to who authenticates.
    MessageHead head(MessageKind kind, Instant now, SliceNumber slice = {}) noexcept;

    // Whether a message may be acted on; its MAC was right and its records can be read. `slice` is
    // that of a MARK's TOTALS.
    Verdict accept(const MessageHead& head, Instant now, SliceNumber slice = {}) noexcept;
    // The CAPS of a HELLO that was accepted.
    SessionEvents on_caps(const CapsRecord& caps) noexcept;

    // To be called at wake_at() at the latest; sooner does no harm.
    SessionEvents poll(Instant now) noexcept;
    bool hello_due(Instant now) const noexcept { return now >= next_hello_; }
    Instant wake_at() const noexcept;

    bool up() const noexcept { return up_; }
    Epoch own() const noexcept { return terms_.own; }
    Epoch peer() const noexcept { return peer_; }  // the adopted one; 0: none yet
    const RoundTrip& round_trip() const noexcept { return round_trip_; }
    const std::optional<CapsRecord>& caps() const noexcept { return caps_; }
    Nanos silence_allowed() const noexcept;

private:
    static constexpr Nanos proof_time{1'000'000'000};
    static constexpr unsigned unanswered_allowed = 10;

    // A message that can be echoed, and the epoch it was of.
    struct Heard {
        Epoch epoch{};
        Nanos sent_at{0};
        Instant at{};
        Instant answered{};
        bool answer_due = false;
    };
    struct Marks {
        SliceNumber slice{};
        std::uint64_t sent = 0;
        std::uint64_t got = 0;
    };
    struct Windows {
        std::uint64_t hello = 0, state = 0, solicit = 0, probe = 0;
    };

    Marks* marks(SliceNumber slice) noexcept;
    std::uint64_t* window(Windows& windows, MessageKind kind) noexcept;
    Nanos stamp(Instant now) noexcept;
    void echo(MessageHead& head, const Heard& heard) const noexcept;
    Heard* stranger_to_answer() noexcept;
    Verdict meet(const MessageHead& hello) noexcept;
    void remember(const MessageHead& hello) noexcept;
    bool proves(const MessageHead& hello) const noexcept;
    SessionEvents adopt(const MessageHead& hello) noexcept;
    SessionEvents heard(const MessageHead& head) noexcept;
    void hurry() noexcept;

    SessionTerms terms_;
    RoundTrip round_trip_;
    Latest now_;
    Nanos last_stamp_{0};
    Instant next_hello_{};
    TokenRate hurries_{PacketsPerSecond{20}, 4};  // HELLOs out of turn: who replays gains no flood

    Epoch peer_{};
    Heard last_;                        // of the adopted epoch
    std::array<Heard, 4> strangers_{};  // HELLOs of other epochs, one of them the peer's next
    std::array<Nanos, 32> challenges_{};
    std::size_t next_challenge_ = 0;
    Windows sent_, got_;
    std::vector<Marks> marks_;  // sorted by slice

    bool up_ = false;
    Instant last_heard_{};
    unsigned unanswered_ = 0;  // HELLOs since
    std::optional<CapsRecord> caps_;
};

}  // namespace weir

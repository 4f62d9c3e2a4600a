#pragma once
// A sender, a receiver, and everything that can happen between them: messages lost, doubled, late,
// and any that ever was sent once more; packets lost; either side started anew at any time, with a
// clock that starts where it always does; clocks that jump.
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "pfc/session.hpp"
#include "tests/unit/pfc/credit_halves.hpp"

namespace weir::test {

inline constexpr SliceNumber world_slice{10};
inline constexpr std::uint64_t world_buffer = 64 * 256;

enum class What : std::uint8_t {
    pass,            // amount: milliseconds
    lose,            // messages in a row, of both ways
    lossy,           // percent of messages, from now on
    unruly,          // percent of messages that come late or twice
    lose_data,       // packets and MARKs in a row
    replay,          // which of all messages there ever were
    start_sender,    // anew
    start_receiver,  // anew
    drain,           // packets a millisecond
    offer,           // packets a millisecond
    jump,            // 10 s; odd: the sender's clock
    stop,            // milliseconds; odd: the sender stands still
};
struct Command {
    What what;
    unsigned amount;
};

class SessionWorld {
public:
    explicit SessionWorld(std::uint64_t seed) : random_{seed | 1U} { run(5); }

    void apply(const Command& command);
    void run(unsigned milliseconds);
    // All is well from now on; true if the sender may send all of B again in time.
    bool heals();

    const std::string& broken() const { return broken_; }  // the law that was, or nothing
    bool reached_xoff() const { return reached_xoff_; }
    bool lost_three() const { return lost_three_; }
    bool replayed() const { return replayed_; }
    unsigned restarts() const { return lives_[0] + lives_[1] - 2; }

private:
    enum Way : std::size_t {
        forward,
        backward
    };  // of messages: from the sender, from the receiver

    struct Message {
        MessageHead head;
        Way way = forward;
        std::uint32_t life = 0;  // of who sent it
        std::size_t number = 0;
        SliceRecord state{};
        TotalsRecord totals{};
    };
    struct OnWire {
        std::uint64_t at;
        Message message;
    };
    struct InBand {
        std::uint64_t at;
        std::uint64_t charge;  // 0: a MARK
        Message mark;
    };
    struct Side {
        Session session;
        std::uint64_t clock;  // what its clock is ahead of the world's, in ms
        std::uint64_t stopped_until = 0;
        std::map<MessageKind, std::size_t> accepted{};  // the latest of each kind
        std::uint32_t peer_life = 0;                    // the latest it believed
    };

    static Side start(std::uint32_t life, std::uint64_t now);
    Instant clock(const Side& side) const {
        return Instant{Nanos{static_cast<std::int64_t>(side.clock + now_) * 1'000'000}};
    }
    Side& of(Way way) { return way == forward ? sender_ : receiver_; }
    Way other(Way way) const { return way == forward ? backward : forward; }
    bool chance(unsigned percent);
    void require(bool holds, const char* law);

    Message make(Way way, MessageKind kind);
    void send(Message message);
    void deliver(const Message& message);
    void judge(const Message& message, const Verdict& verdict);
    void arrivals();
    void arrivals_in_band();
    void act_sender();
    void act_receiver();
    void hello(Way way);
    void send_packet(std::uint64_t charge);

    std::uint64_t random_;
    std::uint64_t now_ = 0;
    std::array<std::uint32_t, 2> lives_{1, 1};
    Side sender_ = start(1, 0), receiver_ = start(1, 0);
    Gate gate_{world_slice};
    Upstream upstream_{world_slice, world_buffer};
    std::deque<std::uint64_t> queue_;  // the receiver's packets
    std::vector<OnWire> wire_;
    std::deque<InBand> in_band_;
    std::vector<Message> history_;
    // Handed out, by (receiver's life, sender's life).
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> handed_;
    unsigned drain_ = 1, offer_ = 5, lossy_ = 0, unruly_ = 0;
    std::array<unsigned, 2> lose_{}, lost_running_{};
    unsigned lose_data_ = 0;
    bool reached_xoff_ = false, lost_three_ = false, replayed_ = false;
    std::string broken_;
};

}  // namespace weir::test

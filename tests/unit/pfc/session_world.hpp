#pragma once
// A sender, a receiver, three slices of them, and everything that can happen between: messages
// lost, doubled, late, changed, and any that ever was sent once more; packets lost; either side
// started anew at any time, with a clock that starts where it always does; clocks that jump.
// Session, Gate, Upstream and codec are those that ship, joined as tools/sim/router_control.cpp
// joins them; what they may do is judged by books of the world's own.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "pfc/gate.hpp"
#include "pfc/session.hpp"
#include "pfc/upstream.hpp"
#include "tests/unit/pfc/session_wire.hpp"

namespace weir::test {

inline constexpr std::array world_slices{SliceNumber{10}, SliceNumber{20}, SliceNumber{30}};
inline constexpr std::array world_modes{HoldBack::pause, HoldBack::precise, HoldBack::credit};
inline constexpr std::size_t world_buckets = 4;
inline constexpr std::uint64_t world_buffer = 64 * 256;  // of each slice
inline constexpr std::uint32_t world_largest = 8 * 256;  // packet

inline std::size_t index_of(SliceNumber number) {
    return static_cast<std::size_t>(std::ranges::find(world_slices, number) - world_slices.begin());
}

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
    rest,            // for longer than a slice that is not used is spoken of
};
struct Command {
    What what;
    unsigned amount;
};

class SessionWorld {
public:
    explicit SessionWorld(std::uint64_t seed);

    void apply(const Command& command);
    void run(unsigned milliseconds);
    // All is well from now on; true if, in time, nothing that is offered has to wait, and then all
    // of B may be sent again.
    bool heals();

    const std::string& broken() const { return broken_; }  // the law that was, or nothing
    bool reached_xoff() const { return reached_xoff_; }
    bool capped() const { return capped_; }
    bool lost_three() const { return lost_three_; }
    bool replayed() const { return replayed_; }
    unsigned restarts() const { return lives_[0] + lives_[1] - 2; }

private:
    // Lives of sender and receiver that shook hands.
    using Pairing = std::pair<std::uint32_t, std::uint32_t>;
    struct Packet {
        std::size_t slice = 0;
        std::uint16_t bucket = 0;
        std::uint32_t charge = 0;
        Pairing of{};
    };
    struct OnWire {
        std::uint64_t at;
        Sent message;
    };
    struct InBand {
        std::uint64_t at;
        Packet packet;  // charge 0: a MARK
        Sent mark;
    };
    // What the judge wrote down of one pairing and slice.
    struct Book {
        std::uint64_t handed = 0;    // the largest limit that was said
        std::uint64_t received = 0;  // by counting packets
        std::uint64_t lost = 0;      // by the channel
    };
    struct Side {
        Session session;
        std::uint64_t clock;  // what its clock is ahead of the world's, in ms
        std::uint64_t stopped_until = 0;
        std::map<std::pair<MessageKind, std::size_t>, std::size_t> accepted{};  // the latest
        std::uint32_t peer_life = 0;  // the latest it believed
    };
    // Of a slice, at the sender.
    struct Lane {
        Gate gate;
        std::uint64_t sent = 0, packets = 0;  // of the session
        std::array<BitsPerSecond, world_buckets> caps{unlimited_rate, unlimited_rate,
                                                      unlimited_rate, unlimited_rate};
        std::array<std::uint64_t, world_buckets> tokens{};
        bool blocked = false;
    };
    // Of a slice, at the receiver.
    struct Room {
        Upstream upstream;
        std::deque<Packet> queue;
    };

    static Side start(std::uint32_t life, std::uint64_t now);
    void start_lanes();
    void start_rooms();
    Instant clock(const Side& side) const {
        return Instant{Nanos{static_cast<std::int64_t>(side.clock + now_) * 1'000'000}};
    }
    Side& of(Way way) { return way == forward ? sender_ : receiver_; }
    bool chance(unsigned percent);
    void require(bool holds, const char* law);
    Pairing sending() const { return {lives_[forward], sender_.peer_life}; }
    Pairing receiving() const { return {receiver_.peer_life, lives_[backward]}; }

    template <class Write>
    Sent make(Way way, MessageKind kind, SliceNumber slice, Write&& write);
    void send(const Sent& message);
    void forge(const Sent& message);
    void deliver(const Sent& message);
    void judge(const Sent& message, const MessageHead& head, std::size_t slice,
               const Verdict& verdict);
    void restart_lanes();
    void hear_forward(const MessageView& view);
    void hear_backward(const MessageView& view);
    void put_in_band(const Packet& packet, const Sent& mark, std::uint64_t late);
    void arrivals();
    void arrivals_in_band();
    void take(const Packet& packet);
    void act_sender();
    void offer(std::size_t slice);
    bool send_packet(std::size_t slice, std::uint16_t bucket, std::uint32_t charge);
    void tell_and_ask(std::size_t slice);
    void act_receiver();
    void say_state();
    void hello(Way way);
    bool open_again() const;

    std::uint64_t random_;
    std::uint64_t now_ = 0, blocked_at_ = 0;
    Wire channel_;
    std::array<std::uint32_t, 2> lives_{1, 1};
    Side sender_ = start(1, 0), receiver_ = start(1, 0);
    std::vector<Lane> lanes_;
    std::vector<Room> rooms_;
    std::vector<OnWire> wire_;
    std::deque<InBand> in_band_;
    std::vector<Sent> history_;
    std::map<std::pair<Pairing, std::size_t>, Book> books_;
    unsigned drain_ = 1, offer_ = 5, lossy_ = 0, unruly_ = 0;
    std::array<unsigned, 2> lose_{}, lost_running_{};
    unsigned lose_data_ = 0;
    bool reached_xoff_ = false, capped_ = false, lost_three_ = false, replayed_ = false;
    std::string broken_;
};

}  // namespace weir::test

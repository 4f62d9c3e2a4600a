#pragma once
// The two ends of a flow, as state machines without a clock: a host asks the sender what it has to
// send, tells it what came back and when its time is up, and lets the sink answer what arrived.
#include <array>
#include <cassert>
#include <cstdint>

#include "tools/sim/outbox.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/ring.hpp"

namespace weir::sim {

inline constexpr Instant never{Nanos::max()};

class Sender {
public:
    virtual ~Sender() = default;
    // A message of the application.
    virtual void post(Instant now, Bytes bytes, std::uint64_t tag) = 0;
    // When it would send if it heard nothing more: not after `now` = at once.
    virtual Instant ready_at(Instant now) = 0;
    // The next packet. Only when ready.
    virtual Segment emit(Instant now) = 0;
    // An ack, nack or cnp.
    virtual void heard(Instant now, const Packet& packet) = 0;
    // When expired() is wanted next; may move. An early call is nothing but a question.
    virtual Instant deadline() const { return never; }
    virtual void expired(Instant /*now*/) {}

    // Tags of the messages that are acknowledged, in the order of their posts.
    Ring<std::uint64_t>& completed() { return completed_; }

protected:
    Ring<std::uint64_t> completed_;
};

// What a sink sends back: kind, sequence, beyond, echo and made of it are the sink's, the rest the
// host's.
class Replies {
public:
    void add(const Packet& reply) {
        assert(count_ < replies_.size());
        replies_[count_++] = reply;
    }
    const Packet* begin() const { return replies_.data(); }
    const Packet* end() const { return replies_.data() + count_; }

private:
    std::array<Packet, 2> replies_{};
    std::size_t count_ = 0;
};

class Sink {
public:
    virtual ~Sink() = default;
    // Returns how many messages it completed.
    virtual std::uint64_t arrived(Instant now, const Packet& data, Replies& replies) = 0;
};

// Of a flow whose receiver never answers; a message is complete with its last packet.
class SilentSink final : public Sink {
public:
    std::uint64_t arrived(Instant /*now*/, const Packet& data, Replies& /*replies*/) override {
        return data.last ? 1 : 0;
    }
};

}  // namespace weir::sim

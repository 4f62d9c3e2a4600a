#pragma once
// The messages an application has posted on a flow, as the packets they are cut into: numbered from
// 0 through all messages, each of `payload` bytes but for the last of a message.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "tools/sim/ring.hpp"

namespace weir::sim {

// What a sender puts into a packet.
struct Segment {
    std::uint64_t sequence = 0;
    std::uint32_t payload = 0;  // bytes
    bool last = false;          // of its message
    bool again = false;         // was sent before
    bool reduced = false;       // TCP's CWR
};

class Outbox {
public:
    explicit Outbox(Bytes payload) : payload_{payload.count()} {}

    // A message of no bytes is one packet all the same.
    void post(Bytes bytes, std::uint64_t tag) {
        const std::uint64_t packets =
            std::max<std::uint64_t>(1, (bytes.count() + payload_ - 1) / payload_);
        messages_.push({end_, packets, bytes.count(), tag});
        end_ += packets;
    }
    std::uint64_t end() const { return end_; }  // the first number not posted

    // A packet that is posted and not below what settled() was told.
    Segment at(std::uint64_t sequence) {
        const std::size_t i = find(sequence);
        const Message& in = messages_[i];
        const bool last = sequence + 1 == in.first + in.packets;
        const std::uint64_t before = (sequence - in.first) * payload_;
        return {sequence, static_cast<std::uint32_t>(last ? in.bytes - before : payload_), last};
    }
    // All packets below `sequence` are acknowledged: calls done(tag) for each message that ends.
    template <class Done>
    void settled(std::uint64_t sequence, Done&& done) {
        while (!messages_.empty() &&
               messages_.front().first + messages_.front().packets <= sequence) {
            done(messages_.pop().tag);
            near_ = near_ == 0 ? 0 : near_ - 1;
        }
    }

private:
    struct Message {
        std::uint64_t first = 0;
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
        std::uint64_t tag = 0;
    };
    // Senders walk: the one looked for is nearly always that of last time or its neighbour.
    std::size_t find(std::uint64_t sequence) {
        if (near_ >= messages_.size()) near_ = 0;
        while (sequence < messages_[near_].first) --near_;
        while (sequence >= messages_[near_].first + messages_[near_].packets) ++near_;
        return near_;
    }

    std::uint64_t payload_;
    std::uint64_t end_ = 0;
    std::size_t near_ = 0;
    Ring<Message> messages_;
};

}  // namespace weir::sim

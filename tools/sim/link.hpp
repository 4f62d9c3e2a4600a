#pragma once
// One direction of a line: packets enter when their last bit has left the transmitter and arrive,
// in order, one propagation delay later, unless the line is impaired or cut. Those in order lie in
// a ring with one wake for its head; only reordered and duplicated ones are wakes of their own, so
// the engine's heap is as long as there are lines, not packets.
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "tools/sim/engine.hpp"
#include "tools/sim/impairment.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/ring.hpp"

namespace weir::sim {

// Light in fibre: 5 us a kilometre, one way.
inline Nanos fibre(double kilometres) { return Nanos{std::llround(kilometres * 5'000)}; }

struct LinkConfig {
    BitsPerSecond rate{100'000'000'000};
    Nanos propagation{0};
    Impairment data;
    Impairment messages;       // PacketKind::message
    std::uint64_t seed = 0;    // of the run
    std::uint64_t stream = 0;  // of this direction of this line; no other has it
};

// sent + duplicated = delivered + lost + lost_in_burst + lost_in_cut + in flight.
struct LinkCounts {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    std::uint64_t lost_in_burst = 0;
    std::uint64_t lost_in_cut = 0;
    std::uint64_t duplicated = 0;
    std::uint64_t reordered = 0;
    std::uint64_t sent_bytes = 0;  // on the line
    std::uint64_t delivered_bytes = 0;
    std::uint64_t dropped() const { return lost + lost_in_burst + lost_in_cut; }
    bool operator==(const LinkCounts&) const = default;
};

class Link final : public Actor {
public:
    Link(Engine& engine, PacketPool& packets, const LinkConfig& config, Receiver& to,
         std::uint32_t port);

    // A packet whose first bit left at `began` and whose last bit leaves now. The link owns it
    // until it delivers it.
    void carry(Instant began, Instant now, PacketId packet);
    // What is being sent within [from, until) is lost; what passed before arrives. That is a cut at
    // the sender's end: one at the receiver's is the same, one propagation delay earlier.
    // `from` not before those of earlier calls.
    void cut(Instant from, Instant until);
    void impair(const Impairment& data, const Impairment& messages);

    BitsPerSecond rate() const { return config_.rate; }
    Nanos propagation() const { return config_.propagation; }
    const LinkCounts& data() const { return counts_[0]; }
    const LinkCounts& messages() const { return counts_[1]; }
    std::size_t in_flight() const { return in_order_.size() + alone_; }

    void wake(Instant now, std::uint64_t what) override;

private:
    struct Flying {
        Instant arrives;
        PacketId packet;
    };
    struct Cut {
        Instant from;
        Instant until;
    };
    bool is_cut(Instant began, Instant now);
    // False where it ends here or comes on its own.
    bool impaired(Instant arrives, PacketId packet, std::size_t which);
    void fly_alone(Instant arrives, PacketId packet);
    void deliver(Instant now, PacketId packet);

    Engine& engine_;
    PacketPool& packets_;
    Receiver& to_;
    std::uint32_t port_;
    LinkConfig config_;
    std::array<Impairer, 2> impairers_;  // of data, of messages
    std::array<LinkCounts, 2> counts_{};
    std::vector<Cut> cuts_;
    std::size_t passed_cuts_ = 0;
    Ring<Flying> in_order_;
    std::size_t alone_ = 0;
};

}  // namespace weir::sim

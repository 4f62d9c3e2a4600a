#pragma once
// Hosts without a transport, to try what queues and gates do: they send at a rate, whether it
// arrives or not, and obey pause frames; a sink counts by sequence number what came.
#include <cstdint>
#include <memory>
#include <vector>

#include "tools/sim/engine.hpp"
#include "tools/sim/link.hpp"
#include "tools/sim/message.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/transmitter.hpp"

namespace weir::sim {

struct FloodFlow {
    FlowId id{};  // dense over the whole run
    NodeId destination{};
    SliceId slice{};
    std::uint8_t priority = 0;
    std::uint32_t label = 0;
    std::uint32_t wire = 0;  // of each packet
    BitsPerSecond rate;      // on the line; more than the line: as fast as it goes
    Instant from, until{Nanos::max()};
};

// What came of each flow, in the order of FlowId; of all hosts of a run.
struct FloodCounts {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t reordered = 0;
    std::uint64_t bytes = 0;     // received, on the line
    std::uint64_t expected = 0;  // the next sequence number
    Instant first, last;         // arrivals
};

class Flood final : public Receiver, public Source, public Actor {
public:
    Flood(Engine& engine, PacketPool& packets, const Messages& messages,
          std::vector<FloodCounts>& counts)
        : engine_{engine}, packets_{packets}, messages_{messages}, counts_{counts} {}
    void connect(Link& out, const TransmitterConfig& nic) {
        transmitter_ = std::make_unique<Transmitter>(engine_, packets_, out, *this, 0, nic);
    }
    void add(const FloodFlow& flow);
    Transmitter& transmitter() { return *transmitter_; }

    void receive(Instant now, PacketId id, std::uint32_t port) override;
    PacketId next(Instant now, std::uint32_t port, std::uint8_t allowed) override;
    void departed(Instant /*now*/, std::uint32_t /*port*/, PacketId /*packet*/) override {}
    void wake(Instant now, std::uint64_t what) override;

private:
    struct Sending {
        FloodFlow flow;
        Instant due;
        Nanos every{0};
    };
    Engine& engine_;
    PacketPool& packets_;
    const Messages& messages_;
    std::vector<FloodCounts>& counts_;
    std::unique_ptr<Transmitter> transmitter_;
    std::vector<Sending> flows_;
    std::size_t turn_ = 0;
    Instant look_{Nanos::max()};
};

}  // namespace weir::sim

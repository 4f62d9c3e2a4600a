#pragma once
// A scenario in motion: routers, hosts and lines made of it, and what they counted.
#include <cstdint>
#include <memory>
#include <vector>

#include "tools/sim/engine.hpp"
#include "tools/sim/flood.hpp"
#include "tools/sim/host.hpp"
#include "tools/sim/incast.hpp"
#include "tools/sim/link.hpp"
#include "tools/sim/message.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/router.hpp"
#include "tools/sim/scenario.hpp"

namespace weir::sim {

// Of one entry of Scenario::traffic, all its flows together.
struct TrafficResult {
    std::uint64_t sent = 0, received = 0, reordered = 0;
    std::uint64_t bytes = 0;      // received, on the line; of a transport: payload, each once
    std::uint64_t again = 0;      // of a transport: sent once more
    std::uint64_t delivered = 0;  // of a transport: messages
    Instant first, last;          // arrivals
    // On the line, between the first arrival and the last.
    double bits_per_second() const;
};

// Of a lossless slice at the port where it comes in.
struct BufferResult {
    std::size_t node = 0;
    std::uint32_t port = 0;
    std::size_t slice = 0;
    bool host = false;  // sends to it
    std::uint64_t buffer = 0, most = 0, dropped = 0;
};

// Of a slice at a port, now; counters since the beginning.
struct LaneSample {
    std::size_t node = 0;
    std::uint32_t port = 0;
    std::size_t neighbor = 0;  // a node
    std::size_t slice = 0;
    std::uint64_t held = 0;    // charge: of what came in by it; lossy: that waits for it
    std::uint64_t buffer = 0;  // B; lossy: 0
    std::uint64_t sent_packets = 0, sent_bytes = 0, dropped_packets = 0;
    std::uint64_t shut = 0;  // times that what leaves by it was told to wait
    bool closed = false;     // and is, now
};

struct Result {
    std::vector<TrafficResult> traffic;
    std::vector<BufferResult> buffers;
    std::uint64_t dropped = 0;    // by routers, of lossless slices
    std::uint64_t lost = 0;       // by lines, MARKs included
    std::uint64_t data_lost = 0;  // by lines
    std::uint64_t messages = 0, messages_lost = 0;
    std::uint64_t shut = 0, negative_marks = 0;
    std::uint64_t died = 0;             // with routers that restarted
    std::uint64_t refused = 0;          // messages
    std::uint64_t ejected = 0;          // for deadlocks
    std::uint64_t ejected_outside = 0;  // of them, at a port that faces a host
    std::uint64_t watchdog = 0;         // dropped by it
    DeadlockCounts deadlocks;           // of all routers
    std::uint64_t hops = 0;             // packets that lines delivered
    double peak() const;                // the largest share of B that was used, between routers
};

class World final : public Actor {
public:
    explicit World(const Scenario& scenario);
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void run_until(Instant when) { engine_.run_until(when); }
    Result result() const;
    // Lines deliver everything from now on, and nothing is shaped or stopped.
    void heal();
    // No packet waits or is on its way, and every slice may be sent.
    bool at_rest() const;
    // Of a traffic that has a transport, the i-th of its flows.
    Flow& flow(std::size_t traffic, std::uint32_t i = 0) {
        return transports_[static_cast<FlowId>(first_flow_[traffic] + i)];
    }
    Movement movement(SliceId slice) const;  // of all routers
    Engine& engine() { return engine_; }
    // Of all routers' ports, by node, port and slice.
    std::vector<LaneSample> lanes() const;
    std::size_t messages_at_once() const { return packets_.messages().most(); }
    // Packets of a slice that routers dropped.
    std::uint64_t dropped(std::size_t slice) const;
    const std::vector<FloodCounts>& flows() const { return counts_; }

    void wake(Instant now, std::uint64_t number) override;

private:
    struct Way {
        std::unique_ptr<Link> link;
        std::uint32_t port = 0;  // at its beginning
    };
    struct Node {
        std::unique_ptr<Router> router;  // or
        std::unique_ptr<Flood> host;     // or
        std::unique_ptr<Host> end;
        Receiver& receiver() const;
    };
    void add_ports();
    void connect();
    void add_routes();
    void add_named_routes();
    void add_traffic();
    void add_flood(const TrafficSetup& traffic);
    void add_transport(const TrafficSetup& traffic);
    Flow& make_flow(const TrafficSetup& traffic);
    void count_transport(std::size_t traffic, TrafficResult& it) const;
    bool has_transport(std::size_t node) const;
    void connect_host(Node& node, Link& link, const LineSetup& line);
    std::unique_ptr<Link> make_link(const LineSetup& line, const WaySetup& way, std::size_t to,
                                    std::uint32_t port);

    Scenario scenario_;
    Engine engine_;
    PacketPool packets_;
    Messages messages_{packets_};
    std::vector<FloodCounts> counts_;
    std::vector<Node> nodes_;
    std::vector<std::array<Way, 2>> ways_;   // by line: to b, to a
    std::vector<std::uint32_t> first_flow_;  // by traffic, among those of its kind
    Flows transports_;
    std::vector<std::unique_ptr<Incast>> posts_;
    std::uint64_t streams_ = 0;
};

inline Result simulate(const Scenario& scenario) {
    World world{scenario};
    world.run_until(Instant{scenario.duration});
    return world.result();
}

}  // namespace weir::sim

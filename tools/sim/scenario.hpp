#pragma once
// What is simulated: nodes, the lines between them, slices, traffic and what changes on the way.
// Made from TOML (tools/sim/parse.hpp) or by a program.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/sim/impairment.hpp"
#include "tools/sim/router.hpp"

namespace weir::sim {

struct NodeSetup {
    std::string name;
    bool host = false;
};

struct Cut {
    Instant from, until;
};

// One direction of a line; the names are those of its two ends.
struct WaySetup {
    BitsPerSecond shaped = unlimited_rate;  // by the router at its beginning
    Impairment data, messages;
    std::vector<Cut> cuts;
};

inline constexpr Nanos to_a_host{500};  // 100 m, one way

struct LineSetup {
    std::size_t a = 0, b = 0;  // nodes
    BitsPerSecond rate{100'000'000'000};
    Nanos propagation = to_a_host;  // one way
    // For which routers size their buffers, if another: as a switch whose headroom is for 300 m.
    std::optional<Nanos> told;
    Bytes mtu{9'216};
    WaySetup to_b, to_a;
};

// What carries a traffic's bytes. A host that has one of these but `flood` has no flood.
enum class Transport : std::uint8_t {
    flood,      // nobody acknowledges or repeats
    go_back_n,  // RoCEv2
    selective,  // RoCEv2 with selective repair
    tcp,        // CUBIC
    open_loop,  // at `rate` whatever happens, in bursts if asked for
};

// What flows post on a transport.
struct PostSetup {
    bool program = false;        // nothing: a program posts
    Bytes message{1ULL << 50U};  // each
    Nanos period{0};             // from the start on; 0: one message and no more
    Nanos spread{0};             // each flow begins at random within it; less than the period
};

struct TrafficSetup {
    std::string name;
    std::size_t from = 0, to = 0;  // hosts
    std::size_t slice = 0;
    std::uint32_t flows = 1;
    BitsPerSecond rate{100'000'000'000};  // of all its flows, on the line
    Bytes packet{9'216};                  // without Ethernet's overhead
    Instant start;
    Instant stop{Nanos::max()};
    Transport transport = Transport::flood;
    PostSetup posts;                    // of go_back_n, selective, tcp
    bool dcqcn = false;                 // of RoCEv2
    std::uint64_t window = UINT64_MAX;  // of RoCEv2, packets on the way
    Nanos timeout{16'000'000};          // of RoCEv2
    Nanos burst{0}, silence{0};         // of open_loop, means
};

struct Event {
    enum class What : std::uint8_t { shape, stop, open, restart };
    Instant at;
    What what = What::shape;
    std::size_t line = 0;
    bool to_b = true;
    BitsPerSecond rate = unlimited_rate;  // shape
    std::size_t slice = 0;                // stop, open
    std::size_t node = 0;                 // restart
};

// Where a router sends what goes to a host, if not by the fewest lines.
struct RouteSetup {
    std::size_t at = 0, to = 0;  // nodes
    std::size_t by = 0;          // the neighbour
};

struct Scenario {
    std::string name;
    std::uint64_t seed = 1;
    Nanos duration{50'000'000};
    bool obeys_limit = true;
    bool breaks_deadlocks = true;
    WatchdogTerms watchdog = RouterSetup{}.watchdog;
    std::vector<SliceSetup> slices;
    std::vector<NodeSetup> nodes;
    std::vector<LineSetup> lines;
    std::vector<RouteSetup> routes;
    std::vector<TrafficSetup> traffic;
    std::vector<Event> events;
};

}  // namespace weir::sim

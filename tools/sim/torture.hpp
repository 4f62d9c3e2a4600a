#pragma once
// Random networks in random trouble, by seed; the laws that must hold whatever happens:
//   * no router drops a packet of a lossless slice, ever
//   * what was sent came, or was lost on a line, or died with a router that restarted, or was
//     ejected for a deadlock where packets go round, and nowhere else
//   * no watchdog acts
//   * nothing overtakes its flow
//   * once all is well again every gate opens and every queue empties
//   * where messages arrive, a deadlock is over in the time stated
#include <cstdint>
#include <string>

#include "tools/sim/scenario.hpp"

namespace weir::sim {

// Kinds of trouble, one bit each: what a failing seed is shrunk by.
enum class Trouble : std::uint8_t {
    message_loss,  // up to 50 %
    bursts,        // of it
    duplication,   // of messages
    reordering,    // of messages
    restarts,      // of routers
    cuts,          // of lines, each way on its own
    wire_loss,     // of data
    stops,         // of a slice at a port, for a while
    jumping_drain,
    small_packets,
    many_slices,
    ring,  // of routers, round which packets go one way: gates may wait for each other
    count,
};
constexpr const char* name(Trouble trouble) {
    constexpr const char* names[] = {"message-loss",  "bursts",        "duplication", "reordering",
                                     "restarts",      "cuts",          "wire-loss",   "stops",
                                     "jumping-drain", "small-packets", "many-slices", "ring"};
    return names[static_cast<std::size_t>(trouble)];
}
using Troubles = std::uint32_t;  // bit n: Trouble n
constexpr Troubles only(Trouble trouble) { return 1U << static_cast<unsigned>(trouble); }
inline constexpr Troubles all_troubles = (1U << static_cast<unsigned>(Trouble::count)) - 1;

struct Torture {
    Troubles had = 0;
    bool closed_a_gate = false;
    std::uint64_t packets = 0, hops = 0, messages = 0, refused = 0, died = 0, lost_on_lines = 0;
    std::uint64_t ejected = 0, proofs = 0;  // of deadlocks
    Nanos stood{0};    // the longest that a slice waited at gates and nothing of it moved anywhere
    Nanos allowed{0};  // that it may; see may_stand()
    std::string broken;  // the law, or nothing
};

// Whether nothing delays what neighbours say to each other, nor what they do.
bool hears(const Torture& it);

// What routers obey and do; false: to see that the laws notice.
struct Rules {
    bool obey_limit = true;
    bool break_deadlocks = true;
    Nanos patience{10'000'000'000};  // until all must be at rest again
};

Scenario torture_scenario(std::uint64_t seed, Troubles allowed, Troubles& had);
Torture torture(std::uint64_t seed, Troubles allowed = all_troubles, Rules rules = {});
// The least trouble with which the seed still breaks a law.
Troubles shrink(std::uint64_t seed, Troubles allowed, Rules rules = {});

}  // namespace weir::sim

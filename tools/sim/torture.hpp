#pragma once
// Random networks in random trouble, by seed; the laws that must hold whatever happens:
//   * no router drops a packet of a lossless slice, ever
//   * what was sent came, or was lost on a line, or died with a router that restarted
//   * nothing overtakes its flow
//   * once all is well again every gate opens and every queue empties
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
    count,
};
constexpr const char* name(Trouble trouble) {
    constexpr const char* names[] = {"message-loss",  "bursts",        "duplication", "reordering",
                                     "restarts",      "cuts",          "wire-loss",   "stops",
                                     "jumping-drain", "small-packets", "many-slices"};
    return names[static_cast<std::size_t>(trouble)];
}
using Troubles = std::uint32_t;  // bit n: Trouble n
constexpr Troubles only(Trouble trouble) { return 1U << static_cast<unsigned>(trouble); }
inline constexpr Troubles all_troubles = (1U << static_cast<unsigned>(Trouble::count)) - 1;

struct Torture {
    Troubles had = 0;
    bool closed_a_gate = false;
    std::uint64_t packets = 0, hops = 0, messages = 0, refused = 0, died = 0, lost_on_lines = 0;
    std::string broken;  // the law, or nothing
};

Scenario torture_scenario(std::uint64_t seed, Troubles allowed, Troubles& had);
Torture torture(std::uint64_t seed, Troubles allowed = all_troubles, bool obeys_limit = true);
// The least trouble with which the seed still breaks a law.
Troubles shrink(std::uint64_t seed, Troubles allowed, bool obeys_limit = true);

}  // namespace weir::sim

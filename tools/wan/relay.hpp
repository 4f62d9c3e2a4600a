#pragma once
// Two ports and the line between them, carried by one thread.
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/gen/histogram.hpp"
#include "tools/wan/options.hpp"

namespace weir::wan {

// `stop`: asked once a millisecond or so; true ends the run.
using StopAsked = bool (*)();

struct WayResult {
    LineCounts data, messages;
    std::uint64_t undelivered = 0;  // on the line when it ended
    std::uint64_t untaken = 0;      // of those delivered: the device had not taken them by then
    std::uint64_t no_copy = 0;      // duplicates for which no buffer was left
    std::vector<std::pair<std::string, std::uint64_t>> missed;  // by the device it comes from
    Histogram late;  // ns from when it was due to when the device was given it
};
struct Result {
    double seconds = 0;
    std::array<WayResult, 2> ways;
    // ns by which the loop came late to a moment that nothing else had to do with, one each ms:
    // what this machine takes away from any program.
    Histogram idle;
};

// Until what the options say is over. Throws Error.
Result run(const Options& options, StopAsked stop);

}  // namespace weir::wan

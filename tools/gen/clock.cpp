#include "tools/gen/clock.hpp"

#include <cpuid.h>

#include <chrono>
#include <thread>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

struct Reading {
    std::uint64_t ticks;
    std::chrono::steady_clock::time_point time;
};

// Both clocks at one moment: of several tries the one during which the least time passed.
Reading read_both() {
    Reading best{};
    std::uint64_t narrowest = ~std::uint64_t{0};
    for (int i = 0; i < 10; ++i) {
        const std::uint64_t before = ticks();
        const auto time = std::chrono::steady_clock::now();
        const std::uint64_t after = ticks();
        if (after - before >= narrowest) continue;
        narrowest = after - before;
        best = {before + (after - before) / 2, time};
    }
    return best;
}

bool invariant() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & 1U << 8U) != 0;
}

}  // namespace

std::uint64_t measure_ticks_per_second() {
    if (!invariant())
        throw Error{ExitCode::device,
                    "this machine's time stamp counter is not invariant, so neither rate nor "
                    "latency could be right; use a machine (or a CPU type of the virtual machine) "
                    "that has constant_tsc and nonstop_tsc in /proc/cpuinfo"};
    const Reading from = read_both();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const Reading to = read_both();
    const std::chrono::duration<double> elapsed = to.time - from.time;
    return static_cast<std::uint64_t>(static_cast<double>(to.ticks - from.ticks) / elapsed.count());
}

}  // namespace weir

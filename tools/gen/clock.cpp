#include "tools/gen/clock.hpp"

#include <chrono>
#include <thread>

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

}  // namespace

std::uint64_t measure_ticks_per_second() {
    const Reading from = read_both();
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    const Reading to = read_both();
    const std::chrono::duration<double> elapsed = to.time - from.time;
    return static_cast<std::uint64_t>(static_cast<double>(to.ticks - from.ticks) / elapsed.count());
}

}  // namespace weir

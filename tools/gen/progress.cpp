#include "tools/gen/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdio>
#include <mutex>

namespace weir {
namespace {

struct Figures {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
};

template <class Counted>
Figures figures(const Counted* counted) {
    return counted == nullptr ? Figures{} : Figures{counted->packets(), counted->byte_count()};
}

std::string text(const char* verb, const Figures& now, const Figures& before, double seconds) {
    return fmt::format("  {} {}pps {}bit/s, {} packets in all", verb,
                       scaled(static_cast<double>(now.packets - before.packets) / seconds),
                       scaled(8 * static_cast<double>(now.bytes - before.bytes) / seconds),
                       grouped(now.packets));
}

void report(const std::stop_token& stop, const Sender* sender, const Sink* sink, Nanos every) {
    using Clock = std::chrono::steady_clock;
    std::mutex mutex;
    std::condition_variable_any over;
    const auto start = Clock::now();
    auto last = start, due = start;
    Figures sent, received;
    for (;;) {
        std::unique_lock lock{mutex};
        // A process that was stopped for a while does not make up for the lines it missed.
        due = std::max(due, Clock::now() - every) + every;
        if (over.wait_until(lock, stop, due, [&] { return stop.stop_requested(); })) return;
        const auto now = Clock::now();
        const double seconds = std::chrono::duration<double>(now - last).count();
        const Figures sent_now = figures(sender), received_now = figures(sink);
        std::string line =
            fmt::format("{:8.1f} s", std::chrono::duration<double>(now - start).count());
        if (sender != nullptr) line += text("sent", sent_now, sent, seconds);
        if (sink != nullptr) line += text("received", received_now, received, seconds);
        fmt::print(stderr, "{}\n", line);
        sent = sent_now;
        received = received_now;
        last = now;
    }
}

}  // namespace

Progress::Progress(const Sender* sender, const Sink* sink, Nanos every) {
    if (every > Nanos{0})
        thread_ =
            std::jthread{[=](const std::stop_token& stop) { report(stop, sender, sink, every); }};
}

}  // namespace weir

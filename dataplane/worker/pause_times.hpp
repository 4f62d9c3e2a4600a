#pragma once
// Until when the hosts behind one port asked for silence, priority by priority. Written by
// whichever worker receives their pause frames, read by the one that owns the way out to them.
#include <array>
#include <atomic>
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "pfc/frame.hpp"

namespace weir {

class alignas(64) PauseTimes {
public:
    // What the last frame said counts: it may end what an earlier one began.
    void set(std::size_t priority, Instant until) noexcept {
        until_[priority].store(until.since_start().count(), std::memory_order_relaxed);
        changes_.fetch_add(1, std::memory_order_release);
    }
    Instant until(std::size_t priority) const noexcept {
        return Instant{Nanos{until_[priority].load(std::memory_order_relaxed)}};
    }
    // Another number where until() may answer otherwise.
    std::uint32_t changes() const noexcept { return changes_.load(std::memory_order_acquire); }

private:
    std::array<std::atomic<std::int64_t>, priorities> until_{};
    std::atomic<std::uint32_t> changes_{0};
};

}  // namespace weir

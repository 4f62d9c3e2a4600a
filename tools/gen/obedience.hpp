#pragma once
// A NIC that obeys priority-based flow control (IEEE 802.1Q-2018 clause 36): all that is sent has
// one priority, and waits while a neighbor asks for it. Heard by the thread that receives, asked by
// the one that sends; they may be two.
#include <atomic>
#include <cstdint>
#include <span>

#include "dataplane/base/units.hpp"
#include "pfc/frame.hpp"
#include "tools/gen/clock.hpp"

namespace weir {

class Obedience {
public:
    // `line`: whose bit times a pause counts.
    Obedience(std::size_t priority, BitsPerSecond line, std::uint64_t ticks_per_second)
        : priority_{priority}, line_{line}, ticks_per_second_{ticks_per_second} {}

    // Whether the frame was MAC control. `now` in ticks.
    bool hear(std::span<const std::byte> frame, std::uint64_t now) noexcept {
        const MacControl said = decode_mac_control(frame);
        if (std::holds_alternative<NotMacControl>(said)) return false;
        const auto* pfc = std::get_if<PfcFrame>(&said);
        if (pfc == nullptr || !pfc->pause.lists(priority_)) return true;
        const Nanos time = pause_time(pfc->pause.times[priority_], line_);
        until_.store(now + to_ticks(time, ticks_per_second_), std::memory_order_relaxed);
        heard_.fetch_add(1, std::memory_order_relaxed);
        return true;
    }
    bool paused(std::uint64_t now) const noexcept {
        return now < until_.load(std::memory_order_relaxed);
    }
    std::uint64_t heard() const noexcept { return heard_.load(std::memory_order_relaxed); }

private:
    std::size_t priority_;
    BitsPerSecond line_;
    std::uint64_t ticks_per_second_;
    std::atomic<std::uint64_t> until_{0};  // ticks
    std::atomic<std::uint64_t> heard_{0};
};

}  // namespace weir

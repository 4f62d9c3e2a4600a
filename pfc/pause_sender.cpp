#include "pfc/pause_sender.hpp"

#include <algorithm>

namespace weir {

void PauseSender::set_rate(BitsPerSecond line) noexcept {
    // 84 bytes with preamble and gap.
    const Nanos gentle = std::max(longest_silence, Bytes{100 * (pfc_frame_bytes + 24)} / line);
    period_ = std::min(pause_time(longest_pause, line) / 4, gentle);
}

void PauseSender::update(std::size_t priority, Bytes held, const Marks& marks,
                         Instant now) noexcept {
    if (!pauses(priority)) {
        if (held < marks.xoff) return;
        paused_ = static_cast<std::uint8_t>(paused_ | 1U << priority);
        releases_[priority] = 0;
        next_ = std::min(next_, now);
    } else if (held < marks.xon || (held == Bytes{0} && marks.xon == Bytes{0})) {
        release(priority, now);
    }
}

void PauseSender::release(std::size_t priority, Instant now) noexcept {
    if (!pauses(priority)) return;
    paused_ = static_cast<std::uint8_t>(paused_ & ~(1U << priority));
    releases_[priority] = releases;
    next_ = std::min(next_, now);
}

PriorityPause PauseSender::frame(Instant now) noexcept {
    PriorityPause said;
    bool again = paused_ != 0;
    for (std::size_t n = 0; n < priorities; ++n) {
        if (pauses(n)) {
            said.times[n] = longest_pause;
        } else if (releases_[n] > 0) {
            again |= --releases_[n] > 0;
        } else {
            continue;
        }
        said.classes = static_cast<std::uint8_t>(said.classes | 1U << n);
    }
    next_ = again ? later(now, period_) : never;
    return said;
}

}  // namespace weir

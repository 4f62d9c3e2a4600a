#pragma once
// Which priorities the hosts behind one port are to hold back (IEEE 802.1Q-2018 clause 36), and
// when to say so. A pause of 65,535 quanta is said again before a quarter of it is over, every
// 50 us or, on slow lines, so that it takes a hundredth of them: a frame that was lost costs so
// much headroom, not a packet. That a priority
// may go on is said three times, for where both of us miss it the host waits for all of its time.
//
// Pure; no allocation; `now` is an argument.
#include <array>
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "pfc/frame.hpp"
#include "pfc/moment.hpp"

namespace weir {

class PauseSender {
public:
    struct Marks {
        Bytes xoff;  // pauses from here on
        Bytes xon;   // and until it is below this; at most xoff
        bool operator==(const Marks&) const = default;
    };
    static constexpr Nanos longest_silence{50'000};
    static constexpr unsigned releases = 3;

    // Of the line, whose bit times quanta are; not 0.
    void set_rate(BitsPerSecond line) noexcept;
    // What is held of a priority, as seen at `now`.
    void update(std::size_t priority, Bytes held, const Marks& marks, Instant now) noexcept;
    // It is nobody's any more: who was paused for it may go on.
    void release(std::size_t priority, Instant now) noexcept;

    bool due(Instant now) const noexcept { return now >= next_; }
    // What is to be said, once it is said: every priority that waits, and those just let go.
    PriorityPause frame(Instant now) noexcept;

    bool pauses(std::size_t priority) const noexcept { return (paused_ >> priority & 1U) != 0; }
    Instant wake_at() const noexcept { return next_; }

private:
    std::uint8_t paused_ = 0;                          // bit n: priority n
    std::array<std::uint8_t, priorities> releases_{};  // how often it is yet to be said
    Nanos period_ = longest_silence;
    Instant next_ = never;
};

}  // namespace weir

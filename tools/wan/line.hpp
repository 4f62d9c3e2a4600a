#pragma once
// One direction of a long line: what enters leaves in order, once its bits have been clocked out at
// the line's rate and light has taken its time; some is lost, some comes twice or late, and nothing
// while the line is cut. No device and no clock here: packets are handles, `now` is an argument.
//
// Law: received + duplicated = delivered + held + all that was lost, by cause; packets, at any
// time.
#include <array>
#include <cstdint>
#include <optional>
#include <queue>
#include <string_view>
#include <vector>

#include "dataplane/base/units.hpp"
#include "tools/sim/impairment.hpp"
#include "tools/sim/line_clock.hpp"
#include "tools/sim/ring.hpp"

namespace weir::wan {

// What is carried: weir's messages are told apart, so that either can be lost alone.
enum class Kind : std::uint8_t { data, message };

enum class Fate : std::uint8_t {
    carried,
    lost,           // each packet on its own
    lost_in_burst,  // by the chain of two states
    cut,            // the line was
    overrun,        // more waits for the line's rate than `queue`
};
constexpr std::string_view name(Fate fate) noexcept {
    constexpr std::array<std::string_view, 5> names{"carried", "lost", "lost_in_burst", "cut",
                                                    "overrun"};
    return names[static_cast<std::size_t>(fate)];
}

struct Cut {
    Instant from, until;
    bool data = true, messages = true;
};

struct LineSetup {
    Nanos delay{0};                         // of light
    BitsPerSecond rate = unlimited_rate;    // in bytes on the wire, Ethernet's 24 included
    Nanos queue{10'000'000};                // most that may wait for the rate
    std::array<sim::Impairment, 2> harm{};  // by Kind
    std::vector<Cut> cuts{};                // in order of time
    std::uint64_t seed = 1;
};

struct LineCounts {
    std::uint64_t received = 0;
    std::array<std::uint64_t, 5> fates{};  // by Fate; of `received`
    std::uint64_t duplicated = 0, reordered = 0, delivered = 0;
    std::uint64_t dropped() const { return fates[1] + fates[2] + fates[3] + fates[4]; }
};

class Line {
public:
    explicit Line(const LineSetup& setup);

    // `bytes` as in an mbuf, without FCS. Where it is not carried, the packet stays the caller's.
    // `copy()` makes another handle of the same content, or nothing where there is no room.
    template <class Copy>
    Fate enter(Instant now, std::uint64_t handle, std::uint32_t bytes, Kind kind, Copy&& copy) {
        LineCounts& counts = counts_[static_cast<std::size_t>(kind)];
        ++counts.received;
        const Entry entry = look(now, bytes, kind);
        ++counts.fates[static_cast<std::size_t>(entry.fate)];
        if (entry.fate != Fate::carried) return entry.fate;
        if (entry.twice)
            if (const std::optional<std::uint64_t> other = copy()) {
                ++counts.duplicated;
                late_.push({entry.due + entry.copy_later, next_++, *other, kind});
            }
        if (entry.later > Nanos{0}) {
            ++counts.reordered;
            late_.push({entry.due + entry.later, next_++, handle, kind});
        } else {
            in_order_.push({entry.due, next_++, handle, kind});
        }
        return Fate::carried;
    }

    struct Leaving {
        std::uint64_t handle;
        Instant due;
    };
    // The next that has arrived by now; it counts as delivered.
    std::optional<Leaving> leave(Instant now);
    // Whether leave() would answer, and with what was due when.
    std::optional<Instant> due() const;
    std::size_t held() const { return in_order_.size() + late_.size(); }
    const LineCounts& counts(Kind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

private:
    struct Entry {
        Fate fate = Fate::carried;
        Instant due{};
        bool twice = false;
        Nanos copy_later{0}, later{0};
    };
    struct Flying {
        Instant due{};
        std::uint64_t number = 0;  // in the order of entry
        std::uint64_t handle = 0;
        Kind kind = Kind::data;
    };
    struct Later {
        bool operator()(const Flying& a, const Flying& b) const {
            return a.due != b.due ? a.due > b.due : a.number > b.number;
        }
    };
    Entry look(Instant now, std::uint32_t bytes, Kind kind);
    bool is_cut(Instant now, Kind kind);
    bool late_first() const;

    LineSetup setup_;
    sim::LineClock clock_;
    std::array<sim::Impairer, 2> impairers_;
    Instant busy_until_{};
    std::uint64_t next_ = 0;
    std::size_t passed_cuts_ = 0;
    sim::Ring<Flying> in_order_;
    std::priority_queue<Flying, std::vector<Flying>, Later> late_;
    std::array<LineCounts, 2> counts_;
};

}  // namespace weir::wan

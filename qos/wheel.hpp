#pragma once
// When do slices earn their next token? A wheel of 256 slots of about a microsecond: a time beyond
// it is looked at again when the last slot comes round. A slice wakes up to one slot late, which
// costs it nothing: its bucket goes on filling meanwhile.
// Source: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels" (1987), scheme 4.
#include <algorithm>
#include <array>
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "qos/slice_set.hpp"

namespace weir {

class SliceWheel {
public:
    static constexpr std::int64_t slot_nanos = 1024;
    static constexpr std::uint32_t slots = SliceSet::most;

    explicit SliceWheel(Instant now) : turned_{slot_of(now)} {}

    void park(std::uint32_t slice, Instant until) noexcept {
        // Rounded up: at the start of its slot the time has come.
        const std::int64_t slot = std::clamp((until.since_start().count() - 1) / slot_nanos + 1,
                                             turned_ + 1, turned_ + slots - 1);
        slots_[index(slot)].add(slice);
        occupied_.add(index(slot));
    }
    // Calls wake(slice) for each whose time has come; it may park again.
    template <class Wake>
    void turn(Instant now, Wake&& wake) noexcept {
        const std::int64_t to = slot_of(now);
        if (to <= turned_) return;
        SliceSet due;
        for (std::int64_t slot = next_slot(); slot <= to; slot = next_slot()) {
            due |= slots_[index(slot)];
            slots_[index(slot)] = {};
            occupied_.remove(index(slot));
        }
        turned_ = to;
        for (std::uint32_t slice = due.next(0); slice != SliceSet::none; slice = due.next(0)) {
            due.remove(slice);
            wake(slice);
        }
    }
    // The next time somebody wakes; the end of time where nobody does.
    Instant next() const noexcept {
        const std::int64_t slot = next_slot();
        return Instant{slot == nobody ? Nanos::max() : Nanos{slot * slot_nanos}};
    }

private:
    static std::int64_t slot_of(Instant now) { return now.since_start().count() / slot_nanos; }
    static std::uint32_t index(std::int64_t slot) {
        return static_cast<std::uint32_t>(slot % slots);
    }
    static constexpr std::int64_t nobody = INT64_MAX;
    std::int64_t next_slot() const noexcept {
        if (occupied_.empty()) return nobody;
        const std::uint32_t from = index(turned_ + 1);
        return turned_ + 1 + (occupied_.next(from) - from) % slots;
    }

    std::int64_t turned_;  // every slot up to this one is empty
    SliceSet occupied_;    // of slots
    std::array<SliceSet, slots> slots_{};
};

}  // namespace weir

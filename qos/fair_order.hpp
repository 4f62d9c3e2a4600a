#pragma once
// Whose turn it is among slices that may send, by weight: each has a virtual time that its bytes
// move on, the slower the heavier it is, and the earliest goes first. Who joins starts at the
// present, so nobody saves up what he did not send; a debt stays. The times lie in a calendar of
// 256 slots, within a slot slices take turns by packets: one look whatever the number of slices.
// The shares are exact, the order within a slot is not: a slot is about a packet of a slice 256
// times as heavy as the lightest.
// Source: P. Goyal, H. Vin, H. Cheng, "Start-time fair queueing" (1996).
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "qos/slice_set.hpp"

namespace weir {

class FairOrder {
public:
    // `part` is the weight of the lightest slice by that of this one, 1/10,000..1.
    void set_weight(std::uint32_t slice, double part, Bytes largest) noexcept {
        const auto span = static_cast<double>((slots - 1) * slot_width);
        costs_[slice] = static_cast<std::uint32_t>(
            std::lround(part * span / static_cast<double>(largest.count())));
    }
    bool empty() const noexcept { return members_.empty(); }
    void put(std::uint32_t slice, bool member) noexcept {
        if (members_.has(slice) == member) return;
        members_.put(slice, member);
        if (!member) return take_out(slice);
        if (ahead(slice) > farthest) times_[slice] = now_;  // behind, or of an age ago
        put_in(slice);
    }
    // Of a member if there is one.
    std::uint32_t first() noexcept {
        for (;;) {
            const std::uint32_t slot = occupied_.next(index(now_));
            now_ += ((slot - index(now_)) % slots) * slot_width;
            const std::uint32_t slice = members_of_[slot].next(turn_);
            if (ahead(slice) < slot_width) return slice;
            take_out(slice);  // its time lay beyond the calendar
            put_in(slice);
        }
    }
    void spend(std::uint32_t slice, std::uint32_t bytes) noexcept {
        turn_ = slice + 1;
        times_[slice] +=
            std::min(std::uint64_t{bytes} * costs_[slice], farthest - slots * slot_width);
        if (!members_.has(slice) || slot_for(slice) == slots_[slice]) return;
        take_out(slice);
        put_in(slice);
    }

private:
    static constexpr std::uint32_t slots = SliceSet::most;
    static constexpr std::uint64_t slot_width = std::uint64_t{1} << 30U;
    static constexpr std::uint64_t farthest = slot_width * slots * 16;

    static std::uint32_t index(std::uint64_t time) {
        return static_cast<std::uint32_t>(time / slot_width % slots);
    }
    // Times run around 2^64: what lies behind is far ahead.
    std::uint64_t ahead(std::uint32_t slice) const { return times_[slice] - now_; }
    std::uint8_t slot_for(std::uint32_t slice) const {
        const std::uint64_t away = std::min<std::uint64_t>(ahead(slice) / slot_width, slots - 1);
        return static_cast<std::uint8_t>(index(now_) + away);
    }
    void put_in(std::uint32_t slice) noexcept {
        const std::uint8_t slot = slots_[slice] = slot_for(slice);
        members_of_[slot].add(slice);
        occupied_.add(slot);
    }
    void take_out(std::uint32_t slice) noexcept {
        const std::uint8_t slot = slots_[slice];
        members_of_[slot].remove(slice);
        if (members_of_[slot].empty()) occupied_.remove(slot);
    }

    std::uint64_t now_ = 0;  // of a slot, its start
    std::uint32_t turn_ = 0;
    SliceSet members_, occupied_;
    std::array<std::uint64_t, SliceSet::most> times_{};
    std::array<std::uint32_t, SliceSet::most> costs_{};  // virtual time a byte
    std::array<std::uint8_t, SliceSet::most> slots_{};
    std::array<SliceSet, slots> members_of_{};
};

}  // namespace weir

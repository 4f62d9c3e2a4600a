#pragma once
// Deficit round robin between the children of one parent, in its surplus form: who has credit sends
// a packet and may fall into debt by it; who has none gets a quantum and waits for the next round.
// A quantum covers the largest packet, so a round is at most one look at each child, and one more
// for each quantum by which a packet is larger than was said.
// Source: M. Shreedhar, G. Varghese, "Efficient fair queuing using deficit round robin" (1996).
#include <algorithm>
#include <cstdint>

namespace weir {

struct Turn {
    static constexpr std::uint32_t none = UINT32_MAX;
    std::int64_t credit = 0;    // bytes
    std::uint32_t next = none;  // in the ring; the last points at the first
    bool waiting = false;       // in its parent's ring
};

// `turn(i)` gives child i's Turn, `quantum(i)` its bytes a round.
class RoundRobin {
public:
    bool empty() const noexcept { return last_ == Turn::none; }

    // At the end of the round. What it had left is forgotten, what it owes is not: else two packets
    // at a time would be twice the share.
    template <class TurnOf, class QuantumOf>
    void add(std::uint32_t child, TurnOf&& turn, QuantumOf&& quantum) noexcept {
        Turn& mine = turn(child);
        if (mine.waiting) return;
        mine.waiting = true;
        mine.credit = std::min<std::int64_t>(mine.credit, 0) + quantum(child);
        if (last_ == Turn::none) {
            mine.next = child;
        } else {
            mine.next = turn(last_).next;
            turn(last_).next = child;
        }
        last_ = child;
    }
    // Whose turn it is. Not for an empty ring.
    template <class TurnOf, class QuantumOf>
    std::uint32_t current(TurnOf&& turn, QuantumOf&& quantum) noexcept {
        for (;;) {
            const std::uint32_t first = turn(last_).next;
            if (turn(first).credit > 0) return first;
            turn(first).credit += quantum(first);
            last_ = first;  // the first becomes the last
        }
    }
    // Takes the first away.
    template <class TurnOf>
    void remove_first(TurnOf&& turn) noexcept {
        const std::uint32_t first = turn(last_).next;
        turn(first).waiting = false;
        if (first == last_)
            last_ = Turn::none;
        else
            turn(last_).next = turn(first).next;
    }
    // Takes `child` away wherever it stands: as long as the ring, for changes of configuration and
    // gates.
    template <class TurnOf>
    void remove(std::uint32_t child, TurnOf&& turn) noexcept {
        if (!turn(child).waiting) return;
        std::uint32_t before = last_;
        while (turn(before).next != child) before = turn(before).next;
        if (before == child) {
            last_ = Turn::none;
        } else {
            turn(before).next = turn(child).next;
            if (last_ == child) last_ = before;
        }
        turn(child).waiting = false;
    }

private:
    std::uint32_t last_ = Turn::none;
};

}  // namespace weir

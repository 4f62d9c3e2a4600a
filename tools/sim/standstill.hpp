#pragma once
// Deadlocks from outside: how long a slice waited at gates while nothing of it moved anywhere, and
// how long it may.
#include <algorithm>
#include <vector>

#include "pfc/probe.hpp"
#include "tools/sim/world.hpp"

namespace weir::sim {

// How long a deadlock may last, if messages arrive: gates must have lasted, the lowest may have
// asked just before the last of them did, and be told so only when it asks again; then once round
// for the proof, and once for the room that it makes.
inline Nanos may_stand(const Scenario& scenario) {
    Nanos lasting{0}, round{0};
    for (const LineSetup& line : scenario.lines) {
        lasting = std::max(lasting, lasting_after(2 * line.propagation));
        round = round + 2 * line.propagation;
    }
    return 2 * (lasting + Router::look_every) + 2 * round + Nanos{10'000'000};
}

// Looks now and then at what moves.
class Standstill {
public:
    Standstill(World& world, std::size_t slices) : world_{world}, slices_(slices) {}
    void run_until(Instant end) {
        while (world_.engine().now() < end) {
            world_.run_until(std::min(world_.engine().now() + look_every, end));
            for (std::size_t i = 0; i < slices_.size(); ++i) look_at(i);
        }
    }
    Nanos longest() const { return longest_; }
    // Nothing has moved for so long.
    Nanos of_late(SliceId slice) const {
        return world_.engine().now() - slices_[index(slice)].moved;
    }

private:
    static constexpr Nanos look_every{1'000'000};
    struct Slice {
        std::uint64_t left = 0;
        Instant moved{};
    };
    void look_at(std::size_t number) {
        Slice& slice = slices_[number];
        const Movement now = world_.movement(static_cast<SliceId>(number));
        if (!now.waits || now.left != slice.left) slice = {now.left, world_.engine().now()};
        longest_ = std::max(longest_, world_.engine().now() - slice.moved);
    }
    World& world_;
    std::vector<Slice> slices_;
    Nanos longest_{0};
};

}  // namespace weir::sim

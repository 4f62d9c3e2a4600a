#pragma once
// Virtual time: who is to be woken when. Deterministic: of two wakes at one instant the one asked
// for first comes first. Times are nanoseconds since the start of the run.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/base/units.hpp"

namespace weir::sim {

// What something that is woken gets to know; its meaning is the receiver's own.
class Actor {
public:
    virtual void wake(Instant now, std::uint64_t what) = 0;

protected:
    ~Actor() = default;
};

class Engine {
public:
    Instant now() const noexcept { return now_; }
    // `when` not before now(). No wake is taken back: a receiver ignores one that it outgrew.
    void wake_at(Instant when, Actor& who, std::uint64_t what = 0);
    // All wakes up to `end`, which is now() afterwards.
    void run_until(Instant end);
    std::uint64_t wakes() const noexcept { return wakes_; }
    std::size_t waiting() const noexcept { return heap_.size() - (hole_ ? 1 : 0); }

private:
    struct Wake {
        Instant when;
        std::uint64_t order;
        Actor* who;
        std::uint64_t what;
        // As one number: which child is the least is a coin toss, and a branch on it would be
        // guessed wrong half the time.
        unsigned __int128 key() const noexcept {
            return static_cast<unsigned __int128>(when.since_start().count()) << 64U | order;
        }
    };
    void rise(std::size_t at, const Wake& wake) noexcept;
    void sink(const Wake& wake) noexcept;  // from the root

    Instant now_;
    std::uint64_t order_ = 0;
    std::uint64_t wakes_ = 0;
    // A heap of four children a node: half as deep as one of two, and children share cache lines.
    std::vector<Wake> heap_;
    // The root is being woken: who is woken mostly asks for one wake more, which takes its place.
    bool hole_ = false;
};

}  // namespace weir::sim

#pragma once
// What a line does to packets beside delaying them. Each packet is looked at once, when its last
// bit enters the line.
#include <cstdint>

#include "dataplane/base/units.hpp"
#include "tools/sim/random.hpp"

namespace weir::sim {

// Loss in bursts: a chain of two states that takes a step a packet. Source: E. N. Gilbert,
// "Capacity of a burst-noise channel" (1960); E. O. Elliott (1963) lets the good state lose too.
// The mean loss is (enter x bad_loss + leave x good_loss) / (enter + leave).
struct BurstLoss {
    double enter = 0;  // probability of good -> bad; 0: there are no bursts
    double leave = 1;  // of bad -> good; bursts last 1 / leave packets in the mean
    double bad_loss = 1;
    double good_loss = 0;
};

struct Impairment {
    double loss = 0;  // probabilities, each packet on its own
    BurstLoss burst{};
    double duplicate = 0;  // the copy comes up to `late` after the packet
    double reorder = 0;    // the packet comes up to `late` later than it would
    Nanos late{0};
    bool any() const {
        return loss > 0 || burst.enter > 0 || burst.good_loss > 0 || duplicate > 0 || reorder > 0;
    }
};

enum class Fate : std::uint8_t { arrives, lost, lost_in_burst };

class Impairer {
public:
    Impairer(const Impairment& what, Random random) : random_{random} { set(what); }
    void set(const Impairment& what) {
        what_ = what;
        any_ = what.any();
    }
    bool any() const noexcept { return any_; }

    Fate fate() noexcept {
        const BurstLoss& burst = what_.burst;
        if (burst.enter > 0 || burst.good_loss > 0) {
            bad_ = bad_ ? !random_.chance(burst.leave) : random_.chance(burst.enter);
            if (random_.chance(bad_ ? burst.bad_loss : burst.good_loss)) return Fate::lost_in_burst;
        }
        return what_.loss > 0 && random_.chance(what_.loss) ? Fate::lost : Fate::arrives;
    }
    bool duplicates() noexcept { return what_.duplicate > 0 && random_.chance(what_.duplicate); }
    bool reorders() noexcept { return what_.reorder > 0 && random_.chance(what_.reorder); }
    Nanos lateness() noexcept { return random_.up_to(what_.late); }

private:
    Impairment what_;
    Random random_;
    bool any_ = false;
    bool bad_ = false;
};

}  // namespace weir::sim

#pragma once
// Many to one at once: every period each flow posts a message, all within `spread`.
#include <cstdint>
#include <vector>

#include "tools/sim/engine.hpp"
#include "tools/sim/flow.hpp"
#include "tools/sim/random.hpp"

namespace weir::sim {

struct IncastConfig {
    Bytes bytes{1'000'000};  // each message
    Nanos period{10'000'000};
    Nanos spread{0};  // each flow starts at random within it; less than the period
    Instant from;
    Instant until = never;  // of the last round's begin
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
};

class Incast final : public Actor {
public:
    // The flows outlive it; tags are the number of the round.
    Incast(Engine& engine, std::vector<Flow*> flows, const IncastConfig& config)
        : engine_{engine},
          flows_{std::move(flows)},
          config_{config},
          random_{config.seed, config.stream} {
        engine_.wake_at(config.from, *this, all);
    }
    std::uint64_t rounds() const { return rounds_; }

    void wake(Instant now, std::uint64_t what) override {
        if (what != all) {
            flows_[what]->send(now, config_.bytes, rounds_ - 1);
            return;
        }
        if (now >= config_.until) return;
        ++rounds_;
        for (std::size_t i = 0; i < flows_.size(); ++i)
            engine_.wake_at(now + random_.up_to(config_.spread), *this, i);
        engine_.wake_at(now + config_.period, *this, all);
    }

private:
    static constexpr std::uint64_t all = UINT64_MAX;
    Engine& engine_;
    std::vector<Flow*> flows_;
    IncastConfig config_;
    Random random_;
    std::uint64_t rounds_ = 0;
};

}  // namespace weir::sim

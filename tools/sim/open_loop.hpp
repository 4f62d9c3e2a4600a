#pragma once
// Traffic that listens to nobody: packets at a constant rate, for ever or in bursts with silence
// between them, both of exponential length. Messages of the application are not its business.
#include <algorithm>
#include <cstdint>

#include "tools/sim/pacer.hpp"
#include "tools/sim/random.hpp"
#include "tools/sim/transport.hpp"

namespace weir::sim {

struct OpenLoopConfig {
    BitsPerSecond rate{0};  // on the line, while it sends; 0: nothing
    Bytes payload{1440};
    std::uint32_t overhead = 102;  // bytes on the line beside the payload
    Instant from;
    Instant until = never;
    Nanos burst{0};    // mean; 0: one burst without end
    Nanos silence{0};  // mean
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
};

class OpenLoopSender final : public Sender {
public:
    explicit OpenLoopSender(const OpenLoopConfig& config)
        : config_{config}, random_{config.seed, config.stream}, begins_{config.from}, ends_{never} {
        if (config.burst > Nanos{0}) ends_ = begins_ + random_.exponential(config.burst);
    }
    void post(Instant /*now*/, Bytes /*bytes*/, std::uint64_t /*tag*/) override {}
    Instant ready_at(Instant now) override {
        if (config_.rate.count() == 0) return never;
        Instant at = std::max(now, std::max(begins_, pacer_.ready_at()));
        while (at >= ends_) {
            begins_ = ends_ + random_.exponential(config_.silence);
            ends_ = begins_ + random_.exponential(config_.burst);
            at = std::max(at, begins_);
        }
        return at < config_.until ? at : never;
    }
    Segment emit(Instant /*now*/) override {
        const auto payload = static_cast<std::uint32_t>(config_.payload.count());
        // By the clock, not by when the NIC had time: what it kept waiting is made up for.
        pacer_.sent(begins_, payload + config_.overhead, static_cast<double>(config_.rate.count()));
        return {next_++, payload};
    }
    void heard(Instant /*now*/, const Packet& /*packet*/) override {}

private:
    OpenLoopConfig config_;
    Random random_;
    Pacer pacer_;
    Instant begins_;
    Instant ends_;
    std::uint64_t next_ = 0;
};

}  // namespace weir::sim

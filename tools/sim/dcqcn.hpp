#pragma once
// The sender's rate under DCQCN: Zhu et al., "Congestion control for large-scale RDMA deployments",
// SIGCOMM 2015, sections 3.1 (reaction point) and 5 (constants). Needs no timers: what they would
// have done since the last look is done at the next.
#include <algorithm>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir::sim {

struct DcqcnConfig {
    BitsPerSecond line{100'000'000'000};
    BitsPerSecond least{100'000'000};
    BitsPerSecond additive{40'000'000};      // R_AI
    BitsPerSecond hyper{100'000'000};        // R_HAI; the paper names none
    double gain = 1.0 / 256;                 // g
    Nanos alpha_timer{55'000};               // K
    Nanos increase_timer{55'000};            // T
    Bytes increase_bytes{10'000'000};        // B
    std::uint32_t fast_recovery_rounds = 5;  // F
};
inline constexpr Nanos cnp_interval{50'000};  // N: of the notification point

class Dcqcn {
public:
    explicit Dcqcn(const DcqcnConfig& config)
        : config_{config}, current_{bits(config.line)}, target_{current_} {}

    double bits_per_second(Instant now) {
        catch_up(now);
        return current_;
    }
    double alpha() const { return alpha_; }  // as of the last notification
    void sent(Instant now, std::uint32_t bytes) {
        catch_up(now);
        if (at_line()) return;
        bytes_ += bytes;
        if (bytes_ < config_.increase_bytes.count()) return;
        bytes_ -= config_.increase_bytes.count();
        ++byte_rounds_;
        increase();
    }
    void notified(Instant now) {  // of congestion, by a CNP
        catch_up(now);
        if (heard_) decay_alpha((now - last_notified_) / config_.alpha_timer);
        heard_ = true;
        last_notified_ = now;
        target_ = current_;
        current_ = std::max(current_ * (1 - alpha_ / 2), bits(config_.least));
        alpha_ = (1 - config_.gain) * alpha_ + config_.gain;
        timer_ = now;
        bytes_ = 0;
        timer_rounds_ = byte_rounds_ = 0;
    }

private:
    static double bits(BitsPerSecond rate) { return static_cast<double>(rate.count()); }
    bool at_line() const { return current_ >= bits(config_.line); }
    void catch_up(Instant now) {
        while (!at_line() && now - timer_ >= config_.increase_timer) {
            timer_ = timer_ + config_.increase_timer;
            ++timer_rounds_;
            increase();
        }
    }
    void decay_alpha(std::int64_t times) {
        for (double factor = 1 - config_.gain; times > 0; times /= 2, factor *= factor)
            if (times % 2 != 0) alpha_ *= factor;
    }
    // The half sum is asymptotic: within a millionth of the line it is the line.
    void increase() {
        const std::uint32_t more = std::max(timer_rounds_, byte_rounds_);
        const std::uint32_t less = std::min(timer_rounds_, byte_rounds_);
        if (less > config_.fast_recovery_rounds)
            target_ += (less - config_.fast_recovery_rounds) * bits(config_.hyper);
        else if (more > config_.fast_recovery_rounds)
            target_ += bits(config_.additive);
        target_ = std::min(target_, bits(config_.line));
        current_ = (current_ + target_) / 2;
        if (current_ > bits(config_.line) * (1 - 1e-6)) current_ = bits(config_.line);
    }

    DcqcnConfig config_;
    double current_;  // R_C, bits a second
    double target_;   // R_T
    double alpha_ = 1;
    bool heard_ = false;
    Instant last_notified_;
    Instant timer_;
    std::uint64_t bytes_ = 0;
    std::uint32_t timer_rounds_ = 0;
    std::uint32_t byte_rounds_ = 0;
};

}  // namespace weir::sim

#pragma once
// TCP's congestion window, in segments: slow start and NewReno's growth (RFC 5681, 6582), or
// CUBIC's (RFC 9438). It hears what was acknowledged and lost; what to send is the sender's.
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "dataplane/base/units.hpp"

namespace weir::sim {

enum class Growth : std::uint8_t { reno, cubic };

class Window {
public:
    Window(Growth growth, double initial) : growth_{growth}, size_{initial} {}

    double segments() const { return size_; }
    bool slow_start() const { return size_ < threshold_; }

    void acknowledged(Instant now, std::uint64_t segments, Nanos round_trip) {
        const auto acked = static_cast<double>(segments);
        if (slow_start())
            size_ += acked;
        else if (growth_ == Growth::reno)
            size_ += acked / size_;
        else
            grow_cubic(now, acked, round_trip);
    }
    // A loss, or a mark: once a window.
    void congested() {
        reduce();
        size_ = threshold_;
    }
    void timed_out() {
        reduce();
        size_ = 1;
    }

private:
    static constexpr double cubic_factor = 0.4;  // C, segments / s^3
    static constexpr double cubic_beta = 0.7;
    static double seconds(Nanos t) { return static_cast<double>(t.count()) * 1e-9; }

    void reduce() {
        // Fast convergence (RFC 9438, 4.7): who lost below its last peak leaves room for others.
        peak_ = size_ < peak_ ? size_ * (1 + cubic_beta) / 2 : size_;
        prior_ = size_;
        threshold_ = std::max(2.0, size_ * (growth_ == Growth::cubic ? cubic_beta : 0.5));
        growing_ = false;
    }
    void grow_cubic(Instant now, double acked, Nanos round_trip) {
        if (!growing_) {
            growing_ = true;
            epoch_ = now;
            peak_ = std::max(peak_, size_);
            time_to_peak_ = std::cbrt((peak_ - size_) / cubic_factor);
            reno_ = size_;
        }
        const double since = seconds(now - epoch_);
        // 4.3: as fast as Reno at least, which loses only 0.3 of its window here.
        reno_ += (reno_ < prior_ ? 3 * (1 - cubic_beta) / (1 + cubic_beta) : 1) * acked / size_;
        if (cubic(since) < reno_) {
            size_ = std::max(size_, reno_);
            return;
        }
        const double aim = std::clamp(cubic(since + seconds(round_trip)), size_, 1.5 * size_);
        size_ += (aim - size_) / size_ * acked;
    }
    double cubic(double since) const {
        const double away = since - time_to_peak_;
        return cubic_factor * away * away * away + peak_;
    }

    Growth growth_;
    double size_;
    double threshold_ = 1e18;
    double peak_ = 0;          // W_max
    double prior_ = 0;         // before the last reduction
    double reno_ = 0;          // W_est
    double time_to_peak_ = 0;  // K, s
    bool growing_ = false;     // since epoch_: after a reduction and slow start
    Instant epoch_;
};

}  // namespace weir::sim

#pragma once
// What arrived in each piece of time of the same length: how a rate follows a change.
#include <algorithm>
#include <cstdint>
#include <vector>

namespace weir {

class Bins {
public:
    static constexpr std::size_t most = std::size_t{1} << 20U;  // what comes later is not in any
    struct Bin {
        std::uint64_t packets = 0;
        std::uint64_t bytes = 0;
    };

    Bins() = default;  // none
    // Both in ticks.
    Bins(std::uint64_t width, std::uint64_t start) : width_{width}, start_{start} {}

    void add(std::uint64_t now, std::uint64_t packets, std::uint64_t bytes) {
        if (width_ == 0) return;
        const std::uint64_t at = (std::max(now, start_) - start_) / width_;
        if (at >= most) return;
        if (at >= bins_.size()) bins_.resize(at + 1);
        bins_[at].packets += packets;
        bins_[at].bytes += bytes;
    }
    const std::vector<Bin>& bins() const { return bins_; }

private:
    std::uint64_t width_ = 0;
    std::uint64_t start_ = 0;
    std::vector<Bin> bins_;
};

// As a run reports them.
struct BinRows {
    double width = 0;  // seconds
    double begin = 0;  // of the first, on the system's monotonic clock, seconds
    std::vector<Bins::Bin> bins;
};

}  // namespace weir

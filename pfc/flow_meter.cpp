#include "pfc/flow_meter.hpp"

#include <algorithm>
#include <cmath>

namespace weir {
namespace {

constexpr double smoothing = 1.0 / 8;
constexpr double most_relaxed = 8;   // x d, at an empty queue
constexpr int idle_round_trips = 8;  // that a cap outlives its queue
constexpr int told_open = 2;         // round trips
constexpr double worth_telling = 1.0 / 8;

double per_nano(BitsPerSecond rate) { return double(rate.count()) / 8e9; }

}  // namespace

FlowMeter::FlowMeter(std::uint32_t buckets, const Terms& terms) : terms_{terms}, buckets_(buckets) {
    active_.reserve(buckets);
    caps_.reserve(buckets);
}

void FlowMeter::restart() noexcept {
    for (Bucket& bucket : buckets_) {
        bucket.capped = bucket.opened = false;
        bucket.idle = Nanos{0};
    }
    caps_.clear();
}

void FlowMeter::forget() noexcept {
    std::ranges::fill(buckets_, Bucket{});
    active_.clear();
    caps_.clear();
}

void FlowMeter::admitted(std::uint16_t number, std::uint32_t charge) noexcept {
    Bucket& bucket = buckets_[number];
    bucket.queued += charge;
    if (bucket.listed) return;
    bucket.listed = true;
    bucket.backlogged = false;  // not since the last look
    active_.push_back(number);
}

void FlowMeter::departed(std::uint16_t number, std::uint32_t charge) noexcept {
    Bucket& bucket = buckets_[number];
    bucket.queued -= std::min<std::uint64_t>(bucket.queued, charge);
    bucket.left += charge;
    if (bucket.queued == 0) bucket.backlogged = false;
}

bool FlowMeter::look(Instant now) {
    const Nanos since = now - looked_;
    looked_ = now;
    if (!started_) {
        started_ = true;
        return false;
    }
    if (since <= Nanos{0}) return false;
    const auto backlogged = static_cast<std::size_t>(
        std::ranges::count_if(active_, [&](auto b) { return buckets_[b].queued > 0; }));
    bool told = false;
    caps_.clear();
    std::erase_if(active_, [&](std::uint16_t number) {
        Bucket& bucket = buckets_[number];
        told |= look_at(bucket, std::max<std::size_t>(backlogged, 1), since);
        if (bucket.capped)
            caps_.push_back({number, BitsPerSecond{static_cast<std::uint64_t>(bucket.cap * 8e9)}});
        else if (bucket.opened)
            caps_.push_back({number, unlimited_rate});
        bucket.listed = bucket.queued > 0 || bucket.capped || bucket.opened;
        return !bucket.listed;
    });
    return told;
}

// x
double FlowMeter::share(const Bucket& bucket, std::size_t backlogged) const noexcept {
    const auto largest = double(terms_.largest.count());
    if (bucket.measured && bucket.rate < per_nano(terms_.rate) / 1024) return 2 * largest;
    const double flight = per_nano(terms_.rate) * double(terms_.round_trip.count());
    const double fair = std::max(0.0, double(terms_.buffer.count()) - flight) / double(backlogged);
    return std::max(1.25 * bucket.rate * double(terms_.control.count()) + 4 * largest, fair);
}

void FlowMeter::measure(Bucket& bucket, Nanos since) noexcept {
    const double rate = double(bucket.left) / double(since.count());
    if (bucket.backlogged && bucket.queued > 0) {
        bucket.rate = bucket.measured ? bucket.rate + (rate - bucket.rate) * smoothing : rate;
        bucket.measured = true;
    } else if (rate > bucket.rate) {
        bucket.rate = rate;  // it leaves at least as fast
    }
    bucket.left = 0;
    bucket.backlogged = bucket.queued > 0;
}

// True where the sender should know soon.
bool FlowMeter::look_at(Bucket& bucket, std::size_t backlogged, Nanos since) noexcept {
    measure(bucket, since);
    if (bucket.queued == 0) {
        relax_idle(bucket, since);
        return false;
    }
    bucket.idle = Nanos{0};
    const double fill = double(bucket.queued) / share(bucket, backlogged);
    if (!bucket.capped && fill < 0.5) return false;
    const double factor = fill >= 0.5 ? std::max(0.0, 1.4 - 0.8 * fill)
                                      : most_relaxed + (1.0 - most_relaxed) * 2 * fill;
    const double before = bucket.capped ? bucket.cap : per_nano(terms_.rate) * 8;
    bucket.cap = bucket.rate * factor;
    bucket.capped = true;
    bucket.opened = false;
    return std::abs(bucket.cap - before) > worth_telling * before;
}

void FlowMeter::relax_idle(Bucket& bucket, Nanos since) noexcept {
    if (!bucket.capped && !bucket.opened) return;
    const Nanos round_trip = std::max(terms_.round_trip, Nanos{20'000});
    bucket.idle += since;
    if (bucket.opened) {
        if (bucket.idle >= told_open * round_trip) bucket.opened = false;
        return;
    }
    const double least = per_nano(terms_.rate) / 1024;  // what doubles must not be nothing
    bucket.cap =
        std::max(bucket.cap, least) * std::exp2(double(since.count()) / double(round_trip.count()));
    if (bucket.idle < idle_round_trips * round_trip) return;
    bucket.capped = false;
    bucket.opened = true;
    bucket.idle = Nanos{0};
}

}  // namespace weir

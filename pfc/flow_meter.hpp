#pragma once
// Precise control: which flow buckets of a slice fill its buffer, and what each may send so that
// the others need not wait. For each bucket
//   d    its departure rate while it is backlogged, smoothed over eight looks
//   x    the share of the buffer it may use: max(1.25 d T + 4 MTU, (B - BDP) / N), N backlogged
//        buckets, T the control round trip; of one that stands still (d < rate / 1024): 2 MTU
//   q    what it holds
// From q >= x/2 on it is capped at d (1.4 - 0.8 q/x), never below 0: above x it sends less than
// leaves, until q comes back. Below x/2 the cap relaxes linearly to 8 d at q = 0, doubles each
// round trip that the bucket is idle, and is gone after the eighth.
// Charge throughout (qos/buffer.hpp); nothing is allocated after construction.
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/units.hpp"
#include "pfc/message.hpp"

namespace weir {

class FlowMeter {
public:
    struct Terms {
        Bytes buffer;        // B
        Bytes largest;       // packet, in charge: "MTU"
        BitsPerSecond rate;  // k x rate of the slice
        Nanos round_trip{0};
        Nanos control{0};  // T
    };
    FlowMeter(std::uint32_t buckets, const Terms& terms);
    void set_terms(const Terms& terms) noexcept { terms_ = terms; }
    // A new session: no cap is told any more.
    void restart() noexcept;
    // No bucket holds anything; what departs of before is not missed.
    void forget() noexcept;

    void admitted(std::uint16_t number, std::uint32_t charge) noexcept;
    void departed(std::uint16_t number, std::uint32_t charge) noexcept;

    // Every look_every(); true where some cap changed by more than an eighth.
    bool look(Instant now);
    Nanos look_every() const noexcept { return std::max(terms_.round_trip / 32, Nanos{20'000}); }
    // What to tell; buckets that have just become open are in it for a round trip or two.
    std::span<const FlowCap> caps() const noexcept { return caps_; }
    bool active() const noexcept { return !active_.empty(); }

private:
    struct Bucket {
        std::uint64_t queued = 0;
        std::uint64_t left = 0;  // since the last look
        double rate = 0;         // d, bytes of charge a nanosecond
        double cap = 0;          // the same; 0 stops it
        Nanos idle{0};
        bool backlogged = false;  // since the last look, without a gap
        bool measured = false;
        bool capped = false;
        bool opened = false;  // to be told still
        bool listed = false;
    };
    double share(const Bucket& bucket, std::size_t backlogged) const noexcept;
    bool look_at(Bucket& bucket, std::size_t backlogged, Nanos since) noexcept;
    void measure(Bucket& bucket, Nanos since) noexcept;
    void relax_idle(Bucket& bucket, Nanos since) noexcept;

    Terms terms_;
    std::vector<Bucket> buckets_;
    std::vector<std::uint16_t> active_;  // that hold something, or have a cap
    std::vector<FlowCap> caps_;
    Instant looked_;
    bool started_ = false;
};

}  // namespace weir

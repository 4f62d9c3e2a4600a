#pragma once
// Quantities that meet in forwarding and flow control: an amount of data, a time, a rate, an
// instant. No implicit conversion between them; the only places where they mix are the operators
// below.
#include <chrono>
#include <compare>
#include <cstdint>

namespace weir {

using Nanos = std::chrono::nanoseconds;

template <class Tag>
class Quantity {
public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(std::uint64_t count) : count_{count} {}
    constexpr std::uint64_t count() const { return count_; }
    constexpr auto operator<=>(const Quantity&) const = default;
    constexpr Quantity& operator+=(Quantity o) {
        count_ += o.count_;
        return *this;
    }
    constexpr Quantity& operator-=(Quantity o) {
        count_ -= o.count_;
        return *this;
    }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }

private:
    std::uint64_t count_ = 0;
};

using Bytes = Quantity<struct BytesTag>;
using BitsPerSecond = Quantity<struct BitsPerSecondTag>;
using PacketsPerSecond = Quantity<struct PacketsPerSecondTag>;

// Of what is not held to any.
inline constexpr BitsPerSecond unlimited_rate{UINT64_MAX};

// A point on the monotonic clock of this process, in nanoseconds since an arbitrary start.
class Instant {
public:
    constexpr Instant() = default;
    constexpr explicit Instant(Nanos since_start) : since_start_{since_start} {}
    constexpr Nanos since_start() const { return since_start_; }
    constexpr auto operator<=>(const Instant&) const = default;
    friend constexpr Instant operator+(Instant a, Nanos d) { return Instant{a.since_start_ + d}; }
    friend constexpr Nanos operator-(Instant a, Instant b) {
        return a.since_start_ - b.since_start_;
    }

private:
    Nanos since_start_{0};
};

// 128-bit inside: 400 Gb/s x 10 s overflows 64.
constexpr Bytes operator*(BitsPerSecond rate, Nanos t) {
    return Bytes{static_cast<std::uint64_t>(static_cast<unsigned __int128>(rate.count()) *
                                            static_cast<std::uint64_t>(t.count()) /
                                            8'000'000'000U)};
}
// Time on the wire, rounded up.
constexpr Nanos operator/(Bytes b, BitsPerSecond rate) {
    auto bit_nanos = static_cast<unsigned __int128>(b.count()) * 8'000'000'000U;
    return Nanos{static_cast<std::int64_t>((bit_nanos + rate.count() - 1) / rate.count())};
}

namespace literals {
constexpr Bytes operator""_B(unsigned long long n) { return Bytes{n}; }
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes{n * 1024}; }
constexpr BitsPerSecond operator""_Gbps(unsigned long long n) {
    return BitsPerSecond{n * 1'000'000'000};
}
}  // namespace literals
}  // namespace weir

#pragma once
// Packets that no counted flow sends: random bytes, and packets of ours that were mutilated. They
// are repeatable (one seed, one series) and never carry a stamp, so no sink counts them as ours.
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

#include "tools/gen/packet_builder.hpp"

namespace weir {

class Noise {
public:
    // `percent` of all packets, 0..100. `sizes`, `flows`: how many the builder knows.
    Noise(const PacketBuilder& builder, const Traffic& traffic, std::size_t sizes, double percent,
          std::uint64_t seed);

    // Whether the next packet is to be noise.
    bool due() noexcept { return threshold_ != 0 && random_() <= threshold_; }
    // Writes a frame; returns its length, 14..out.size(). `out`: at least the builder's head bytes.
    std::size_t make(std::span<std::byte> out);

private:
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    std::size_t random_bytes(std::span<std::byte> out);
    std::size_t mutilated(std::span<std::byte> out);

    const PacketBuilder& builder_;
    MacAddr destination_;
    MacAddr source_;
    std::size_t sizes_;
    std::uint32_t flows_;
    std::uint64_t threshold_;
    std::mt19937_64 random_;
};

}  // namespace weir

#pragma once
// What one source says of a packet's slice, and how early it stands in node.classify: of all that
// are asked the lowest rank wins, in whatever order the path comes to them.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/config/config.hpp"
#include "dataplane/wire/ip.hpp"

namespace weir {

enum class SliceRank : std::uint8_t { nobodys = 0xff };  // of who says nothing

// The traffic class of the outer header: ECN of the inner one (RFC 6040 4.1), DSCP of the slice
// ("pipe") or of the inner packet ("uniform", RFC 2473 6.4).
struct Marking {
    std::uint8_t keep = 0x03;  // bits of the inner traffic class that are copied
    std::uint8_t set = 0;      // the others

    static constexpr Marking of(DscpMode mode, Dscp dscp) {
        if (mode == DscpMode::uniform) return {.keep = 0xff, .set = 0};
        return {.set = static_cast<std::uint8_t>(static_cast<unsigned>(dscp) << 2U)};
    }
    constexpr std::uint8_t outer(std::uint8_t inner) const {
        return static_cast<std::uint8_t>((inner & keep) | set);
    }
};

// One word, because every packet has one and most compare two.
class SliceClaim {
public:
    constexpr SliceClaim() : SliceClaim{SliceId{}, Marking{}, SliceRank::nobodys} {}
    constexpr SliceClaim(SliceId slice, Marking marking, SliceRank rank)
        : word_{std::uint64_t{static_cast<std::uint8_t>(rank)} << 32U |
                std::uint64_t{static_cast<std::uint16_t>(slice)} << 16U |
                std::uint64_t{marking.keep} << 8U | marking.set} {}
    constexpr SliceId slice() const {
        return static_cast<SliceId>(static_cast<std::uint16_t>(word_ >> 16U));
    }
    constexpr Marking marking() const {
        return {.keep = static_cast<std::uint8_t>(word_ >> 8U),
                .set = static_cast<std::uint8_t>(word_)};
    }
    constexpr bool made() const {
        return word_ >> 32U != static_cast<unsigned>(SliceRank::nobodys);
    }
    // Of two of one rank the first given.
    friend constexpr SliceClaim first_of(SliceClaim a, SliceClaim b) {
        return a.word_ <= (b.word_ | 0xffffffffU) ? a : b;
    }

private:
    std::uint64_t word_;
};
static_assert(sizeof(SliceClaim) == 8);

// What sources of a configuration may claim.
class SliceClaims {
public:
    SliceClaims() { ranks_.fill(SliceRank::nobodys); }
    explicit SliceClaims(const Config& config);

    bool asked(SliceSource source) const { return rank(source) != SliceRank::nobodys; }
    // Of a source that names no slice, or is not in node.classify: nobody's, on best effort.
    SliceClaim claim(SliceSource source, std::optional<SliceId> slice) const {
        if (!slice || !asked(source)) return nobodys();
        return {*slice, markings_[*slice], rank(source)};
    }
    SliceClaim nobodys() const { return {SliceId{0}, markings_[SliceId{0}], SliceRank::nobodys}; }

private:
    SliceRank rank(SliceSource source) const { return ranks_[static_cast<std::size_t>(source)]; }
    std::array<SliceRank, all_slice_sources.size()> ranks_;
    IdVector<SliceId, Marking> markings_;
};

// Slices by their number on the wire: open addressing, at most half full, immutable once built.
class SliceNumbers {
public:
    SliceNumbers() : slots_(1) {}
    explicit SliceNumbers(const IdVector<SliceId, SliceConfig>& slices);

    std::optional<SliceId> find(SliceNumber number) const noexcept {
        for (std::size_t i = home(number);; i = (i + 1) & (slots_.size() - 1)) {
            const Slot& slot = slots_[i];
            if (!slot.used) return {};
            if (slot.number == number) return slot.slice;
        }
    }

private:
    struct Slot {
        SliceNumber number{};
        SliceId slice{};
        bool used = false;
    };
    std::size_t home(SliceNumber number) const noexcept {
        return (static_cast<std::uint32_t>(number) * 0x9e3779b1U >> 16U) & (slots_.size() - 1);
    }
    std::vector<Slot> slots_;  // a power of two
};

}  // namespace weir

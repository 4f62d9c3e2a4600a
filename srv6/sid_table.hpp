#pragma once
// Exact match on 128-bit addresses: our SIDs. Open addressing with linear probing, at most half
// full, immutable once built. 100,000 SIDs cost about 5 MB. Split in hash/prefetch/find so that a
// batch can overlap its cache misses.
#include <nmmintrin.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

class SidTable {
public:
    SidTable() : SidTable(std::vector<std::pair<Ipv6Addr, SidId>>{}) {}
    // A later pair with the same address replaces an earlier one.
    explicit SidTable(const std::vector<std::pair<Ipv6Addr, SidId>>& sids);

    static std::uint32_t hash(const Ipv6Addr& address) noexcept {
        std::uint64_t high, low;  // as they lie
        __builtin_memcpy(&high, address.octets.data(), sizeof high);
        __builtin_memcpy(&low, address.octets.data() + 8, sizeof low);
        return static_cast<std::uint32_t>(_mm_crc32_u64(_mm_crc32_u64(0x9e3779b9, high), low));
    }
    // More slots than the first-level cache has room for beside everything else.
    bool far() const noexcept { return mask_ >= 512; }
    void prefetch(std::uint32_t hash) const noexcept { __builtin_prefetch(&slots_[hash & mask_]); }
    static constexpr SidId none{~std::uint32_t{0}};
    SidId find(const Ipv6Addr& address, std::uint32_t hash) const noexcept {
        for (std::size_t i = hash & mask_;; i = (i + 1) & mask_) {
            const Slot& slot = slots_[i];
            if (slot.address == address) return slot.id;  // that of an empty slot is ::
            if (slot.id == none) return none;
        }
    }
    SidId find(const Ipv6Addr& address) const noexcept { return find(address, hash(address)); }

private:
    struct Slot {
        Ipv6Addr address{};
        SidId id = none;
    };
    std::size_t mask_;
    std::vector<Slot> slots_;
};

}  // namespace weir

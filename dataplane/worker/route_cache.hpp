#pragma once
// Which route the last packets to an address took: one slot per hash, 16,384 of 32 bytes. A search
// among 500,000 routes waits for half a dozen cache lines in a row; destinations in use are few
// beside it. A worker's own, so nothing is shared; a new snapshot finds every slot stale by its
// stamp. Who sends to random addresses costs a search and one store each, as without it.
#include <nmmintrin.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

class RouteCache {
public:
    static constexpr std::size_t slots = 16'384;

    struct Key {
        std::uint64_t high, low;  // of the address
        std::uint64_t where;      // stamp of the snapshot, never 0, and table below it
        bool operator==(const Key&) const = default;
    };
    // Halves as they lie in the packet: in registers all the way, where an address put together in
    // memory and read back costs a store-forwarding stall.
    static Key key(const Ipv6Addr& to, TableId table, std::uint32_t stamp) noexcept {
        Key made{0, 0, where(table, stamp)};
        __builtin_memcpy(&made.high, to.octets.data(), sizeof made.high);
        __builtin_memcpy(&made.low, to.octets.data() + 8, sizeof made.low);
        return made;
    }
    // Behind 64 bits with which no IPv6 address begins that is looked up: those are of groups. As a
    // mapped one it would be the key of ::ffff:a.b.c.d, and whoever sends there would decide where
    // packets to a.b.c.d go.
    static Key key(const Ipv4Addr& to, TableId table, std::uint32_t stamp) noexcept {
        std::uint32_t octets;
        __builtin_memcpy(&octets, to.octets.data(), sizeof octets);
        return {~std::uint64_t{0}, octets, where(table, stamp)};
    }
    // The cached route, or what `search()` answers, which is kept.
    template <class Search>
    std::uint32_t find(const Key& key, Search&& search) noexcept {
        Slot& slot = slots_[_mm_crc32_u64(_mm_crc32_u64(key.where, key.high), key.low) % slots];
        if (slot.key == key) [[likely]]
            return slot.route;
        return fill(slot, key, search);
    }

private:
    struct alignas(32) Slot {
        Key key{};
        std::uint32_t route = 0;
    };
    static_assert(sizeof(Slot) == 32);

    static std::uint64_t where(TableId table, std::uint32_t stamp) noexcept {
        return std::uint64_t{stamp} << 32U | index(table);
    }
    // Out of the loop of the packets, whose registers a search would take. All by value, so that
    // nothing of it lies in memory for those who do not come here.
    template <class Search>
    [[gnu::noinline]] static std::uint32_t fill(Slot& slot, Key key, Search search) noexcept {
        slot = {key, search()};
        return slot.route;
    }

    std::vector<Slot> slots_ = std::vector<Slot>(slots);
};

}  // namespace weir

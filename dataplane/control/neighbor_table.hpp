#pragma once
// Who is behind which MAC: (port, address) -> slot, slot -> MAC and state. Written by the control
// thread only, read by every worker for each packet, without a lock: a slot's key never changes
// while a worker may look at it (an erased slot is reused only after a grace period, see
// Publisher), and MAC plus state are one atomic word. IPv4 addresses are kept mapped
// (::ffff:a.b.c.d).
//
// Open addressing with linear probing over four times as many slots as neighbors. No key lies
// further than `longest_probe` from its home, so a lookup is bounded whatever addresses somebody
// makes us ask for; who could compute collisions does not know `seed`.
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

inline constexpr NeighborId no_neighbor{~std::uint32_t{0}};

class NeighborTable {
public:
    // Room for at least `capacity` neighbors (rounded up to a power of two), at most 2^29.
    explicit NeighborTable(std::uint32_t capacity, std::uint64_t seed = 0);

    // Any thread. no_neighbor where the pair is unknown.
    NeighborId find(PortId port, const Ipv6Addr& address) const noexcept;
    // Any thread. The MAC to write, or nothing while it is unknown or the neighbor failed.
    std::optional<MacAddr> mac(NeighborId id) const noexcept {
        const std::uint64_t word = words_[index(id)].load(std::memory_order_relaxed);
        if ((word & usable) == 0) return {};
        MacAddr mac;
        const std::uint64_t octets = word >> 16U;
        __builtin_memcpy(mac.octets.data(), &octets, sizeof mac.octets);
        return mac;
    }

    // The same for the packet path: 0 while unknown, else the six octets in wire order from bit 16
    // up. In a register all the way: as a MacAddr on the stack it costs a store-forwarding stall a
    // packet.
    std::uint64_t word(NeighborId id) const noexcept {
        return words_[index(id)].load(std::memory_order_acquire);
    }
    // Any thread: another number after each change of a MAC, odd while one is being changed. Who
    // was handed a packet by somebody that saw the new MAC sees another number than before, or an
    // odd one.
    std::uint64_t changes() const noexcept { return changes_.load(std::memory_order_acquire); }

    // Control thread only, all below. Null id when the table is full. An existing pair keeps its
    // slot.
    NeighborId insert(PortId port, const Ipv6Addr& address);
    void set_mac(NeighborId id, const MacAddr& mac);
    void clear_mac(NeighborId id);
    // The slot no longer answers find() and has no MAC; it may be used again after release(), which
    // the caller calls once no worker can hold the id any more.
    void erase(NeighborId id);
    void release(NeighborId id);

    PortId port(NeighborId id) const { return slots_[index(id)].port; }
    const Ipv6Addr& address(NeighborId id) const { return slots_[index(id)].address; }
    std::uint32_t capacity() const { return capacity_; }

    static constexpr std::uint32_t longest_probe = 128;  // slots

private:
    static constexpr std::uint32_t slots_per_neighbor = 4;
    static constexpr std::uint64_t usable = 1;
    // A lookup ends at `free` and steps over `erased` (a worker may hold its id) and `reusable`.
    enum class State : std::uint32_t { free = 0, live = 1, erased = 2, reusable = 3 };
    struct Slot {
        std::atomic<State> state{State::free};
        PortId port{};       // written before `state` becomes live,
        Ipv6Addr address{};  // read after it was seen live
    };
    void write(NeighborId id, std::uint64_t word) noexcept;
    std::uint32_t home(PortId port, const Ipv6Addr& address) const noexcept;
    State state(std::uint32_t at) const { return slots_[at].state.load(std::memory_order_relaxed); }

    std::uint32_t capacity_;  // a power of two
    std::uint32_t mask_;      // slots - 1
    std::uint32_t used_ = 0;  // live or erased
    std::uint64_t seed_;
    std::unique_ptr<Slot[]> slots_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> words_;  // MAC in bits 16..63, `usable` in bit 0
    std::atomic<std::uint64_t> changes_{0};
};

}  // namespace weir

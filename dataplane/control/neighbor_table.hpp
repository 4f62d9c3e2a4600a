#pragma once
// Who is behind which MAC: (port, address) -> slot, slot -> MAC and state. Written by the control
// thread only, read by every worker for each packet, without a lock: a slot's key never changes
// while a worker may look at it (an erased slot is reused only after a grace period, see
// Publisher), and MAC plus state are one atomic word. IPv4 addresses are kept mapped
// (::ffff:a.b.c.d).
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "dataplane/base/ids.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {

inline constexpr NeighborId no_neighbor{~std::uint32_t{0}};

class NeighborTable {
public:
    explicit NeighborTable(std::uint32_t capacity);

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

    // Control thread only, all below. Null id when the table is full. An existing pair keeps its
    // slot.
    NeighborId insert(PortId port, const Ipv6Addr& address);
    void set_mac(NeighborId id, const MacAddr& mac);
    void clear_mac(NeighborId id);
    // The slot no longer answers find(); it may be used again after release(), which the caller
    // calls once no worker can hold the id any more.
    void erase(NeighborId id);
    void release(NeighborId id);

    PortId port(NeighborId id) const { return slots_[index(id)].port; }
    const Ipv6Addr& address(NeighborId id) const { return slots_[index(id)].address; }
    std::uint32_t capacity() const { return capacity_; }

private:
    static constexpr std::uint64_t usable = 1;
    enum class State : std::uint32_t { free = 0, live = 1, erased = 2 };
    struct Slot {
        std::atomic<State> state{State::free};
        PortId port{};
        Ipv6Addr address{};
    };
    std::uint32_t home(PortId port, const Ipv6Addr& address) const noexcept;

    std::uint32_t capacity_;  // a power of two
    std::unique_ptr<Slot[]> slots_;
    std::unique_ptr<std::atomic<std::uint64_t>[]> words_;  // MAC in bits 16..63, `usable` in bit 0
};

}  // namespace weir

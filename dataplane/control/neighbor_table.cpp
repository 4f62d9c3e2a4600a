#include "dataplane/control/neighbor_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace weir {
namespace {

// Each input bit reaches each output bit, also where addresses differ in a few bits only (the
// finalizer of MurmurHash3).
std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ x >> 33U) * 0xff51afd7ed558ccdU;
    x = (x ^ x >> 33U) * 0xc4ceb9fe1a85ec53U;
    return x ^ x >> 33U;
}

}  // namespace

NeighborTable::NeighborTable(std::uint32_t capacity, std::uint64_t seed)
    : capacity_{std::bit_ceil(std::clamp(capacity, 1U, 1U << 29U))},
      mask_{slots_per_neighbor * capacity_ - 1},
      seed_{seed},
      slots_{std::make_unique<Slot[]>(std::size_t{mask_} + 1)},
      words_{std::make_unique<std::atomic<std::uint64_t>[]>(std::size_t{mask_} + 1)} {}

std::uint32_t NeighborTable::home(PortId port, const Ipv6Addr& address) const noexcept {
    std::uint64_t high, low;
    std::memcpy(&high, address.octets.data(), 8);
    std::memcpy(&low, address.octets.data() + 8, 8);
    const std::uint64_t first = mix(high ^ seed_);
    return static_cast<std::uint32_t>(mix((first + index(port)) ^ low)) & mask_;
}

NeighborId NeighborTable::find(PortId port, const Ipv6Addr& address) const noexcept {
    std::uint32_t at = home(port, address);
    for (std::uint32_t step = 0; step < longest_probe; ++step, at = (at + 1) & mask_) {
        const Slot& slot = slots_[at];
        const State now = slot.state.load(std::memory_order_acquire);
        if (now == State::free) break;
        if (now == State::live && slot.port == port && slot.address == address)
            return NeighborId{at};
    }
    return no_neighbor;
}

NeighborId NeighborTable::insert(PortId port, const Ipv6Addr& address) {
    std::optional<std::uint32_t> place;
    std::uint32_t at = home(port, address);
    for (std::uint32_t step = 0; step < longest_probe; ++step, at = (at + 1) & mask_) {
        const Slot& slot = slots_[at];
        if (state(at) == State::live && slot.port == port && slot.address == address)
            return NeighborId{at};
        if (!place && (state(at) == State::free || state(at) == State::reusable)) place = at;
        if (state(at) == State::free) break;
    }
    if (!place || used_ == capacity_) return no_neighbor;
    ++used_;
    Slot& slot = slots_[*place];
    slot.port = port;
    slot.address = address;
    slot.state.store(State::live, std::memory_order_release);
    return NeighborId{*place};
}

void NeighborTable::set_mac(NeighborId id, const MacAddr& mac) {
    std::uint64_t octets = 0;
    std::memcpy(&octets, mac.octets.data(), sizeof mac.octets);
    write(id, octets << 16U | usable);
}

void NeighborTable::clear_mac(NeighborId id) { write(id, 0); }

// The word is released, so that whoever reads it sees the odd number too.
void NeighborTable::write(NeighborId id, std::uint64_t word) noexcept {
    changes_.fetch_add(1, std::memory_order_relaxed);
    words_[index(id)].store(word, std::memory_order_release);
    changes_.fetch_add(1, std::memory_order_release);
}

void NeighborTable::erase(NeighborId id) {
    const auto at = static_cast<std::uint32_t>(index(id));
    if (state(at) != State::live) return;
    clear_mac(id);
    slots_[at].state.store(State::erased, std::memory_order_release);
}

// A slot becomes free only where no chain of probes goes on behind it; then the reusable ones
// before it are on no chain either. At a quarter load that keeps lookups short through any number
// of changes (at half load the reusable ones would slowly take all that is free).
void NeighborTable::release(NeighborId id) {
    auto at = static_cast<std::uint32_t>(index(id));
    if (state(at) != State::erased) return;
    --used_;
    slots_[at].state.store(State::reusable, std::memory_order_release);
    if (state((at + 1) & mask_) != State::free) return;
    for (; state(at) == State::reusable; at = (at - 1) & mask_)
        slots_[at].state.store(State::free, std::memory_order_release);
}

}  // namespace weir

#pragma once
// A growing array of packet counters of one worker. Address space for the most it can ever hold is
// reserved at once, memory comes as it grows: slots keep their address, so the worker may count
// through an old snapshot while control adds policies and SIDs. Writers: `counter()` by the owning
// worker only; `grow()` by the control thread only, before the snapshot that names the new slots is
// published. Readers: any thread.
#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <new>

#include "dataplane/base/counter.hpp"
#include "dataplane/base/ids.hpp"

namespace weir {

class CounterBank {
public:
    static constexpr std::size_t most = 1U << 20U;

    CounterBank() {
        void* room = mmap(nullptr, most * sizeof(PacketCounter), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (room == MAP_FAILED) throw std::bad_alloc{};
        slots_ = static_cast<PacketCounter*>(room);
    }
    CounterBank(const CounterBank&) = delete;
    CounterBank& operator=(const CounterBank&) = delete;
    ~CounterBank() { munmap(slots_, most * sizeof(PacketCounter)); }

    // Makes slots [0, count) usable. False if more than the bank can ever hold were asked.
    bool grow(std::size_t count) {
        if (count > most) return false;
        const std::size_t before = made_.load(std::memory_order_relaxed);
        if (count <= before) return true;
        std::uninitialized_default_construct(slots_ + before, slots_ + count);
        made_.store(count, std::memory_order_release);
        return true;
    }

    PacketCounter& counter(CounterId id) noexcept { return slots_[index(id)]; }
    // Null where the slot was never made.
    const PacketCounter* find(CounterId id) const noexcept {
        return index(id) < made_.load(std::memory_order_acquire) ? &slots_[index(id)] : nullptr;
    }

private:
    PacketCounter* slots_;
    std::atomic<std::size_t> made_{0};  // written by control
};

}  // namespace weir

#pragma once
// A growing array of packet counters of one worker. Slots keep their address while the bank grows,
// so the worker may count through an old snapshot while control adds policies and SIDs. Writers:
// `counter()` by the owning worker only; `grow()` by the control thread only, before the snapshot
// that names the new slots is published (that publication orders the chunk pointers). Readers: any
// thread.
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "dataplane/base/counter.hpp"
#include "dataplane/base/ids.hpp"

namespace weir {

class CounterBank {
public:
    static constexpr std::size_t chunk_size = 1024;
    static constexpr std::size_t max_chunks = 1024;

    CounterBank() = default;
    CounterBank(const CounterBank&) = delete;
    CounterBank& operator=(const CounterBank&) = delete;
    ~CounterBank() {
        for (auto& chunk : chunks_) delete chunk.load(std::memory_order_relaxed);
    }

    // Makes slots [0, count) usable. False if more than the bank can ever hold were asked.
    bool grow(std::size_t count) {
        if (count > chunk_size * max_chunks) return false;
        for (std::size_t i = 0; i * chunk_size < count; ++i)
            if (chunks_[i].load(std::memory_order_relaxed) == nullptr)
                chunks_[i].store(new Chunk, std::memory_order_release);
        return true;
    }

    PacketCounter& counter(CounterId id) noexcept {
        return (*chunks_[index(id) / chunk_size].load(
            std::memory_order_relaxed))[index(id) % chunk_size];
    }
    // Null where the slot was never made.
    const PacketCounter* find(CounterId id) const noexcept {
        if (index(id) >= chunk_size * max_chunks) return nullptr;
        const Chunk* chunk = chunks_[index(id) / chunk_size].load(std::memory_order_acquire);
        return chunk == nullptr ? nullptr : &(*chunk)[index(id) % chunk_size];
    }

private:
    using Chunk = std::array<PacketCounter, chunk_size>;
    std::array<std::atomic<Chunk*>, max_chunks> chunks_{};
};

}  // namespace weir

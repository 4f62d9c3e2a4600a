#pragma once
// Counters with one writer (the thread that owns them) and any number of readers. Relaxed atomics:
// no lock prefix in the generated code, no torn reads, clean under TSan. They only grow; a reader
// that wants "since" keeps a baseline of its own.
#include <atomic>
#include <cstdint>

namespace weir {

class Counter {
public:
    void add(std::uint64_t n = 1) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    std::uint64_t read() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

// Packets and bytes that always move together (RFC 8986 section 6 asks for the pair).
struct PacketCounter {
    Counter packets;
    Counter bytes;

    void add(std::uint64_t length) noexcept {
        packets.add();
        bytes.add(length);
    }
};

}  // namespace weir

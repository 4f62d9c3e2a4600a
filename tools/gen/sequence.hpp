#pragma once
// Loss, duplication and reordering per flow, from the sequence numbers as they arrive. Memory is
// bounded: a bitmap of the last `window` numbers of each flow that was ever seen. Exact for every
// pattern in which no packet comes `window` or more numbers behind the highest; what comes later
// than that is counted apart as stale (it was late or doubled, nobody can tell).
//
// Reordered as RFC 4737 section 3.3 has it: the number is below the highest seen before; of several
// copies only the first counts.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace weir {

enum class Arrival : std::uint8_t { in_order, reordered, duplicate, stale };

struct FlowCounts {
    std::uint64_t unique = 0;
    std::uint64_t lost = 0;  // may include stale ones: they were not recognised
    std::uint64_t duplicates = 0;
    std::uint64_t reordered = 0;
    std::uint64_t stale = 0;
    std::uint64_t extent = 0;  // most numbers that a reordered packet was behind

    FlowCounts& operator+=(const FlowCounts& other);
};

class SequenceTracker {
public:
    // Where a flow begins: at 0, or (a sink that may have come late) at the lowest number seen.
    enum class Begin : std::uint8_t { zero, first_seen };
    // `window`: rounded up to a power of two, at least 64. Flow numbers are 16 bits.
    SequenceTracker(std::size_t window, Begin begin);

    Arrival receive(std::uint16_t number, std::uint64_t sequence);

    // `sent`: how many the sender sent in this flow, where that is known; else nothing after the
    // highest number seen counts as lost.
    FlowCounts counts(std::uint16_t number, std::optional<std::uint64_t> sent = {}) const;
    std::vector<std::uint16_t> flows_seen() const;
    std::size_t window() const { return mask_ + 1; }

private:
    struct Flow {
        bool seen = false;
        std::uint64_t highest = 0;
        std::uint64_t lowest = 0;
        FlowCounts counts;
    };
    static constexpr std::size_t flows_per_chunk = 256;
    struct Chunk {
        std::vector<Flow> flows;
        std::vector<std::uint64_t> bits;
    };
    Chunk& chunk_of(std::uint16_t flow);
    void clear(std::uint64_t* bits, std::uint64_t first, std::uint64_t count) const noexcept;

    std::size_t mask_;
    Begin begin_;
    std::vector<std::unique_ptr<Chunk>> chunks_;
};

}  // namespace weir

#include "tools/gen/sequence.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr std::size_t flow_numbers = 65'536;
constexpr std::size_t word_bits = 64;

}  // namespace

FlowCounts& FlowCounts::operator+=(const FlowCounts& other) {
    unique += other.unique;
    lost += other.lost;
    duplicates += other.duplicates;
    reordered += other.reordered;
    stale += other.stale;
    extent = std::max(extent, other.extent);
    return *this;
}

SequenceTracker::SequenceTracker(std::size_t window, Begin begin)
    : mask_{std::bit_ceil(std::max(window, word_bits)) - 1},
      begin_{begin},
      chunks_(flow_numbers / flows_per_chunk) {}

SequenceTracker::Chunk& SequenceTracker::chunk_of(std::uint16_t flow) {
    auto& chunk = chunks_[flow / flows_per_chunk];
    if (chunk == nullptr) [[unlikely]]
        chunk = std::make_unique<Chunk>(
            Chunk{std::vector<Flow>(flows_per_chunk),
                  std::vector<std::uint64_t>(flows_per_chunk * (window() / word_bits))});
    return *chunk;
}

// Bits of `count` numbers from `first` on, at most the whole window.
void SequenceTracker::clear(std::uint64_t* bits, std::uint64_t first,
                            std::uint64_t count) const noexcept {
    if (count > mask_) {
        std::fill_n(bits, window() / word_bits, std::uint64_t{0});
        return;
    }
    while (count != 0) {
        const std::size_t at = first & mask_;
        const std::uint64_t n = std::min<std::uint64_t>(count, word_bits - at % word_bits);
        const std::uint64_t ones = n == word_bits ? ~std::uint64_t{0} : (std::uint64_t{1} << n) - 1;
        bits[at / word_bits] &= ~(ones << (at % word_bits));
        first += n;
        count -= n;
    }
}

Arrival SequenceTracker::receive(std::uint16_t number, std::uint64_t sequence) {
    Chunk& chunk = chunk_of(number);
    const std::size_t slot = number % flows_per_chunk;
    Flow& flow = chunk.flows[slot];
    std::uint64_t* const bits = chunk.bits.data() + slot * (window() / word_bits);
    std::uint64_t& word = bits[(sequence & mask_) / word_bits];
    const std::uint64_t bit = std::uint64_t{1} << (sequence % word_bits);

    if (!flow.seen || sequence > flow.highest) [[likely]] {
        if (!flow.seen) flow.lowest = sequence;
        // The bit of `sequence` itself is set below, whatever it was.
        if (flow.seen && sequence != flow.highest + 1)
            clear(bits, flow.highest + 1, sequence - flow.highest - 1);
        flow.seen = true;
        flow.highest = sequence;
        word |= bit;
        ++flow.counts.unique;
        return Arrival::in_order;
    }
    const std::uint64_t behind = flow.highest - sequence;
    if (behind > mask_) {
        ++flow.counts.stale;
        return Arrival::stale;
    }
    if ((word & bit) != 0) {
        ++flow.counts.duplicates;
        return Arrival::duplicate;
    }
    word |= bit;
    flow.lowest = std::min(flow.lowest, sequence);
    ++flow.counts.unique;
    ++flow.counts.reordered;
    flow.counts.extent = std::max(flow.counts.extent, behind);
    return Arrival::reordered;
}

FlowCounts SequenceTracker::counts(std::uint16_t number, std::optional<std::uint64_t> sent) const {
    const auto& chunk = chunks_[number / flows_per_chunk];
    const Flow flow = chunk == nullptr ? Flow{} : chunk->flows[number % flows_per_chunk];
    FlowCounts counts = flow.counts;
    std::uint64_t due = sent.value_or(0);
    if (flow.seen) {
        const std::uint64_t from = begin_ == Begin::zero ? 0 : flow.lowest;
        due = std::max(due, flow.highest - from + 1);
    }
    counts.lost = due - std::min(due, counts.unique);
    return counts;
}

std::vector<std::uint16_t> SequenceTracker::flows_seen() const {
    std::vector<std::uint16_t> seen;
    for (std::size_t flow = 0; flow < flow_numbers; ++flow) {
        const auto& chunk = chunks_[flow / flows_per_chunk];
        if (chunk != nullptr && chunk->flows[flow % flows_per_chunk].seen)
            seen.push_back(static_cast<std::uint16_t>(flow));
    }
    return seen;
}

}  // namespace weir

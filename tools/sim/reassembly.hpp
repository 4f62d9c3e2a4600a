#pragma once
// What a sink that keeps packets behind a gap has received: the first packet that is missing, and
// which of those behind it are there.
#include <cstdint>

#include "tools/sim/sequence_set.hpp"

namespace weir::sim {

class Reassembly {
public:
    // Returns how many messages are complete by it.
    std::uint64_t add(std::uint64_t sequence, bool last) {
        if (sequence < expected_ || there_.has(sequence)) return 0;
        if (sequence == expected_ && there_.size() == 0) {
            ++expected_;
            there_.advance(expected_);
            lasts_.advance(expected_);
            return last ? 1 : 0;
        }
        there_.add(sequence);
        if (last) lasts_.add(sequence);
        expected_ = there_.first_missing(expected_);
        there_.advance(expected_);
        return lasts_.advance(expected_);
    }
    std::uint64_t expected() const { return expected_; }
    bool waits() const { return there_.size() > 0; }  // for a gap to be filled

private:
    std::uint64_t expected_ = 0;
    SequenceSet there_;
    SequenceSet lasts_;
};

}  // namespace weir::sim

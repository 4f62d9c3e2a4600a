#pragma once
// Counts what arrives on one port: per flow by sequence number, its latency, and what is not ours.
// One thread polls; the counters of progress may be read by any, the result when polling is over.
#include <cstdint>
#include <span>
#include <vector>

#include "dataplane/base/counter.hpp"
#include "dataplane/io/port.hpp"
#include "tools/gen/answerer.hpp"
#include "tools/gen/bins.hpp"
#include "tools/gen/options.hpp"
#include "tools/gen/result.hpp"
#include "tools/gen/stamp.hpp"

namespace weir {

class Sink {
public:
    // `answerer`: hears ARP and ND; null: nobody does.
    Sink(Port& port, Answerer* answerer, const Options& options, std::uint64_t ticks_per_second);

    void poll() noexcept;

    std::uint64_t packets() const noexcept { return ours_.packets.read(); }
    std::uint64_t byte_count() const noexcept { return ours_.bytes.read(); }
    // Different ones; with --fast all.
    std::uint64_t unique() const noexcept { return unique_.read(); }
    // When one of those came last, in ticks. For the polling thread.
    std::uint64_t last_new() const noexcept { return last_new_; }

    // `sent`: by flow, where the sender is in this process; else null. `started`: ticks.
    Received result(const std::vector<std::uint64_t>* sent, std::uint64_t started,
                    std::uint64_t ticks_per_second) const;

private:
    void count_only(std::span<Packet*> packets) noexcept;
    void receive(Packet& packet, std::uint64_t now) noexcept;
    bool intact(Packet& packet, const Found& found);
    void count_loss(Received& received, const std::vector<std::uint64_t>* sent) const;

    Port& port_;
    Answerer* answerer_;
    bool fast_;
    bool verify_;
    be16 stream_;
    SequenceTracker tracker_;
    Histogram latency_;
    std::vector<std::byte> whole_;  // of a chain, for its checksum
    PacketCounter ours_;
    Counter unique_, other_, damaged_, untimed_;
    Bins bins_;
    double bin_width_;   // seconds
    double bins_begin_;  // on the monotonic clock, seconds
    std::uint64_t first_ = 0;
    std::uint64_t last_ = 0;
    std::uint64_t last_new_ = 0;
};

}  // namespace weir

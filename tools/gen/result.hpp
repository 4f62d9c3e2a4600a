#pragma once
// What a run found, and how people and programs read it.
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/gen/bins.hpp"
#include "tools/gen/histogram.hpp"
#include "tools/gen/send_rate.hpp"
#include "tools/gen/sequence.hpp"

namespace weir {

struct Sent {
    std::uint64_t packets = 0;  // the counted ones; bytes are frames without FCS
    std::uint64_t bytes = 0;
    std::uint64_t random_packets = 0;
    std::uint64_t random_bytes = 0;
    double seconds = 0;
    std::optional<SendRate> asked{};
    std::uint64_t forgone = 0;    // units of `asked` that were due and were not sent
    std::uint64_t refused = 0;    // times the device took less than it was given
    std::uint64_t no_buffer = 0;  // times the pool of packets was empty
    struct Paused {
        std::uint64_t frames = 0;  // that named our priority
        double seconds = 0;        // that it waited
    };
    std::optional<Paused> paused{};
};

struct FlowRow {
    std::uint16_t flow;
    FlowCounts counts;
};

struct Received {
    std::uint64_t packets = 0;  // ours, duplicates included; with --fast all that came
    std::uint64_t bytes = 0;
    std::uint64_t other = 0;    // not ours
    std::uint64_t damaged = 0;  // ours, checksum wrong
    double first = 0;           // seconds from the start of the run to the first and last of ours
    double last = 0;
    FlowCounts total;
    bool loss_known = true;      // false: --fast, and the sender is elsewhere
    std::vector<FlowRow> flows;  // every flow that was sent or seen
    Histogram latency;           // ticks
    std::optional<BinRows> bins;
    std::uint64_t untimed = 0;  // sent after it arrived, by its clock: not this machine's
};

struct DeviceRow {
    std::string name;
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::vector<std::pair<std::string, std::uint64_t>> missed;
};

struct Result {
    std::optional<Sent> sent;
    std::optional<Received> received;
    double nanos_per_tick = 1;
    std::vector<DeviceRow> devices;
};

// Nothing that should have come did not. A sink that got nothing has seen no proof of that.
bool lossless(const Result& result);

// `all_flows`: not only those that lost, doubled or reordered something (at most 20 of them).
std::string to_text(const Result& result, bool all_flows);
nlohmann::json to_json(const Result& result, bool all_flows);

}  // namespace weir

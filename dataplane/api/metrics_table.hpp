#pragma once
// Every counter and gauge of weir, in one table. Prometheus text, JSON, the rows of `weirctl show`
// and docs/telemetry.md are made from it, so that none of them knows a number that another does
// not.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dataplane/api/source.hpp"

namespace weir {

using Json = nlohmann::ordered_json;

enum class MetricType : std::uint8_t {
    counter,  // only grows, over reloads too
    gauge,
    histogram,
};
std::string_view name(MetricType type);

// Of a histogram: how many were at most so large, ascending; all there were; and their sum.
struct Distribution {
    std::vector<std::pair<double, std::uint64_t>> at_most;
    std::uint64_t count = 0;
    double sum = 0;
};
using Number = std::variant<std::uint64_t, double, Distribution>;
// One sample: the values of the metric's labels, in their order, and the number.
using Emit = std::function<void(std::initializer_list<std::string_view> labels, Number value)>;

struct Metric {
    std::string_view name;  // as Prometheus has it: base units, counters end in _total
    MetricType type;
    std::string_view unit;  // "packets", "bytes"...; "" is a plain number
    std::vector<std::string_view> labels;
    std::string_view help;
    // Samples come in the order of the configuration: ports, SIDs, the paths of policies, workers.
    void (*read)(Reading& reading, const Emit& emit);
};

const std::vector<Metric>& all_metrics();

// Exposition format 0.0.4.
std::string prometheus_text(Reading& reading);
// [{name, type, unit, help, labels, samples: [{LABEL: value..., "value": number}]}]
Json metrics_json(Reading& reading);
// The rows of docs/telemetry.md, with their head.
std::string metrics_markdown();

// How long packets of the slice with this row stayed at a port, over all threads: what was queued,
// measured; what never was, not at all.
Residence residence_of(const Reading& reading, PortId port, std::size_t row);

Json to_json(const Number& number);

}  // namespace weir

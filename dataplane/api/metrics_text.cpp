// The forms that the table of metrics takes.
#include <fmt/format.h>

#include <cassert>
#include <iterator>

#include "dataplane/api/metrics_table.hpp"

namespace weir {
namespace {

// Of a label's value: the three characters that the exposition format escapes.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '\\' || c == '"') out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
}

// One line; `part` is what a histogram's samples have behind its name, `le` their own label.
template <class Value>
void append_line(std::string& out, const Metric& metric,
                 std::initializer_list<std::string_view> labels, std::string_view part,
                 std::string_view le, Value value) {
    assert(labels.size() == metric.labels.size());
    out += metric.name;
    out += part;
    const char* before = "{";
    auto text = labels.begin();
    for (const std::string_view label : metric.labels) {
        out += before;
        out += label;
        out += "=\"";
        append_escaped(out, *text++);
        out += '"';
        before = ",";
    }
    if (!le.empty()) fmt::format_to(std::back_inserter(out), "{}le=\"{}\"", before, le);
    if (!metric.labels.empty() || !le.empty()) out += '}';
    fmt::format_to(std::back_inserter(out), " {}\n", value);
}

void append_sample(std::string& out, const Metric& metric,
                   std::initializer_list<std::string_view> labels, const Number& value) {
    const auto* all = std::get_if<Distribution>(&value);
    if (all == nullptr) {
        if (const auto* whole = std::get_if<std::uint64_t>(&value))
            append_line(out, metric, labels, "", "", *whole);
        if (const auto* real = std::get_if<double>(&value))
            append_line(out, metric, labels, "", "", *real);
        return;
    }
    for (const auto& [limit, count] : all->at_most)
        append_line(out, metric, labels, "_bucket", fmt::format("{}", limit), count);
    append_line(out, metric, labels, "_bucket", "+Inf", all->count);
    append_line(out, metric, labels, "_sum", "", all->sum);
    append_line(out, metric, labels, "_count", "", all->count);
}

struct ToJson {
    Json operator()(std::uint64_t value) const { return value; }
    Json operator()(double value) const { return value; }
    Json operator()(const Distribution& value) const {
        Json buckets = Json::array();
        for (const auto& [limit, count] : value.at_most)
            buckets.push_back({{"at_most", limit}, {"count", count}});
        return {{"count", value.count}, {"sum", value.sum}, {"buckets", std::move(buckets)}};
    }
};

}  // namespace

std::string_view name(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::histogram:
            return "histogram";
    }
    return {};
}

std::string prometheus_text(Reading& reading) {
    std::string out;
    for (const Metric& metric : all_metrics()) {
        fmt::format_to(std::back_inserter(out), "# HELP {} {}{}{}\n# TYPE {} {}\n", metric.name,
                       metric.unit, metric.unit.empty() ? "" : " ", metric.help, metric.name,
                       name(metric.type));
        metric.read(reading,
                    [&](std::initializer_list<std::string_view> labels, const Number& value) {
                        append_sample(out, metric, labels, value);
                    });
    }
    return out;
}

Json to_json(const Number& number) { return std::visit(ToJson{}, number); }

Json metrics_json(Reading& reading) {
    Json all = Json::array();
    for (const Metric& metric : all_metrics()) {
        Json samples = Json::array();
        metric.read(reading,
                    [&](std::initializer_list<std::string_view> labels, const Number& value) {
                        Json sample = Json::object();
                        auto text = labels.begin();
                        for (const std::string_view label : metric.labels)
                            sample[std::string{label}] = *text++;
                        sample["value"] = to_json(value);
                        samples.push_back(std::move(sample));
                    });
        all.push_back({{"name", metric.name},
                       {"type", name(metric.type)},
                       {"unit", metric.unit},
                       {"help", metric.help},
                       {"labels", metric.labels},
                       {"samples", std::move(samples)}});
    }
    return all;
}

std::string metrics_markdown() {
    std::string out = "| metric | type | labels | unit | meaning |\n|---|---|---|---|---|\n";
    for (const Metric& metric : all_metrics()) {
        std::string labels;
        for (const std::string_view label : metric.labels)
            labels += (labels.empty() ? "" : ", ") + std::string{label};
        out += fmt::format("| `{}` | {} | {} | {} | {} |\n", metric.name, name(metric.type),
                           labels.empty() ? "-" : labels, metric.unit.empty() ? "-" : metric.unit,
                           metric.help);
    }
    return out;
}

}  // namespace weir

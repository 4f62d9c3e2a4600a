#include "tools/gen/result.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <nlohmann/json.hpp>

namespace weir {
namespace {

constexpr std::size_t most_troubled = 20;
constexpr std::array<std::pair<const char*, double>, 4> quantiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}};

double per_second(std::uint64_t count, double seconds) {
    return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

double percent(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

bool troubled(const FlowRow& row) {
    const FlowCounts& c = row.counts;
    return c.lost + c.duplicates + c.reordered + c.stale != 0;
}

// The flows to show: all, or the troubled ones, worst first.
std::vector<FlowRow> shown(const Received& received, bool all) {
    if (all) return received.flows;
    std::vector<FlowRow> rows;
    std::copy_if(received.flows.begin(), received.flows.end(), std::back_inserter(rows), troubled);
    std::sort(rows.begin(), rows.end(), [](const FlowRow& a, const FlowRow& b) {
        return a.counts.lost != b.counts.lost ? a.counts.lost > b.counts.lost : a.flow < b.flow;
    });
    rows.resize(std::min(rows.size(), most_troubled));
    return rows;
}

double micros(std::uint64_t ticks, const Result& result) {
    return static_cast<double>(ticks) * result.nanos_per_tick / 1000;
}

std::string sent_text(const Sent& s) {
    std::string text = fmt::format("sent        {:>18} packets  {}pps  {}bit/s  in {:.3f} s\n",
                                   grouped(s.packets), scaled(per_second(s.packets, s.seconds)),
                                   scaled(8 * per_second(s.bytes, s.seconds)), s.seconds);
    if (s.random_packets != 0)
        text += fmt::format("  random    {:>18} packets\n", grouped(s.random_packets));
    if (s.forgone != 0 && s.asked)
        text += fmt::format("  not reached: asked {}, {} {} were due and could not be sent\n",
                            to_string(*s.asked), grouped(s.forgone),
                            s.asked->unit == SendRate::Unit::packets ? "packets" : "bits");
    if (s.paused)
        text += fmt::format("  paused    {:>18} frames, for {:.3f} s\n", grouped(s.paused->frames),
                            s.paused->seconds);
    if (s.no_buffer != 0)
        text += fmt::format("  no packet buffer was free {} times; --buffers takes more\n",
                            grouped(s.no_buffer));
    return text;
}

std::string received_text(const Received& r) {
    const FlowCounts& t = r.total;
    std::string text = fmt::format(
        "received    {:>18} packets  {}pps  {}bit/s  first at {:.3f} s, last at {:.3f} s\n",
        grouped(r.packets), scaled(per_second(r.packets, r.last - r.first)),
        scaled(8 * per_second(r.bytes, r.last - r.first)), r.first, r.last);
    if (r.loss_known)
        text += fmt::format("lost        {:>18}  {:.6f} %\n", grouped(t.lost),
                            percent(t.lost, t.unique + t.lost));
    text += fmt::format("reordered   {:>18}  at most {} behind\nduplicated  {:>18}\n",
                        grouped(t.reordered), grouped(t.extent), grouped(t.duplicates));
    if (t.stale != 0)
        text += fmt::format("stale       {:>18}  too late to tell; --window remembers more\n",
                            grouped(t.stale));
    if (r.damaged != 0) text += fmt::format("damaged     {:>18}\n", grouped(r.damaged));
    if (r.other != 0) text += fmt::format("not ours    {:>18}\n", grouped(r.other));
    return text;
}

std::string latency_text(const Result& result) {
    const Received& r = *result.received;
    std::string text;
    if (r.untimed != 0)
        text += fmt::format("latency     {:>18} packets stamped by another machine's clock\n",
                            grouped(r.untimed));
    if (r.latency.count() == 0) return text;
    text += fmt::format("latency us  min {:.2f}", micros(r.latency.min(), result));
    for (const auto& [name, share] : quantiles)
        text += fmt::format("  {} {:.2f}", name, micros(r.latency.quantile(share), result));
    return text + fmt::format("  max {:.2f}\n", micros(r.latency.max(), result));
}

std::string flows_text(const Received& received, bool all) {
    const auto rows = shown(received, all);
    if (rows.empty()) return {};
    std::string text = fmt::format("\n{:>6} {:>16} {:>12} {:>12} {:>12} {:>8}\n", "flow",
                                   "received", "lost", "reordered", "duplicated", "stale");
    for (const auto& [flow, c] : rows)
        text += fmt::format("{:>6} {:>16} {:>12} {:>12} {:>12} {:>8}\n", flow, grouped(c.unique),
                            grouped(c.lost), grouped(c.reordered), grouped(c.duplicates),
                            grouped(c.stale));
    return text;
}

nlohmann::json counts_json(const FlowCounts& c) {
    return {{"unique_packets", c.unique},         {"lost_packets", c.lost},
            {"reordered_packets", c.reordered},   {"reorder_extent_packets", c.extent},
            {"duplicated_packets", c.duplicates}, {"stale_packets", c.stale}};
}

// The mean rate is within 0.1 % of the one asked.
bool reached(const Sent& s) {
    const double due = static_cast<double>(s.asked->per_second) * s.seconds;
    return static_cast<double>(s.forgone) <= due / 1000;
}

nlohmann::json sent_json(const Sent& s) {
    nlohmann::json json{{"packets", s.packets},
                        {"bytes", s.bytes},
                        {"random_packets", s.random_packets},
                        {"random_bytes", s.random_bytes},
                        {"seconds", s.seconds},
                        {"packets_per_second", per_second(s.packets, s.seconds)},
                        {"bits_per_second", 8 * per_second(s.bytes, s.seconds)},
                        {"device_refused_times", s.refused},
                        {"no_buffer_times", s.no_buffer},
                        {"asked", nullptr}};
    if (s.paused) json["paused"] = {{"frames", s.paused->frames}, {"seconds", s.paused->seconds}};
    if (s.asked)
        json["asked"] = {{"unit", s.asked->unit == SendRate::Unit::packets ? "packets" : "bits"},
                         {"per_second", s.asked->per_second},
                         {"forgone", s.forgone},
                         {"reached", reached(s)}};
    return json;
}

nlohmann::json latency_json(const Result& result) {
    const Received& r = *result.received;
    if (r.latency.count() == 0) return nullptr;
    const auto nanos = [&](double ticks) { return ticks * result.nanos_per_tick; };
    nlohmann::json json{{"packets", r.latency.count()},
                        {"untimed_packets", r.untimed},
                        {"mean", nanos(r.latency.mean())},
                        {"min", nanos(static_cast<double>(r.latency.min()))},
                        {"max", nanos(static_cast<double>(r.latency.max()))}};
    for (const auto& [name, share] : quantiles)
        json[name] = nanos(static_cast<double>(r.latency.quantile(share)));
    return json;
}

nlohmann::json received_json(const Result& result, bool all_flows) {
    const Received& r = *result.received;
    nlohmann::json json = counts_json(r.total);
    json.update({{"packets", r.packets},
                 {"bytes", r.bytes},
                 {"other_packets", r.other},
                 {"damaged_packets", r.damaged},
                 {"first_seconds", r.first},
                 {"last_seconds", r.last},
                 {"packets_per_second", per_second(r.packets, r.last - r.first)},
                 {"bits_per_second", 8 * per_second(r.bytes, r.last - r.first)},
                 {"latency_nanoseconds", latency_json(result)},
                 {"flows", nlohmann::json::array()}});
    if (!r.loss_known) json["lost_packets"] = nullptr;
    if (r.bins) {
        nlohmann::json& bins = json["bins"];
        bins = {{"width_seconds", r.bins->width}, {"begin_monotonic_seconds", r.bins->begin}};
        for (const Bins::Bin& bin : r.bins->bins) {
            bins["packets"].push_back(bin.packets);
            bins["bytes"].push_back(bin.bytes);
        }
    }
    for (const auto& row : shown(r, all_flows)) {
        nlohmann::json flow = counts_json(row.counts);
        flow["flow"] = row.flow;
        json["flows"].push_back(std::move(flow));
    }
    return json;
}

}  // namespace

bool lossless(const Result& result) {
    if (!result.received) return true;
    const Received& r = *result.received;
    return r.loss_known && r.packets != 0 && r.total.lost == 0 && r.damaged == 0;
}

std::string to_text(const Result& result, bool all_flows) {
    std::string text;
    if (result.sent) text += sent_text(*result.sent);
    if (result.received) {
        text += received_text(*result.received) + latency_text(result);
        text += flows_text(*result.received, all_flows);
    }
    for (const DeviceRow& device : result.devices)
        for (const auto& [cause, packets] : device.missed)
            if (packets != 0)
                text += fmt::format("device {} missed {} packets: {}\n", device.name,
                                    grouped(packets), cause);
    return text;
}

nlohmann::json to_json(const Result& result, bool all_flows) {
    nlohmann::json json{{"lossless", lossless(result)},
                        {"sent", nullptr},
                        {"received", nullptr},
                        {"devices", nlohmann::json::array()}};
    if (result.sent) json["sent"] = sent_json(*result.sent);
    if (result.received) json["received"] = received_json(result, all_flows);
    for (const DeviceRow& device : result.devices) {
        nlohmann::json missed = nlohmann::json::object();
        for (const auto& [cause, packets] : device.missed) missed[cause] = packets;
        json["devices"].push_back({{"name", device.name},
                                   {"received_packets", device.received},
                                   {"sent_packets", device.sent},
                                   {"missed_packets", missed}});
    }
    return json;
}

}  // namespace weir

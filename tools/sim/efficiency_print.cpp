#include "tools/sim/efficiency_print.hpp"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tools/sim/efficiency.hpp"
#include "tools/sim/efficiency_plot.hpp"

namespace weir::sim {
namespace {

double milliseconds(Nanos t) { return double(t.count()) / 1e6; }

std::string verdict(const EfficiencyRow& row) {
    if (!row.missed.empty()) return "MISSED: " + row.missed;
    return row.limited.empty() ? "" : "limit: " + row.limited;
}

std::string text(const EfficiencyRow& row) {
    const bool finished = row.near.finished && row.far.finished;
    const auto percent = [&](double share) {
        return fmt::format("{}{:.2f}", finished ? "" : "~", 100 * share);
    };
    return fmt::format("  {:<21} {:>8.1f} {:>8.1f} {:>7} {:>7.2f} {:>7} {:>9} {}",
                       efficiency_modes()[row.run.mode].name, milliseconds(row.near.step),
                       milliseconds(row.far.step), percent(row.efficiency),
                       100 * row.efficiency / row.light, percent(row.kept), row.far.dropped,
                       verdict(row));
}

nlohmann::json as_json(const EfficiencyRow& row) {
    return {{"workload", shapes()[row.run.shape].name},
            {"mode", efficiency_modes()[row.run.mode].name},
            {"kilometres", row.run.kilometres},
            {"compute_factor", row.run.factor},
            {"step_ms_near", milliseconds(row.near.step)},
            {"step_ms_far", milliseconds(row.far.step)},
            {"finished", row.near.finished && row.far.finished},
            {"efficiency", row.efficiency},
            {"efficiency_of_light", row.light},
            {"efficiency_of_its_share_alone", row.alone},
            {"kept_of_no_congestion", row.kept},
            {"target", row.target},
            {"dropped", row.far.dropped},
            {"sent_again", row.far.again},
            {"gates_shut", row.far.shut},
            {"peak_of_buffer", row.far.peak},
            {"packet_hops", row.near.hops + row.far.hops},
            {"limited", row.limited},
            {"missed", row.missed}};
}

std::size_t index_of(const auto& list, const std::string& name) {
    for (std::size_t i = 0; i < list.size(); ++i)
        if (list[i].name == name) return i;
    throw std::runtime_error(name +
                             " is nothing that this weir-sim simulates; make the table anew");
}

Nanos nanos(const nlohmann::json& of, const char* key) {
    return Nanos{std::llround(of.at(key).get<double>() * 1e6)};
}

EfficiencyRow row_of(const nlohmann::json& of) {
    EfficiencyRow row;
    row.run.shape = index_of(shapes(), of.at("workload"));
    row.run.mode = index_of(efficiency_modes(), of.at("mode"));
    row.run.kilometres = row.run.built_for = of.at("kilometres");
    row.run.factor = of.at("compute_factor");
    row.near.step = nanos(of, "step_ms_near");
    row.far.step = nanos(of, "step_ms_far");
    row.near.finished = row.far.finished = of.at("finished");
    row.far.dropped = of.at("dropped");
    row.far.again = of.at("sent_again");
    row.far.shut = of.at("gates_shut");
    row.far.peak = of.at("peak_of_buffer");
    row.far.hops = of.at("packet_hops");
    row.efficiency = of.at("efficiency");
    row.light = of.at("efficiency_of_light");
    row.alone = of.at("efficiency_of_its_share_alone");
    row.kept = of.at("kept_of_no_congestion");
    judge(row);
    return row;
}

std::vector<EfficiencyRow> rows_of_file(const EfficiencyOptions& options) {
    std::vector<EfficiencyRow> rows;
    try {
        std::ifstream file{options.from};
        for (const auto& one : nlohmann::json::parse(file))
            if (const EfficiencyRow row = row_of(one);
                name_of(row.run).find(options.only) != std::string::npos)
                rows.push_back(row);
    } catch (const nlohmann::json::exception& error) {
        throw std::runtime_error(options.from + " is not what --json writes: " + error.what());
    }
    return rows;
}

}  // namespace

int print_efficiency(const EfficiencyOptions& options) {
    const std::vector<EfficiencyRow> rows =
        options.from.empty() ? efficiency(options.only, options.jobs, options.phases)
                             : rows_of_file(options);
    if (!options.plots.empty()) plot(rows, options.plots);
    nlohmann::json all = nlohmann::json::array();
    std::size_t missed = 0, limited = 0;
    std::string group;
    if (!options.json)
        fmt::print("{:<23} {:>8} {:>8} {:>7} {:>7} {:>7} {:>9}\n", "", "T(0) ms", "T(d) ms", "E %",
                   "/E_max", "kept %", "dropped");
    for (const EfficiencyRow& row : rows) {
        missed += row.missed.empty() ? 0 : 1;
        limited += row.limited.empty() ? 0 : 1;
        if (options.json) {
            all.push_back(as_json(row));
            continue;
        }
        const std::string here = fmt::format("{}, {:g} km, compute time x {:g}: E_max {:.2f} %",
                                             shapes()[row.run.shape].name, row.run.kilometres,
                                             row.run.factor, 100 * row.light);
        if (here != group) fmt::print("{}\n", here);
        group = here;
        fmt::print("{}\n", text(row));
    }
    if (options.json)
        fmt::print("{}\n", all.dump(2));
    else
        fmt::print(
            "{} rows, {} targets missed; {} rows of precise are below a target and have all that "
            "light, or their share of the line, allows\n",
            rows.size(), missed, limited);
    return missed == 0 ? 0 : 1;
}

}  // namespace weir::sim

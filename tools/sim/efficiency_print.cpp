#include "tools/sim/efficiency_print.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/sim/efficiency.hpp"

namespace weir::sim {
namespace {

double milliseconds(Nanos t) { return double(t.count()) / 1e6; }

std::string verdict(const EfficiencyRow& row) {
    if (!row.missed.empty()) return "MISSED: " + row.missed;
    return row.limited.empty() ? "" : "limit: " + row.limited;
}

std::string text(const EfficiencyRow& row) {
    const auto percent = [](const EfficiencyFigures& of, double share) {
        return fmt::format("{}{:.2f}", of.finished ? "" : "~", 100 * share);
    };
    return fmt::format("  {:<21} {:>8.1f} {:>8.1f} {:>7} {:>7.2f} {:>7} {:>9} {}",
                       efficiency_modes()[row.run.mode].name, milliseconds(row.near.step),
                       milliseconds(row.far.step), percent(row.far, row.efficiency),
                       100 * row.efficiency / row.light, percent(row.far, row.kept),
                       row.far.dropped, verdict(row));
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

}  // namespace

int print_efficiency(const EfficiencyOptions& options) {
    const std::vector<EfficiencyRow> rows = efficiency(options.only, options.jobs);
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
            "{} rows, {} targets missed; {} rows of precise are below the target and have all that "
            "light allows\n",
            rows.size(), missed, limited);
    return missed == 0 ? 0 : 1;
}

}  // namespace weir::sim

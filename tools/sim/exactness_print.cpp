#include "tools/sim/exactness_print.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/sim/exactness.hpp"
#include "tools/sim/over_cores.hpp"

namespace weir::sim {
namespace {

std::string row(const Case& of, const Figures& it) {
    return fmt::format(
        "{:<26} {:<8} {:>4g}G {:>4g} km {} {:>4g} % {:>6} {:>7.3f} {:>7.4f} {:>8} {}", of.kind,
        of.mode, of.gbps, of.kilometres, of.hops, 100 * of.messages_lost, it.lost, it.peak, it.use,
        of.innocent ? fmt::format("{:.3f}", it.innocent)
        : of.even   ? fmt::format("{:.3f}", it.uneven)
                    : "",
        it.missed.empty() ? "" : "MISSED: " + it.missed);
}

nlohmann::json as_json(const Case& of, const Figures& it) {
    nlohmann::json made{{"kind", of.kind},         {"mode", of.mode},
                        {"gbps", of.gbps},         {"kilometres", of.kilometres},
                        {"hops", of.hops},         {"messages_lost", of.messages_lost},
                        {"lost", it.lost},         {"peak_of_buffer", it.peak},
                        {"use", it.use},           {"packet_hops", it.hops},
                        {"messages", it.messages}, {"missed", it.missed}};
    if (of.innocent) made["innocent_share"] = it.innocent;
    if (of.even) made["uneven"] = it.uneven;
    return made;
}

}  // namespace

int print_exactness(const ExactnessOptions& options) {
    std::vector<Case> cases;
    for (Case& one : exactness_cases())
        if (one.name().find(options.only) != std::string::npos) cases.push_back(std::move(one));
    std::vector<Figures> figures(cases.size());
    over_cores(options.jobs, cases.size(), [&](std::size_t at) { figures[at] = judge(cases[at]); });
    nlohmann::json all = nlohmann::json::array();
    std::size_t missed = 0;
    if (!options.json)
        fmt::print("{:<26} {:<8} {:>5} {:>7} hops lost {:>4} {:>7} {:>7} {:>8}\n", "", "mode",
                   "line", "way", "lost", "peak/B", "use", "share");
    for (std::size_t i = 0; i < cases.size(); ++i) {
        missed += figures[i].missed.empty() ? 0 : 1;
        if (options.json)
            all.push_back(as_json(cases[i], figures[i]));
        else if (!options.failures || !figures[i].missed.empty())
            fmt::print("{}\n", row(cases[i], figures[i]));
    }
    if (options.json)
        fmt::print("{}\n", all.dump(2));
    else
        fmt::print("{} of {} cases hold\n", cases.size() - missed, cases.size());
    return missed == 0 ? 0 : 1;
}

}  // namespace weir::sim

#include "tools/wan/print.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace weir::wan {
namespace {

constexpr std::array<const char*, 2> way_names{"a to b", "b to a"};
constexpr std::array<const char*, 2> way_keys{"a_to_b", "b_to_a"};

nlohmann::json as_json(const LineCounts& counts) {
    nlohmann::json made{{"received", counts.received},
                        {"delivered", counts.delivered},
                        {"duplicated", counts.duplicated},
                        {"reordered", counts.reordered}};
    for (std::size_t i = 1; i < counts.fates.size(); ++i)
        made[std::string{name(static_cast<Fate>(i))}] = counts.fates[i];
    return made;
}
nlohmann::json as_json(const Histogram& nanos) {
    return {{"count", nanos.count()},
            {"p50_ns", nanos.quantile(0.5)},
            {"p99_ns", nanos.quantile(0.99)},
            {"max_ns", nanos.max()}};
}
double micros(const Histogram& nanos, double share) {
    return static_cast<double>(nanos.quantile(share)) / 1e3;
}
void row(std::string& text, const char* way, const char* what, const LineCounts& c) {
    text += fmt::format("{:<8}{:<10}{:>11}{:>11}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}\n", way, what,
                        c.received, c.delivered, c.fates[1], c.fates[2], c.fates[3], c.fates[4],
                        c.duplicated, c.reordered);
}

}  // namespace

nlohmann::json to_json(const Result& result) {
    nlohmann::json made{{"seconds", result.seconds}, {"idle", as_json(result.idle)}};
    for (std::size_t i = 0; i < 2; ++i) {
        const WayResult& way = result.ways[i];
        nlohmann::json& to = made[way_keys[i]];
        to = {{"data", as_json(way.data)},
              {"messages", as_json(way.messages)},
              {"undelivered", way.undelivered},
              {"untaken", way.untaken},
              {"no_copy", way.no_copy},
              {"late", as_json(way.late)},
              {"missed", nlohmann::json::object()}};
        for (const auto& [cause, packets] : way.missed) to["missed"][cause] = packets;
    }
    return made;
}

std::string to_text(const Result& result) {
    std::string text =
        fmt::format("{:<18}{:>11}{:>11}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}\n", "", "received",
                    "delivered", "lost", "burst", "cut", "overrun", "twice", "late");
    for (std::size_t i = 0; i < 2; ++i) {
        const WayResult& way = result.ways[i];
        row(text, way_names[i], "data", way.data);
        row(text, "", "messages", way.messages);
        for (const auto& [cause, packets] : way.missed)
            if (packets > 0)
                text +=
                    fmt::format("        {} packets never reached the line: {}\n", packets, cause);
        if (way.undelivered > 0)
            text += fmt::format("        {} were on their way at the end\n", way.undelivered);
        if (way.untaken > 0)
            text += fmt::format("        {} of those delivered the device had not taken\n",
                                way.untaken);
        text += fmt::format("        beyond the delay: p50 {:.1f}, p99 {:.1f}, at most {:.1f} us\n",
                            micros(way.late, 0.5), micros(way.late, 0.99), micros(way.late, 1));
    }
    return text + fmt::format("of any moment, by this machine: p99 {:.1f}, at most {:.1f} us\n",
                              micros(result.idle, 0.99), micros(result.idle, 1));
}

}  // namespace weir::wan

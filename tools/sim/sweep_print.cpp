#include "tools/sim/sweep_print.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tools/sim/result_json.hpp"
#include "tools/sim/sweep.hpp"

namespace weir::sim {
namespace {

void show_progress(std::size_t done, std::size_t all) {
    constexpr std::size_t width = 40;
    const std::size_t filled = done * width / all;
    fmt::print(stderr, "\r[{}{}] {}/{}{}", std::string(filled, '#'),
               std::string(width - filled, ' '), done, all, done == all ? "\n" : "");
    std::fflush(stderr);
}

std::vector<std::vector<std::string>> table_of(const std::vector<SweepPoint>& points,
                                               const std::vector<nlohmann::json>& results) {
    std::vector<std::vector<std::string>> rows(1);
    for (const auto& [key, value] : points[0].values) rows[0].push_back(key);
    for (const char* name : {"dropped", "lost", "peak/B"}) rows[0].emplace_back(name);
    for (const TrafficSetup& traffic : points[0].scenario.traffic)
        rows[0].push_back(traffic.name + " Gb/s");
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto& row = rows.emplace_back();
        const nlohmann::json& result = results[i]["result"];
        for (const auto& [key, value] : points[i].values) row.push_back(value);
        row.push_back(result["dropped_lossless"].dump());
        row.push_back(result["lost_on_lines"].dump());
        row.push_back(fmt::format("{:.3f}", result["peak_of_buffer"].get<double>()));
        if (!result.contains("traffic")) continue;
        for (const auto& traffic : result["traffic"])
            row.push_back(fmt::format("{:.3f}", traffic["bits_per_second"].get<double>() / 1e9));
    }
    return rows;
}

void print_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows[0].size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) fmt::print("{:>{}}  ", row[i], widths[i]);
        fmt::print("\n");
    }
}

void write_csv(const std::vector<std::vector<std::string>>& rows, std::ofstream& file) {
    for (const auto& row : rows) {
        std::string line;
        for (const std::string& cell : row) line += (line.empty() ? "" : ",") + csv_text(cell);
        file << line << '\n';
    }
}

std::string folder_of(const SweepOptions& options) {
    if (!options.into.empty()) return options.into;
    const auto end = options.file.ends_with(".toml") ? options.file.size() - 5 : std::string::npos;
    return options.file.substr(0, end) + ".points";
}

}  // namespace

int print_sweep(const SweepOptions& options) {
    std::ifstream file{options.file};
    std::stringstream text;
    if (!file || !(text << file.rdbuf()))
        throw std::runtime_error(options.file + " can not be read; is it there?");
    std::ofstream csv;
    if (!options.csv.empty()) {
        csv.open(options.csv);
        if (!csv)
            throw std::runtime_error(options.csv + " can not be written; is there its folder?");
    }
    const std::vector<SweepPoint> points = sweep_points(text.str(), options.file);
    const bool terminal = isatty(STDERR_FILENO) != 0;
    const auto results = sweep(points, folder_of(options), options.jobs, [&](std::size_t done) {
        if (terminal) show_progress(done, points.size());
    });
    const auto rows = table_of(points, results);
    if (csv.is_open()) write_csv(rows, csv);
    if (options.json)
        fmt::print("{}\n", nlohmann::json(results).dump(2));
    else
        print_table(rows);
    const auto lossy = [](const nlohmann::json& it) {
        return it["result"]["dropped_lossless"] != 0;
    };
    return std::ranges::any_of(results, lossy) ? 1 : 0;
}

}  // namespace weir::sim

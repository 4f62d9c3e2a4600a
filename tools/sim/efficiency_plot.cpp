#include "tools/sim/efficiency_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace weir::sim {
namespace {

struct Look {
    const char *mode, *how;
};
constexpr Look looks[] = {
    {"precise", "lc '#0072b2' lw 3 pt 7"},
    {"pause", "lc '#56b4e9' lw 1.5 pt 6"},
    {"credit", "lc '#009e73' lw 1.5 pt 4"},
    {"plain PFC", "lc '#cc79a7' lw 1.5 pt 8"},
    {"tail drop, go-back-N", "lc '#d55e00' lw 1.5 pt 2"},
    {"the same with DCQCN", "lc '#e69f00' lw 1.5 pt 1"},
    {"tail drop, selective", "lc '#666666' lw 1.5 pt 3"},
};

// Of one workload and distance a line for each compute time: factor, E and kept of each look.
std::string block(const std::vector<const EfficiencyRow*>& rows) {
    std::string text;
    std::set<double> factors;
    for (const EfficiencyRow* row : rows) factors.insert(row->run.factor);
    for (const double factor : factors) {
        double light = 0;
        std::string values;
        for (const Look& look : looks) {
            const auto it = std::ranges::find_if(rows, [&](const EfficiencyRow* row) {
                return row->run.factor == factor &&
                       efficiency_modes()[row->run.mode].name == look.mode;
            });
            if (it == rows.end()) {
                values += " NaN NaN";
                continue;
            }
            light = (*it)->light;
            values += fmt::format(" {:.2f} {:.2f}", 100 * (*it)->efficiency, 100 * (*it)->kept);
        }
        text += fmt::format("{:g} {:.2f}{}\n", factor, 100 * light, values);
    }
    return text;
}

// One picture of four: E or what was kept, over the compute time.
std::string panel(std::size_t block_number, double kilometres, bool kept, bool key) {
    std::string lines;
    std::size_t column = 3;
    for (const Look& look : looks) {
        lines += fmt::format("{}$d{} using 1:{} with linespoints {} title \"{}\"",
                             lines.empty() ? "" : ", ", block_number, column + (kept ? 1 : 0),
                             look.how, look.mode);
        column += 2;
    }
    if (!kept)
        lines += fmt::format(", $d{} using 1:2 with lines dt 2 lc 'black' title \"E_max\"",
                             block_number);
    return fmt::format("set title '{}, {:g} km'\nset key {}\nplot {}\n",
                       kept ? "kept of no congestion, %" : "E(d), %", kilometres,
                       key ? "outside right center" : "off", lines);
}

}  // namespace

std::string plot_name(std::size_t shape) {
    std::string name = "efficiency-" + shapes()[shape].name + ".svg";
    for (char& c : name) c = c == ' ' ? '-' : static_cast<char>(std::tolower(c));
    return name;
}

std::string plot_script(const std::vector<EfficiencyRow>& rows, std::size_t shape,
                        const std::string& file) {
    std::set<double> distances;
    for (const EfficiencyRow& row : rows)
        if (row.run.shape == shape) distances.insert(row.run.kilometres);
    std::string data, panels;
    for (const bool kept : {false, true}) {
        std::size_t number = 0;
        for (const double kilometres : distances) {
            std::vector<const EfficiencyRow*> here;
            for (const EfficiencyRow& row : rows)
                if (row.run.shape == shape && row.run.kilometres == kilometres)
                    here.push_back(&row);
            if (!kept) data += fmt::format("$d{} << END\n{}END\n", number, block(here));
            panels += panel(number, kilometres, kept, !kept && number + 1 == distances.size());
            ++number;
        }
    }
    return data + fmt::format(
                      "set terminal svg size {},560 font 'sans,11' background 'white'\n"
                      "set output \"{}\"\n"
                      "set datafile missing 'NaN'\nset logscale x 2\nset xrange [0.22:2.3]\n"
                      "set xtics (0.25, 0.5, 1, 2)\nset yrange [0:110]\nset grid\n"
                      "set xlabel 'compute time, of that derived'\n"
                      "set multiplot layout 2,{} title \"{}\"\n{}unset multiplot\n",
                      distances.size() * 380 + 200, file, distances.size(), shapes()[shape].name,
                      panels);
}

void plot(const std::vector<EfficiencyRow>& rows, const std::string& folder) {
    if (!std::filesystem::is_directory(folder))
        throw std::runtime_error(folder + " is no folder; make it, plots go there");
    std::set<std::size_t> shapes_there;
    for (const EfficiencyRow& row : rows) shapes_there.insert(row.run.shape);
    for (const std::size_t shape : shapes_there) {
        const std::string file = folder + "/" + plot_name(shape);
        FILE* const gnuplot = popen("gnuplot", "w");
        if (gnuplot == nullptr) throw std::runtime_error("gnuplot can not be started");
        const std::string script = plot_script(rows, shape, file);
        const bool wrote = std::fputs(script.c_str(), gnuplot) >= 0;
        if (pclose(gnuplot) != 0 || !wrote)
            throw std::runtime_error(file + " was not drawn; is gnuplot-nox installed?");
    }
}

}  // namespace weir::sim

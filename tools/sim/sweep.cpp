#include "tools/sim/sweep.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "tools/sim/over_cores.hpp"
#include "tools/sim/result_json.hpp"
#include "tools/sim/scenario_file.hpp"

namespace weir::sim {
namespace {

struct Axis {
    std::string key;
    const toml::array* values;
};

std::string text_of(const toml::node& value) {
    std::ostringstream out;
    out << toml::node_view{value};
    std::string text = out.str();
    std::erase(text, '\'');
    std::erase(text, '"');
    return text;
}

// `list[3].key`, or `key`.
void set(toml::table& tree, const std::string& key, const toml::node& value,
         const std::string& file) {
    const auto dot = key.find('.');
    if (dot == std::string::npos) {
        tree.insert_or_assign(key, value);
        return;
    }
    const auto bracket = key.find('[');
    std::size_t number = 0;
    toml::table* in = nullptr;
    if (bracket < dot && key[dot - 1] == ']') {
        const char* const end = key.data() + dot - 1;
        const auto read = std::from_chars(key.data() + bracket + 1, end, number);
        toml::array* const list = tree[key.substr(0, bracket)].as_array();
        if (read.ptr == end && read.ec == std::errc{} && list != nullptr && number < list->size())
            in = (*list)[number].as_table();
    }
    if (in == nullptr)
        throw std::runtime_error(
            fmt::format("{}: grid: \"{}\" is nowhere in the scenario; write it as \"line[0].rate\"",
                        file, key));
    in->insert_or_assign(key.substr(dot + 1), value);
}

std::vector<Axis> axes_of(const toml::table& tree, const std::string& file) {
    const toml::table* const grid = tree["grid"].as_table();
    if (grid == nullptr || grid->empty())
        throw std::runtime_error(file +
                                 ": has no table [grid]; give it lists of values, or use `run`");
    std::vector<Axis> axes;
    for (const auto& [key, value] : *grid) {
        const toml::array* const values = value.as_array();
        if (values == nullptr || values->empty())
            throw std::runtime_error(fmt::format(
                "{}: grid: \"{}\" needs a list of values, as [\"1ms\", \"2ms\"]", file, key.str()));
        axes.push_back({std::string{key.str()}, values});
    }
    // In the order of the file: a table forgets it.
    std::ranges::sort(axes, [](const Axis& a, const Axis& b) {
        const auto &first = a.values->source().begin, &second = b.values->source().begin;
        return std::tie(first.line, first.column) < std::tie(second.line, second.column);
    });
    return axes;
}

// FNV-1a, 64 bits, of the scenario as TOML writes it.
std::string name_of(const toml::table& tree) {
    std::ostringstream out;
    out << WEIR_VERSION << tree;
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : out.str()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return fmt::format("{:016x}", hash);
}

SweepPoint point_of(const std::string& text, const std::string& file, const std::vector<Axis>& axes,
                    std::size_t number) {
    // Parsed anew, for a copy would not know its lines.
    toml::table tree = toml::parse(text, file);
    tree.erase("grid");
    SweepPoint point;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        const toml::node& value = (*axis->values)[number % axis->values->size()];
        number /= axis->values->size();
        set(tree, axis->key, value, file);
        point.values.emplace(point.values.begin(), axis->key, text_of(value));
    }
    point.name = name_of(tree);
    const auto made = scenario_of(tree, file);
    if (const auto* errors = std::get_if<ConfigErrors>(&made)) {
        std::string said;
        for (const ConfigError& error : *errors)
            said += (said.empty() ? "" : "\n") + error.to_string();
        for (const auto& [key, value] : point.values)
            said += fmt::format("\n  at {} = {}", key, value);
        throw std::runtime_error(said);
    }
    point.scenario = std::get<Scenario>(made);
    return point;
}

// What an earlier sweep left; nothing where there is none, or one that is not whole.
std::optional<nlohmann::json> earlier(const std::string& path) {
    std::ifstream file{path};
    if (!file) return {};
    nlohmann::json made = nlohmann::json::parse(file, nullptr, false);
    if (made.is_discarded() || !made.contains("result")) return {};
    return made;
}

nlohmann::json run_point(const SweepPoint& point, const std::string& path) {
    nlohmann::json made{{"point", nlohmann::json::object()},
                        {"result", as_json(point.scenario, simulate(point.scenario))}};
    for (const auto& [key, value] : point.values) made["point"][key] = value;
    {
        std::ofstream file{path + ".part"};
        file << made.dump(1) << '\n';
        file.flush();
        if (!file) throw std::runtime_error(path + " could not be written; is the disk full?");
    }
    std::filesystem::rename(path + ".part", path);
    return made;
}

}  // namespace

std::vector<SweepPoint> sweep_points(const std::string& text, const std::string& file) {
    try {
        const toml::table tree = toml::parse(text, file);
        const std::vector<Axis> axes = axes_of(tree, file);
        std::size_t count = 1;
        for (const Axis& axis : axes) {
            count *= axis.values->size();
            if (count > 100'000)
                throw std::runtime_error(file + ": grid: has more than 100,000 points; give less");
        }
        std::vector<SweepPoint> points;
        for (std::size_t i = 0; i < count; ++i) points.push_back(point_of(text, file, axes, i));
        return points;
    } catch (const toml::parse_error& error) {
        throw std::runtime_error(fmt::format("{}:{}: not TOML: {}", file, error.source().begin.line,
                                             error.description()));
    }
}

std::vector<nlohmann::json> sweep(const std::vector<SweepPoint>& points, const std::string& folder,
                                  unsigned jobs, const std::function<void(std::size_t)>& done) {
    std::filesystem::create_directories(folder);
    std::vector<nlohmann::json> results(points.size());
    std::mutex one_at_a_time;  // over `finished` and done()
    std::size_t finished = 0;
    over_cores(jobs, points.size(), [&](std::size_t at) {
        const std::string path = fmt::format("{}/{}.json", folder, points[at].name);
        auto made = earlier(path);
        results[at] = made ? std::move(*made) : run_point(points[at], path);
        const std::lock_guard lock{one_at_a_time};
        done(++finished);
    });
    return results;
}

}  // namespace weir::sim

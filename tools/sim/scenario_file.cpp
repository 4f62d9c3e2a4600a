#include "tools/sim/scenario_file.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <array>
#include <fstream>
#include <sstream>
#include <tuple>

#include "dataplane/config/quantity.hpp"
#include "dataplane/config/section.hpp"

namespace weir {

enum class SimControl : std::uint8_t { off, pause, precise, credit, pfc };
template <>
inline constexpr auto words<SimControl> =
    std::to_array<Word<SimControl>>({{"off", SimControl::off},
                                     {"pause", SimControl::pause},
                                     {"precise", SimControl::precise},
                                     {"credit", SimControl::credit},
                                     {"pfc", SimControl::pfc}});
template <>
inline constexpr auto words<sim::Transport> =
    std::to_array<Word<sim::Transport>>({{"flood", sim::Transport::flood},
                                         {"go-back-n", sim::Transport::go_back_n},
                                         {"selective", sim::Transport::selective},
                                         {"tcp", sim::Transport::tcp},
                                         {"open-loop", sim::Transport::open_loop}});
template <>
inline constexpr auto words<sim::Event::What> =
    std::to_array<Word<sim::Event::What>>({{"shape", sim::Event::What::shape},
                                           {"stop", sim::Event::What::stop},
                                           {"open", sim::Event::What::open}});

namespace sim {
namespace {

constexpr std::int64_t no_limit = 0, hour = 3'600'000'000'000;

Key key(std::string_view path, std::string type, std::int64_t min, std::int64_t max,
        std::string_view fallback, std::string_view help, std::size_t items = 0) {
    return {.path = path,
            .type = {std::move(type), min, max, items},
            .unit = {},
            .fallback = fallback,
            .help = help};
}

const std::vector<Key>& keys() {
    static const std::vector<Key> all{
        key("seed", "integer", 0, INT64_MAX, "1", "of everything random"),
        key("duration", "time 1us..1h", 1'000, hour, "required", "of the run"),
        key("watchdog", "time 100ms..5s", 100'000'000, 5'000'000'000, "5s",
            "a slice that waits so long for a peer that stands still is dropped there"),
        key("slice[].name", "text", 0, 0, "required", "by which traffic names it"),
        key("slice[].number", "integer 1..1000000", 1, 1'000'000, "required", "its number"),
        key("slice[].control", "word", 0, 0, "off", "off, pause, precise, credit or pfc"),
        key("slice[].priority", "integer 0..7", 0, 7, "0", "of hosts"),
        key("slice[].guarantee", "rate", 0, no_limit, "0bps", "at every port"),
        key("slice[].limit", "rate", 1, no_limit, "none", "at every port"),
        key("slice[].weight", "integer 1..10000", 1, 10'000, "1", "of what is left"),
        key("slice[].queues", "integer 1..4096", 1, 4'096, "64", "a power of two"),
        key("slice[].min_packet", "size", 60, 16'000, "60B", "the smallest"),
        key("slice[].buffer", "size", 1, no_limit, "4MB", "of each port, where control is off"),
        key("node[].name", "text", 0, 0, "required", "by which lines name it"),
        key("node[].host", "true or false", 0, 0, "false", "else a router"),
        key("line[].between", "list of two names", 0, 0, "required", "its two ends", 2),
        key("line[].rate", "rate", 1'000'000, no_limit, "100G", "of both directions"),
        key("line[].distance", "distance", 0, hour, "100m", "one way"),
        key("line[].shape", "rate", 1, no_limit, "none", "what goes to the second end at most"),
        key("line[].loss", "share", 0, 0, "0%", "of packets, both directions"),
        key("line[].messages_lost", "share", 0, 0, "0%", "of messages, both directions"),
        key("route[].at", "text", 0, 0, "required", "a router"),
        key("route[].to", "text", 0, 0, "required", "a host"),
        key("route[].by", "text", 0, 0, "required", "a neighbour, not the shortest way"),
        key("traffic[].name", "text", 0, 0, "required", "in the results"),
        key("traffic[].from", "text", 0, 0, "required", "a host"),
        key("traffic[].to", "text", 0, 0, "required", "a host"),
        key("traffic[].slice", "text", 0, 0, "required", "a slice"),
        key("traffic[].transport", "word", 0, 0, "flood", "what carries it"),
        key("traffic[].flows", "integer 1..10000", 1, 10'000, "1", "so many"),
        key("traffic[].rate", "rate", 1, no_limit, "100G", "of all flows, if without feedback"),
        key("traffic[].packet", "size", 60, 16'000, "4174B", "without preamble, gap and FCS"),
        key("traffic[].message", "size", 1, no_limit, "without end", "each flow posts"),
        key("traffic[].period", "time", 1, hour, "once", "between posts"),
        key("traffic[].dcqcn", "true or false", 0, 0, "false", "of go-back-n and selective"),
        key("traffic[].start", "time", 0, hour, "1ms", "of the first packet"),
        key("traffic[].stop", "time", 1, hour, "never", "of the last packet or post"),
        key("event[].at", "time", 0, hour, "required", "when"),
        key("event[].what", "word", 0, 0, "shape", "shape, stop or open"),
        key("event[].way", "list of two names", 0, 0, "required", "a line, from its router on", 2),
        key("event[].rate", "rate", 1, no_limit, "none", "of shape"),
        key("event[].slice", "text", 0, 0, "none", "of stop and open")};
    return all;
}

struct Groups {
    KeyGroup top;
    std::array<KeyGroup, 6> lists{KeyGroup{"slice[]", {}},   KeyGroup{"node[]", {}},
                                  KeyGroup{"line[]", {}},    KeyGroup{"route[]", {}},
                                  KeyGroup{"traffic[]", {}}, KeyGroup{"event[]", {}}};
    Groups() {
        for (KeyGroup& list : lists)
            top.members.push_back(
                {list.path.substr(0, list.path.size() - 2), nullptr, &list, true});
        for (const Key& one : keys()) {
            KeyGroup* group = &top;
            for (KeyGroup& list : lists)
                if (one.path.starts_with(list.path)) group = &list;
            group->members.push_back({one.name(), &one, nullptr, false});
        }
    }
};

// What has a name, and where it stands.
template <class List, class NameOf>
std::optional<std::size_t> index_of(const Section& in, std::string_view key_name,
                                    const std::string& name, const List& list, NameOf name_of) {
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (name_of(list[i]) == name) return i;
        known.push_back(name_of(list[i]));
    }
    in.error(key_name, in_quotes(name) + " is nowhere in the file" + did_you_mean(name, known));
    return {};
}

class Reader {
public:
    Reader(const toml::table& tree, Report& report) : top_{tree, KeyPath{}, groups_.top, report} {}

    Scenario read() {
        top_.read("seed", it_.seed);
        top_.read("duration", it_.duration);
        if (top_.read("watchdog", it_.watchdog.detect)) it_.watchdog.restore = it_.watchdog.detect;
        for (const Section& section : top_.tables("slice")) read_slice(section);
        for (const Section& section : top_.tables("node")) {
            NodeSetup& node = it_.nodes.emplace_back();
            section.read_name(node.name);
            section.read("host", node.host);
        }
        for (const Section& section : top_.tables("line")) read_line(section);
        for (const Section& section : top_.tables("route")) read_route(section);
        for (const Section& section : top_.tables("traffic")) read_traffic(section);
        for (const Section& section : top_.tables("event")) read_event(section);
        return std::move(it_);
    }

private:
    void read_slice(const Section& section) {
        SliceSetup& slice = it_.slices.emplace_back();
        section.read_name(slice_names_.emplace_back());
        std::uint32_t number = 0;
        if (section.read("number", number)) slice.number = SliceNumber{number};
        SimControl control = SimControl::off;
        section.read("control", control);
        slice.lossless = control != SimControl::off;
        slice.plain_pfc = control == SimControl::pfc;
        slice.control = control == SimControl::pause    ? HoldBack::pause
                        : control == SimControl::credit ? HoldBack::credit
                                                        : HoldBack::precise;
        slice.buckets = 64;
        if (section.read("queues", slice.buckets) && (slice.buckets & (slice.buckets - 1)) != 0)
            section.error("queues", "must be a power of two");
        section.read("priority", slice.priority);
        section.read("guarantee", slice.rates.guarantee);
        section.read("limit", slice.rates.limit);
        section.read("weight", slice.rates.weight);
        section.read("min_packet", slice.smallest);
        section.read("buffer", slice.lossy_buffer);
    }

    void read_line(const Section& section) {
        LineSetup line;
        section.read("rate", line.rate);
        section.read("distance", line.propagation);
        section.read("shape", line.to_b.shaped);
        line.to_a.data.loss = line.to_b.data.loss = share(section, "loss");
        line.to_a.messages.loss = line.to_b.messages.loss = share(section, "messages_lost");
        if (const auto ends = two_nodes(section, "between")) {
            line.a = (*ends)[0];
            line.b = (*ends)[1];
            if (it_.nodes[line.a].host && it_.nodes[line.b].host)
                section.error("between", "joins two hosts; put a router between them");
        }
        it_.lines.push_back(line);
    }

    void read_route(const Section& section) {
        const auto way = line_from(section, "at", named(section, "at"), named(section, "by"));
        if (way && it_.nodes[way->first].host) section.error("at", "is a host; only routers route");
        RouteSetup route;
        route.to = host(section, "to");
        if (!way) return;
        std::tie(route.at, route.by) = *way;
        it_.routes.push_back(route);
    }

    void read_traffic(const Section& section) {
        TrafficSetup traffic;
        section.read_name(traffic.name);
        traffic.from = host(section, "from");
        traffic.to = host(section, "to");
        traffic.slice = slice(section);
        section.read("transport", traffic.transport);
        section.read("flows", traffic.flows);
        section.read("rate", traffic.rate);
        traffic.packet = Bytes{4'174};
        section.read("packet", traffic.packet);
        section.read("message", traffic.posts.message);
        section.read("period", traffic.posts.period);
        section.read("dcqcn", traffic.dcqcn);
        Nanos start{1'000'000}, stop = Nanos::max();
        section.read("start", start);
        section.read("stop", stop);
        traffic.start = Instant{start};
        traffic.stop = Instant{stop};
        it_.traffic.push_back(traffic);
    }

    void read_event(const Section& section) {
        Event event;
        Nanos at{0};
        section.read("at", at);
        event.at = Instant{at};
        section.read("what", event.what);
        section.read("rate", event.rate);
        if (event.what != Event::What::shape) event.slice = slice(section);
        const auto ends = two_nodes(section, "way");
        if (!ends) return;
        if (it_.nodes[(*ends)[0]].host) section.error("way", "begins at a host; only routers obey");
        for (std::size_t i = 0; i < it_.lines.size(); ++i)
            for (const bool to_b : {true, false}) {
                const LineSetup& line = it_.lines[i];
                if ((to_b ? line.a : line.b) != (*ends)[0] ||
                    (to_b ? line.b : line.a) != (*ends)[1])
                    continue;
                event.line = i;
                event.to_b = to_b;
                it_.events.push_back(event);
                return;
            }
        section.error("way", "is no line of this file");
    }

    double share(const Section& section, std::string_view name) const {
        const auto value = section.find(name);
        const std::string* text = value ? value->text() : nullptr;
        if (text == nullptr) return 0;
        const auto reading = parse_share(*text);
        if (const auto* wrong = std::get_if<Wrong>(&reading)) {
            section.error(name, in_quotes(*text) + " " + wrong->text);
            return 0;
        }
        return double(std::get<Share>(reading).millionths) / 1e6;
    }
    std::optional<std::size_t> named(const Section& section, std::string_view name) const {
        std::string wanted;
        return section.read(name, wanted) ? node(section, name, wanted) : std::nullopt;
    }
    // Both, if a line joins them.
    std::optional<std::pair<std::size_t, std::size_t>> line_from(
        const Section& section, std::string_view key_name, std::optional<std::size_t> a,
        std::optional<std::size_t> b) const {
        if (!a || !b) return {};
        for (const LineSetup& line : it_.lines)
            if ((line.a == *a && line.b == *b) || (line.a == *b && line.b == *a))
                return std::pair{*a, *b};
        section.error(key_name, "has no line to " + in_quotes(it_.nodes[*b].name));
        return {};
    }
    std::optional<std::array<std::size_t, 2>> two_nodes(const Section& section,
                                                        std::string_view name) const {
        std::vector<std::string> names;
        if (!section.read(name, names)) return {};
        if (names.size() != 2) {
            section.error(name, "needs two names");
            return {};
        }
        const auto a = node(section, name, names[0]);
        const auto b = node(section, name, names[1]);
        if (!a || !b) return {};
        return std::array<std::size_t, 2>{*a, *b};
    }
    std::optional<std::size_t> node(const Section& section, std::string_view name,
                                    const std::string& wanted) const {
        return index_of(section, name, wanted, it_.nodes,
                        [](const NodeSetup& one) { return std::string_view{one.name}; });
    }
    std::size_t host(const Section& section, std::string_view name) const {
        std::string wanted;
        if (!section.read(name, wanted)) return 0;
        const auto found = node(section, name, wanted);
        if (found && !it_.nodes[*found].host)
            section.error(name, in_quotes(wanted) + " is a router; traffic is between hosts");
        return found.value_or(0);
    }
    std::size_t slice(const Section& section) const {
        std::string wanted;
        if (!section.read("slice", wanted)) return 0;
        return index_of(section, "slice", wanted, slice_names_,
                        [](const std::string& one) { return std::string_view{one}; })
            .value_or(0);
    }

    Groups groups_;
    Section top_;
    Scenario it_;
    std::vector<std::string> slice_names_;
};

}  // namespace

std::variant<Scenario, ConfigErrors> scenario_of(const toml::table& tree, const std::string& file) {
    Report report{tree, file};
    Scenario scenario = Reader{tree, report}.read();
    if (report.any()) return report.take();
    scenario.name = file;
    return scenario;
}

std::variant<Scenario, ConfigErrors> parse_scenario(std::string_view text,
                                                    const std::string& file) {
    try {
        return scenario_of(toml::parse(text), file);
    } catch (const toml::parse_error& error) {
        const auto begin = error.source().begin;
        return ConfigErrors{{file, std::max(begin.line, 1U), std::max(begin.column, 1U), "",
                             fmt::format("not TOML: {}", error.description())}};
    }
}

std::variant<Scenario, ConfigErrors> load_scenario(const std::string& path) {
    std::ifstream file{path};
    std::stringstream text;
    if (!file || !(text << file.rdbuf())) return ConfigErrors{{path, 0, 0, "", "can not be read"}};
    return parse_scenario(text.str(), path);
}

}  // namespace sim
}  // namespace weir

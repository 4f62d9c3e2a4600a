#include "tools/wan/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "dataplane/base/error.hpp"
#include "dataplane/config/quantity.hpp"

namespace weir::wan {
namespace {

struct Texts {  // what needs more reading than CLI11 does
    std::string delay = "0us", rate, queue = "10ms", late = "100us", duration, way = "both";
    std::string loss = "0%", messages_lost = "0%", duplicate = "0%", reorder = "0%";
    std::vector<std::string> bursts, cuts;
};

[[noreturn]] void refuse(const std::string& sentence) { throw Error{ExitCode::usage, sentence}; }

template <class T>
T must(Reading<T> reading, std::string_view option, std::string_view text) {
    if (const auto* wrong = std::get_if<Wrong>(&reading))
        refuse(fmt::format("{} {}: {}", option, text, wrong->text));
    return std::get<T>(reading);
}
double share(std::string_view option, const std::string& text) {
    return static_cast<double>(must(parse_share(text), option, text).millionths) / 1e6;
}

// FROM+FOR[:data|:messages], times since the start.
Cut parse_cut(const std::string& text) {
    const auto plus = text.find('+'), colon = std::min(text.find(':'), text.size());
    if (plus == std::string::npos || plus > colon)
        refuse(fmt::format("--cut {}: wants FROM+FOR, for example 1s+200ms:messages", text));
    const std::string from = text.substr(0, plus), lasts = text.substr(plus + 1, colon - plus - 1);
    const std::string what = colon == text.size() ? "" : text.substr(colon + 1);
    if (!what.empty() && what != "data" && what != "messages")
        refuse(fmt::format("--cut {}: {} is neither data nor messages", text, what));
    const Instant begin{must(parse_time(from), "--cut", from)};
    return {begin, begin + must(parse_time(lasts), "--cut", lasts), what != "messages",
            what != "data"};
}

void add_options(CLI::App& app, Options& o, Texts& t) {
    app.add_option("a", o.devices[0], "device of the line's end a, as of a weir port")->required();
    app.add_option("b", o.devices[1], "of its end b")->required();
    app.add_option("--delay", t.delay, "of light, one way: a time, or a distance (100km)")
        ->capture_default_str();
    app.add_option("--rate", t.rate, "of the line, Ethernet's 24 bytes counted [unlimited]");
    app.add_option("--queue", t.queue, "most that waits for the rate; what comes then is lost")
        ->capture_default_str();
    app.add_option("--loss", t.loss, "share of packets, each on its own")->capture_default_str();
    app.add_option("--burst-loss", t.bursts,
                   "shares ENTER,LEAVE: a packet begins a burst of losses, ends it")
        ->delimiter(',')
        ->expected(2);
    app.add_option("--messages-lost", t.messages_lost, "share of weir's messages, besides --loss")
        ->capture_default_str();
    app.add_option("--duplicate", t.duplicate, "share that comes twice")->capture_default_str();
    app.add_option("--reorder", t.reorder, "share that comes late")->capture_default_str();
    app.add_option("--late", t.late, "most that duplicates and late packets are late")
        ->capture_default_str();
    app.add_option("--cut", t.cuts, "FROM+FOR[:data|:messages] since the start; more than one may");
    app.add_option("--way", t.way, "of all harm above: both, to-a or to-b")
        ->check(CLI::IsMember({"both", "to-a", "to-b"}))
        ->capture_default_str();
    app.add_option("--seed", o.ways[0].seed, "of what is random")->capture_default_str();
    app.add_option("--duration", t.duration, "e.g. 10s [until a signal]");
    app.add_option("--buffers", o.buffers, "packets that the line can hold, both ways together")
        ->check(CLI::Range(1024, 1 << 24))
        ->capture_default_str();
    app.add_option("--mtu", o.mtu, "of both devices")
        ->check(CLI::Range(68, 65'000))
        ->capture_default_str();
    app.add_flag("--hugepages", o.hugepages, "packet buffers in 2 MB pages");
    app.add_option("--core", o.core, "pin to this one");
    app.add_flag("--json", o.json, "print the result as one JSON object");
}

void read_texts(Options& o, const Texts& t) {
    LineSetup line;
    line.delay = must(parse_distance(t.delay), "--delay", t.delay);
    if (!t.rate.empty()) line.rate = must(parse_rate(t.rate), "--rate", t.rate);
    line.queue = must(parse_time(t.queue), "--queue", t.queue);
    line.seed = o.ways[0].seed;
    sim::Impairment harm;
    harm.loss = share("--loss", t.loss);
    harm.duplicate = share("--duplicate", t.duplicate);
    harm.reorder = share("--reorder", t.reorder);
    harm.late = must(parse_time(t.late), "--late", t.late);
    if (!t.bursts.empty())
        harm.burst = {share("--burst-loss", t.bursts[0]), share("--burst-loss", t.bursts[1])};
    LineSetup harmed = line;
    harmed.harm = {harm, harm};
    // Of those that --loss leaves.
    harmed.harm[1].loss = 1 - (1 - harm.loss) * (1 - share("--messages-lost", t.messages_lost));
    for (const std::string& text : t.cuts) harmed.cuts.push_back(parse_cut(text));
    std::ranges::sort(harmed.cuts, {}, &Cut::from);
    o.ways[0] = t.way == "to-a" ? line : harmed;
    o.ways[1] = t.way == "to-b" ? line : harmed;
    o.ways[1].seed = line.seed + 1;
    if (!t.duration.empty()) o.duration = must(parse_time(t.duration), "--duration", t.duration);
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, std::ostream& out) {
    CLI::App app{"Two ports joined by delay, rate, loss and cuts: a WAN where there is none",
                 "weir-wan"};
    app.set_version_flag("--version", "weir-wan " WEIR_VERSION);
    Options options;
    Texts texts;
    add_options(app, options, texts);
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& success) {
        app.exit(success, out, out);
        return {};
    } catch (const CLI::ParseError& error) {
        refuse(error.what());
    }
    if (options.devices[0] == options.devices[1])
        refuse(fmt::format("{} is given twice; a line has two ends", options.devices[0]));
    read_texts(options, texts);
    return options;
}

}  // namespace weir::wan

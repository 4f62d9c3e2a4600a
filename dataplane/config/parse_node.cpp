#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <charconv>

#include "dataplane/config/quantity.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

void classify(const Section& section, std::vector<SliceSource>& out) {
    std::vector<SliceSource> order;
    if (!section.has("classify") || !section.read("classify", order)) return;
    for (std::size_t i = 1; i < order.size(); ++i)
        if (const auto end = order.begin() + static_cast<std::ptrdiff_t>(i);
            std::find(order.begin(), end, order[i]) != end)
            section.report().error(
                section.at("classify")[i],
                fmt::format("{} stands there twice, and only its first place counts; leave one out",
                            word_of(order[i])));
    out = order;
}

void slice_bits(const Section& section, std::optional<SliceBits>& out) {
    const auto table = section.table("slice_bits");
    if (!table) return;
    SliceBits bits;
    const bool field = table->read("in", bits.field), first = table->read("first", bits.first);
    if (!table->read("count", bits.count) || !first || !field) return;
    const unsigned width = width_of(bits.field), end = bits.first + unsigned{bits.count};
    if (end > width)
        return table->error(
            "count", fmt::format("{} bits from bit {} end at bit {}, and the {} has bits 0 to {}; "
                                 "lower first or count",
                                 bits.count, bits.first, end - 1, word_of(bits.field), width - 1));
    out = bits;
}

void node(Parsing& p) {
    const auto section = p.file.table("node");
    if (!section) {
        if (!p.file.has("node"))
            p.file.error("node",
                         "is missing: [node] with name, locator and source says who this "
                         "node is");
        return;
    }
    NodeConfig& node = p.config.node;
    section->read("name", node.name);
    section->read("locator", node.locator);
    if (section->read("source", node.source) && node.source.link_local())
        section->error("source", fmt::format("{} is link-local: other nodes can not answer it",
                                             to_string(node.source)));
    section->read("source_entropy", node.source_entropy);
    section->read("domain", node.domain);
    section->read("hop_limit", node.hop_limit);
    classify(*section, node.classify);
    section->read("nrp", node.nrp);
    slice_bits(*section, node.slice_bits);
    const unsigned __int128 entropy =
        (static_cast<unsigned __int128>(1) << node.source_entropy) - 1;
    if ((node.source.bits() & entropy) != 0)
        section->error("source_entropy",
                       fmt::format("the low {} bits of source {} are not 0, but carry the entropy; "
                                   "clear them",
                                   node.source_entropy, to_string(node.source)));
}

// Every core this process may use but the first, which is left to control and the kernel.
std::vector<unsigned> usable_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    std::vector<unsigned> cores;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        for (unsigned core = 0; core < CPU_SETSIZE; ++core)
            if (CPU_ISSET(core, &set)) cores.push_back(core);
    if (cores.empty()) cores.push_back(0);  // a machine with more cores than cpu_set_t has
    if (cores.size() > 1) cores.erase(cores.begin());
    return cores;
}

void idle(const Section& section, WorkersConfig& workers) {
    std::string text;
    if (!section.read("idle", text)) return;
    if (text == "poll" || text == "pause") {
        workers.idle = text == "poll" ? Idle::poll : Idle::pause;
        return;
    }
    if (text == "sleep" || text.starts_with("sleep ")) {
        const auto read =
            parse_time(std::string_view{text}.substr(std::min<std::size_t>(text.size(), 6)));
        const Nanos* time = std::get_if<Nanos>(&read);
        if (time == nullptr || *time < Nanos{1000} || *time > Nanos{10'000'000})
            return section.error("idle", fmt::format("{} does not say how long; write \"sleep "
                                                     "50us\", 1us to 10ms",
                                                     in_quotes(text)));
        workers.idle = Idle::sleep;
        workers.idle_sleep = *time;
        return;
    }
    const std::string_view known[] = {"poll", "pause", "sleep 50us"};
    section.error("idle", fmt::format("is {}, not one of poll | pause | sleep TIME{}",
                                      in_quotes(text), did_you_mean(text, known)));
}

void workers(Parsing& p) {
    WorkersConfig& workers = p.config.workers;
    if (const auto section = p.file.table("workers")) {
        section->read("cores", workers.cores);
        if (section->has("cores") && p.report.clean(section->at("cores"))) {
            if (workers.cores.empty())
                section->error("cores",
                               "is empty: without a worker nothing is forwarded; leave "
                               "the key out for all cores but the first");
            auto sorted = workers.cores;
            std::ranges::sort(sorted);
            const auto twice = std::ranges::adjacent_find(sorted);
            if (twice != sorted.end())
                section->error("cores", fmt::format("core {} is named twice: a worker needs a core "
                                                    "of its own",
                                                    *twice));
        }
        idle(*section, workers);
    }
    if (workers.cores.empty()) workers.cores = usable_cores();
}

void memory(Parsing& p) {
    const auto section = p.file.table("memory");
    if (!section) return;
    section->read("hugepages", p.config.memory.hugepages);
    section->read("reserve", p.config.memory.reserve);
    section->read("packet_buffers", p.config.memory.packet_buffers);
}

void mode(const Section& section, std::uint32_t& out) {
    const auto value = section.find("mode");
    if (!value) return;
    const auto* written = value->node.as_string();
    if (written == nullptr) {
        value->wrong("needs quotes and is read in octal; write it like \"0660\"");
        return;
    }
    const std::string& text = written->get();
    std::uint32_t bits = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits, 8);
    if (error != std::errc{} || end != text.data() + text.size() || bits > 0777)
        return section.error("mode", fmt::format("{} is not a mode; write it in octal, like "
                                                 "\"0660\"",
                                                 in_quotes(text)));
    out = bits;
}

// "127.0.0.1:9476", "[::1]:9476", "localhost:9476"
bool host_and_port(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || text.size() > 261) return false;
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc{} || end != digits.data() + digits.size() || port < 1 || port > 65535)
        return false;
    if (host.starts_with('[') && host.ends_with(']'))
        return parse_ipv6(host.substr(1, host.size() - 2)).has_value();
    const bool dotted =
        std::ranges::all_of(host, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
    if (dotted) return parse_ipv4(host).has_value();
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '.';
    });
}

void api(Parsing& p) {
    const auto section = p.file.table("api");
    if (!section) return;
    ApiConfig& api = p.config.api;
    constexpr std::size_t longest_socket = 107;  // sun_path of unix(7), without its end
    if (section->read("socket", api.socket) &&
        (!api.socket.starts_with('/') || api.socket.size() > longest_socket ||
         api.socket.find('\0') != std::string::npos))
        section->error("socket", fmt::format("{} can not be a socket: write an absolute path of at "
                                             "most {} bytes",
                                             in_quotes(api.socket), longest_socket));
    mode(*section, api.mode);
    if (section->read("metrics", api.metrics) && api.metrics != "off" &&
        !host_and_port(api.metrics))
        section->error("metrics", fmt::format("{} is not HOST:PORT; write it like "
                                              "\"127.0.0.1:9476\" or \"[::1]:9476\", or \"off\"",
                                              in_quotes(api.metrics)));
}

}  // namespace

void parse_node(Parsing& p) {
    node(p);
    workers(p);
    memory(p);
    api(p);
}

}  // namespace weir

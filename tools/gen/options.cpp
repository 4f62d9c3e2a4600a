#include "tools/gen/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "dataplane/base/error.hpp"
#include "dataplane/config/quantity.hpp"
#include "tools/gen/packet_builder.hpp"

namespace weir {
namespace {

struct Texts {  // what needs more reading than CLI11 does
    std::string source, destination, source_mac, destination_mac, gateway, outer_source;
    std::string rate, line, duration, catch_up = "100ms", linger = "500ms", wait_link = "10s",
                                      every, bins;
    std::vector<std::string> segments, spread, addresses, take;
    bool reduced = false, no_checksum = false, no_answer = false;
    std::uint32_t label = 1, traffic_class = 0, hop_limit = 64;
};

[[noreturn]] void refuse(const std::string& sentence) { throw Error{ExitCode::usage, sentence}; }

template <class Value>
Value must(std::optional<Value> value, std::string_view option, std::string_view text,
           std::string_view what) {
    if (!value) refuse(fmt::format("{} {}: not {}", option, text, what));
    return *std::move(value);
}

Nanos duration(std::string_view option, const std::string& text) {
    const auto time = parse_time(text);
    if (const auto* wrong = std::get_if<Wrong>(&time))
        refuse(fmt::format("{} {}: {}", option, text, wrong->text));
    return std::get<Nanos>(time);
}

using Address = std::variant<Ipv4Addr, Ipv6Addr>;
std::optional<Address> parse_address(std::string_view text) {
    if (const auto v4 = parse_ipv4(text)) return *v4;
    if (const auto v6 = parse_ipv6(text)) return *v6;
    return {};
}

void add_traffic_options(CLI::App& app, Options& o, Texts& t) {
    auto* const group = app.add_option_group("Packets");
    group->add_option("--src", t.source, "source IP address [198.18.0.1]");
    group->add_option("--dst", t.destination, "destination IP address [198.19.0.1]");
    group->add_option("--src-mac", t.source_mac, "source MAC [the device's]");
    group->add_option("--dst-mac", t.destination_mac, "destination MAC");
    group->add_option("--gateway", t.gateway, "next hop; its MAC is asked for by ARP or ND");
    group->add_option("--sport", o.traffic.source_port, "UDP source port")->capture_default_str();
    group->add_option("--dport", o.traffic.destination_port, "UDP destination port")
        ->capture_default_str();
    group->add_option("--traffic-class", t.traffic_class, "TOS or traffic class")
        ->check(CLI::Range(0, 255))
        ->capture_default_str();
    group->add_option("--hop-limit", t.hop_limit, "TTL or hop limit")
        ->check(CLI::Range(0, 255))
        ->capture_default_str();
    group->add_option("--label", t.label, "flow label of the outermost IPv6 header")
        ->capture_default_str();
    group->add_option("--segments", t.segments, "SRv6 segment list, first to visit first")
        ->delimiter(',');
    group->add_flag("--reduced", t.reduced, "H.Encaps.Red: the first segment is not in the SRH");
    group->add_option("--outer-src", t.outer_source, "source of the outer IPv6 header");
    group->add_flag("--no-checksum", t.no_checksum, "UDP checksum 0 (IPv4 only)");
    group->add_option("--size", o.size,
                      "frame bytes without FCS: 64 | 64:7,590:4,1514:1 | imix [the least]");
    group->add_option("--flows", o.traffic.flows, "number of flows, 1..65536")
        ->capture_default_str();
    group->add_option("--spread", t.spread, "what tells flows apart: port,source,destination,label")
        ->delimiter(',')
        ->check(CLI::IsMember({"port", "source", "destination", "label"}));
    group->add_option("--stream", o.traffic.stream, "number that ties sender and sink together")
        ->capture_default_str();
    group
        ->add_option("--random-percent", o.random_percent,
                     "share of random or mutilated packets, sent besides the counted")
        ->check(CLI::Range(0.0, 100.0));
    group->add_option("--seed", o.seed, "of the random packets")->capture_default_str();
}

void add_sending_options(CLI::App& app, Options& o, Texts& t) {
    auto* const group = app.add_option_group("Sending");
    group->add_option("--rate", t.rate, "1.5Mpps | 10G (bit/s) [as fast as it goes]");
    group
        ->add_option("--overhead", o.overhead,
                     "bytes per frame a rate in bits counts besides; Ethernet's line: 24")
        ->check(CLI::Range(0, 1000));
    group->add_option("--catch-up", t.catch_up, "how much lag is made up for, the rest is forgone")
        ->capture_default_str();
    group->add_option("--peak", o.peak, "how much faster than the rate that may go")
        ->check(CLI::Range(1.0, 1000.0))
        ->capture_default_str();
    group->add_option("--duration", t.duration, "e.g. 10s [until count or signal]");
    group->add_option("--count", o.count, "counted packets to send, or to wait for");
    group->add_option("--burst", o.burst, "packets handed to the device at once")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    group
        ->add_option("--pfc", o.pfc, "priority of all that is sent: waits where 802.1Qbb pauses it")
        ->check(CLI::Range(0, 7));
    group->add_option("--line", t.line, "bit/s that a pause counts in, with --pfc [the device's]");
    group->add_flag("--fast", o.fast, "count packets only: no sequence, no latency");
}

void add_sink_options(CLI::App& app, Options& o, Texts& t) {
    auto* const group = app.add_option_group("Receiving");
    group->add_option("--address", t.addresses, "own address[/length] on the rx device");
    group->add_flag("--no-answer", t.no_answer, "do not answer ARP and ND");
    group->add_option("--take", t.take,
                      "prefix that AF_XDP and AF_PACKET devices take, besides --dst");
    group->add_option("--window", o.window, "sequence numbers remembered per flow")
        ->check(CLI::Range(64, 1 << 24))
        ->capture_default_str();
    group->add_flag("--from-start", o.from_start, "sink alone: flows begin at 0, not where seen");
    group->add_flag("--verify", o.verify, "verify IPv4 and UDP checksums");
    group->add_option("--linger", t.linger, "wait for stragglers after the last packet sent")
        ->capture_default_str();
    group->add_flag("--expect-lossless", o.expect_lossless, "exit 1 if anything was lost");
}

void add_process_options(CLI::App& app, Options& o, Texts& t) {
    auto* const group = app.add_option_group("Running");
    group->add_option("--threads", o.threads, "2: send and receive in a thread each")
        ->check(CLI::Range(1, 2))
        ->capture_default_str();
    group->add_option("--cores", o.cores, "pin to these, one per thread")->delimiter(',');
    group->add_flag("--hugepages", o.hugepages, "packet buffers in 2 MB pages");
    group->add_option("--buffers", o.buffers, "packet buffers")
        ->check(CLI::Range(1024, 1 << 24))
        ->capture_default_str();
    group->add_option("--descriptors", o.descriptors, "ring size asked of the devices")
        ->check(CLI::Range(32, 32768))
        ->capture_default_str();
    group->add_option("--mtu", o.mtu, "of the devices [what --size needs, at least 1500]")
        ->check(CLI::Range(68, 65'000));
    group->add_option("--wait-link", t.wait_link, "for the devices to come up")
        ->capture_default_str();
    group->add_flag("--json", o.json, "print the result as one JSON object");
    group->add_flag("--per-flow", o.per_flow, "every flow in the result, not only the troubled");
    group->add_option("--report-every", t.every, "a line to stderr every so often, e.g. 1s");
    group->add_option("--bins", t.bins,
                      "what arrived in each piece of time, e.g. 1ms, with --json");
}

void read_addresses(Options& o, const Texts& t) {
    auto source = must(parse_address(t.source.empty() ? "198.18.0.1" : t.source), "--src", t.source,
                       "an IP address");
    auto destination = must(parse_address(t.destination.empty() ? "198.19.0.1" : t.destination),
                            "--dst", t.destination, "an IP address");
    if (source.index() != destination.index())
        refuse("--src and --dst are of different IP versions; give both");
    if (const auto* v4 = std::get_if<Ipv4Addr>(&source))
        o.traffic.addresses = AddressPair<Ipv4Addr>{*v4, std::get<Ipv4Addr>(destination)};
    else
        o.traffic.addresses =
            AddressPair<Ipv6Addr>{std::get<Ipv6Addr>(source), std::get<Ipv6Addr>(destination)};
    const auto mac = [](std::string_view option, const std::string& text) {
        std::optional<MacAddr> value;
        if (!text.empty()) value = must(parse_mac(text), option, text, "a MAC address");
        return value;
    };
    o.source_mac = mac("--src-mac", t.source_mac);
    o.destination_mac = mac("--dst-mac", t.destination_mac);
    if (!t.gateway.empty())
        o.gateway = must(parse_address(t.gateway), "--gateway", t.gateway, "an IP address");
}

void read_path(Options& o, const Texts& t) {
    for (const std::string& text : t.segments)
        o.traffic.path.segments.push_back(
            must(parse_ipv6(text), "--segments", text, "an IPv6 address"));
    if (t.segments.size() > max_segments)
        refuse(fmt::format("--segments: {} given, {} fit", t.segments.size(), max_segments));
    o.traffic.path.mode = t.reduced ? EncapMode::reduced : EncapMode::full;
    const auto* v6 = std::get_if<AddressPair<Ipv6Addr>>(&o.traffic.addresses);
    if (!t.outer_source.empty())
        o.traffic.path.source =
            must(parse_ipv6(t.outer_source), "--outer-src", t.outer_source, "an IPv6 address");
    else if (v6 != nullptr)
        o.traffic.path.source = v6->source;
    else if (!t.segments.empty())
        refuse("--segments with IPv4 inside needs --outer-src, the source of the outer header");
}

void read_flows(Options& o, const Texts& t) {
    o.traffic.checksum = !t.no_checksum;
    if (t.label > 0xfffff) refuse("--label: a flow label has 20 bits");
    o.traffic.label = FlowLabel{t.label};
    o.traffic.traffic_class = static_cast<std::uint8_t>(t.traffic_class);
    o.traffic.hop_limit = static_cast<std::uint8_t>(t.hop_limit);
    if (t.spread.empty()) return;
    const auto asked = [&](std::string_view field) {
        return std::find(t.spread.begin(), t.spread.end(), field) != t.spread.end();
    };
    o.traffic.spread = {asked("port"), asked("source"), asked("destination"), asked("label")};
    if (o.traffic.spread.label && t.segments.empty() &&
        std::holds_alternative<AddressPair<Ipv4Addr>>(o.traffic.addresses))
        refuse("--spread label: these packets have no IPv6 header; use port or addresses");
}

void read_prefixes(const std::vector<std::string>& texts, std::string_view option,
                   std::vector<Ipv4Prefix>& v4, std::vector<Ipv6Prefix>& v6, bool subnets) {
    for (const std::string& text : texts) {
        if (const auto prefix4 = parse_ipv4_prefix(text)) {
            v4.push_back(*prefix4);
        } else if (const auto prefix6 = parse_ipv6_prefix(text)) {
            v6.push_back(*prefix6);
        } else {
            const auto address =
                must(parse_address(text), option, text, "an IP address or a prefix");
            if (const auto* a4 = std::get_if<Ipv4Addr>(&address))
                v4.push_back({*a4, static_cast<std::uint8_t>(subnets ? 24 : 32)});
            else
                v6.push_back(
                    {std::get<Ipv6Addr>(address), static_cast<std::uint8_t>(subnets ? 64 : 128)});
        }
    }
}

void read_texts(Options& o, const Texts& t) {
    if (!o.sends() && !o.receives())
        refuse("nothing to do: give --tx DEVICE to send, --rx DEVICE to receive, or both");
    read_addresses(o, t);
    read_path(o, t);
    read_flows(o, t);
    read_prefixes(t.addresses, "--address", o.address4, o.address6, true);
    read_prefixes(t.take, "--take", o.take4, o.take6, false);
    if (!t.rate.empty()) o.rate = parse_send_rate(t.rate);
    o.catch_up = duration("--catch-up", t.catch_up);
    o.linger = duration("--linger", t.linger);
    o.wait_link = duration("--wait-link", t.wait_link);
    if (!t.duration.empty()) o.duration = duration("--duration", t.duration);
    if (!t.bins.empty()) o.bins = duration("--bins", t.bins);
    if (o.bins > Nanos{0} && !(o.json && o.receives()))
        refuse("--bins is what a sink prints as JSON; give --rx DEVICE and --json");
    if (!t.every.empty()) o.report_every = duration("--report-every", t.every);
    o.answer = !t.no_answer;
    if (!t.line.empty()) {
        const SendRate line = parse_send_rate(t.line);
        if (line.unit != SendRate::Unit::bits) refuse("--line is a rate in bit/s, like 10G");
        o.line = BitsPerSecond{line.per_second};
    }
    if (o.pfc && !o.sends()) refuse("--pfc is what a sender obeys; give --tx DEVICE");
    if (o.pfc && t.no_answer)
        refuse("--pfc has to hear pauses, which --no-answer turns off; leave one of them out");
    if (o.line && !o.pfc) refuse("--line is for pauses that --pfc obeys; give both");
    if (o.sends() && !o.destination_mac && !o.gateway)
        refuse("whom to send to? give --dst-mac MAC, or --gateway ADDRESS to ask for its MAC");
    if (o.gateway && t.no_answer)
        refuse("--gateway needs the answers that --no-answer turns off; give --dst-mac instead");
    if (o.threads == 2 && !(o.sends() && o.receives()))
        refuse("--threads 2 is for sending and receiving; one of them needs one thread");
    if (!o.cores.empty() && o.cores.size() != o.threads)
        refuse(fmt::format("--cores: {} given for {} thread(s)", o.cores.size(), o.threads));
    const std::size_t least = PacketBuilder::least_size(o.traffic);
    if (o.size.empty()) o.size = std::to_string(std::max<std::size_t>(64, least));
    const SizeMix check{o.size, least};  // throws with its own sentence
    const std::vector<std::uint16_t> sizes(check.sizes().begin(), check.sizes().end());
    try {
        const PacketBuilder builder{o.traffic, sizes};
    } catch (const std::invalid_argument& why) {
        refuse(why.what());
    }
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv, std::ostream& out) {
    Options options;
    Texts texts;
    options.size.clear();
    CLI::App app{
        "weir-gen: sequence-numbered UDP over IPv4, IPv6 and SRv6, and the loss, reordering, "
        "duplication and latency that it met.",
        "weir-gen"};
    app.set_version_flag("--version", "weir-gen " WEIR_VERSION " (" WEIR_MARCH ")");
    app.add_option("--tx", options.tx, "device to send on, as in a weir configuration");
    app.add_option("--rx", options.rx, "device to receive on; may be the same");
    add_traffic_options(app, options, texts);
    add_sending_options(app, options, texts);
    add_sink_options(app, options, texts);
    add_process_options(app, options, texts);
    app.footer(
        "Exit codes: 0 done, 1 lost something with --expect-lossless, 2 usage, 4 device or "
        "permission.");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() != 0) refuse(std::string{error.what()} + "; see --help");
        app.exit(error, out, out);
        return {};
    }
    read_texts(options, texts);
    return options;
}

}  // namespace weir

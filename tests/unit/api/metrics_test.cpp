#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "dataplane/api/metrics_table.hpp"
#include "tests/unit/api/fake_node.hpp"

namespace weir {
namespace {

// What a scraper makes of the text: "name{a="b"}" -> number as written.
std::map<std::string, std::string> samples_of(const std::string& text) {
    std::map<std::string, std::string> all;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        const auto blank = line.rfind(' ');
        EXPECT_TRUE(all.emplace(line.substr(0, blank), line.substr(blank + 1)).second)
            << "twice: " << line;
    }
    return all;
}

// A histogram of JSON as Prometheus spells it.
void add_histogram(std::map<std::string, std::string>& all, const std::string& name,
                   const std::string& labels, const Json& value) {
    for (const Json& it : value.at("buckets"))
        all[fmt::format("{}_bucket{},le=\"{}\"}}", name, labels, it.at("at_most").get<double>())] =
            it.at("count").dump();
    all[fmt::format("{}_bucket{},le=\"+Inf\"}}", name, labels)] = value.at("count").dump();
    all[fmt::format("{}_count{}}}", name, labels)] = value.at("count").dump();
    all[fmt::format("{}_sum{}}}", name, labels)] = fmt::format("{}", value.at("sum").get<double>());
}

// The same from JSON.
std::map<std::string, std::string> samples_of(const Json& json) {
    std::map<std::string, std::string> all;
    for (const Json& metric : json)
        for (const Json& sample : metric.at("samples")) {
            std::string labels;
            for (const auto& [key, value] : sample.items())
                if (key != "value")
                    labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "{" : ",", key,
                                          value.get<std::string>());
            if (metric.at("type") == "histogram") {
                add_histogram(all, metric.at("name"), labels, sample.at("value"));
                continue;
            }
            all[metric.at("name").get<std::string>() + labels + (labels.empty() ? "" : "}")] =
                sample.at("value").is_number_float()  // 0.0 there, 0 in Prometheus' text
                    ? fmt::format("{}", sample.at("value").get<double>())
                    : sample.at("value").dump();
        }
    return all;
}

std::map<std::string, std::string> text_samples(FakeNode& node) {
    const StatusSource source = node.source();
    Reading reading{source};
    return samples_of(prometheus_text(reading));
}

// Something different in every place that is counted.
void fill(FakeNode& node) {
    std::uint64_t n = 1;
    for (auto& shard : node.shards) {
        for (PortCounters& port : shard->ports) {
            for (PacketCounter* way : {&port.received, &port.sent}) {
                way->packets.add(++n);
                way->bytes.add(++n * 100);
            }
            for (Counter& drop : port.drops) drop.add(++n);
        }
        for (std::uint32_t slot = 0; slot < 2; ++slot)
            shard->sids.counter(CounterId{slot}).add(++n);
        for (std::uint32_t slot = 0; slot < 3; ++slot)
            shard->paths.counter(CounterId{slot}).add(++n);
        for (Counter* counter :
             {&shard->originated, &shard->consumed, &shard->busy_cycles, &shard->total_cycles,
              &shard->loops, &shard->spread, &shard->adoption_cycles_max})
            counter->add(++n);
    }
    node.ports[PortId{1}].link_up = false;
    node.ports[PortId{0}].missed = {{"ring_full", 5}, {"no_buffer", 6}};
    const Ipv6Addr address{};
    for (const char* state : {"reachable", "reachable", "failed"})
        node.neighbors.push_back({PortId{0}, address, MacAddr{}, state, false, Nanos{0}, 0});
    node.audit.buffers.all = 1000;
    node.audit.buffers.in_use = 300;
}

TEST(Metrics, NamesFollowTheRulesOfPrometheus) {
    std::set<std::string_view> seen;
    for (const Metric& metric : all_metrics()) {
        EXPECT_TRUE(seen.insert(metric.name).second) << metric.name;
        EXPECT_TRUE(metric.name.starts_with("weir_")) << metric.name;
        EXPECT_EQ(metric.name.ends_with("_total"), metric.type == MetricType::counter)
            << metric.name;
        EXPECT_EQ(metric.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos);
        EXPECT_FALSE(metric.help.empty()) << metric.name;
        EXPECT_EQ(metric.help.find_first_of("|\n\\"), std::string::npos) << metric.name;
    }
}

TEST(Metrics, CountersAreTheSumOverThreads) {
    FakeNode node;
    const PortId wan{1};
    node.worker(0).ports[wan].received.add(100);
    node.worker(1).ports[wan].received.add(60);
    node.control().ports[wan].sent.add(42);
    node.worker(0).ports[wan].drops[static_cast<std::size_t>(Drop::no_route)].add(2);
    node.control().ports[wan].drops[static_cast<std::size_t>(Drop::no_route)].add(3);
    for (std::size_t i = 0; i < 2; ++i) {
        node.worker(i).sids.counter(node.snapshot->sids[SidId{1}].counter).add(200);
        node.worker(i).paths.counter(node.snapshot->paths[PathId{2}].counter).add(300);
    }
    node.worker(1).busy_cycles.add(77);
    node.worker(1).adoption_cycles_max.add(4'000'000);
    const auto seen = text_samples(node);
    EXPECT_EQ(seen.at(R"(weir_port_receive_packets_total{port="wan0"})"), "2");
    EXPECT_EQ(seen.at(R"(weir_port_receive_bytes_total{port="wan0"})"), "160");
    EXPECT_EQ(seen.at(R"(weir_port_receive_packets_total{port="lan0"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_port_transmit_bytes_total{port="wan0"})"), "42");
    EXPECT_EQ(seen.at(R"(weir_drops_total{port="wan0",slice="best-effort",reason="no_route"})"),
              "5");
    EXPECT_EQ(seen.at(R"(weir_sid_packets_total{sid="fc00:a::d4",behavior="End.DX4"})"), "2");
    EXPECT_EQ(seen.at(R"(weir_sid_bytes_total{sid="fc00:a::d4",behavior="End.DX4"})"), "400");
    EXPECT_EQ(seen.at(R"(weir_sid_bytes_total{sid="fc00:a::d46",behavior="End.DT46"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_policy_bytes_total{policy="to-office",path="0"})"), "600");
    EXPECT_EQ(seen.at(R"(weir_policy_bytes_total{policy="to-dc",path="1"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_worker_busy_cycles_total{worker="1"})"), "77");
    EXPECT_EQ(seen.at("weir_reload_adoption_seconds"), "0.002");
    EXPECT_EQ(seen.at("weir_snapshot_version"), "7");
    EXPECT_EQ(seen.at("weir_start_time_seconds"), "1700000000");
    EXPECT_EQ(seen.at(R"(weir_build_info{version="1.2.3"})"), "1");
}

TEST(Metrics, GaugesShowStates) {
    FakeNode node;
    fill(node);
    const auto seen = text_samples(node);
    EXPECT_EQ(seen.at(R"(weir_port_up{port="lan0"})"), "1");
    EXPECT_EQ(seen.at(R"(weir_port_up{port="wan0"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_port_receive_missed_packets_total{port="lan0",cause="no_buffer"})"),
              "6");
    EXPECT_EQ(seen.at(R"(weir_neighbors{state="reachable"})"), "2");
    EXPECT_EQ(seen.at(R"(weir_neighbors{state="failed"})"), "1");
    EXPECT_EQ(seen.at(R"(weir_neighbors{state="probing"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_neighbors{state="incomplete"})"), "0");
    EXPECT_EQ(seen.at(R"(weir_buffers{state="free"})"), "700");
    EXPECT_EQ(seen.at(R"(weir_buffers{state="in_use"})"), "300");
}

// Two packets were queued, and a third departed without.
TEST(Metrics, ResidenceIsOfWhatWasQueuedAndOfWhatWasNot) {
    FakeNode node;
    PortCounters& wan = node.worker(1).ports[PortId{1}];
    wan.residence = std::make_unique<ResidenceRows>(slice_rows);
    (*wan.residence)[0].record(Nanos{1'000});
    (*wan.residence)[0].record(Nanos{5'000'000});
    for (int i = 0; i < 3; ++i) wan.slices[0].departed.add(100);
    const auto seen = text_samples(node);
    const std::string of = R"({port="wan0",slice="best-effort")";
    EXPECT_EQ(seen.at("weir_residence_seconds_bucket" + of + R"(,le="1.023e-06"})"), "2");
    EXPECT_EQ(seen.at("weir_residence_seconds_bucket" + of + R"(,le="+Inf"})"), "3");
    EXPECT_EQ(seen.at("weir_residence_seconds_count" + of + "}"), "3");
    EXPECT_EQ(std::stod(seen.at("weir_residence_seconds_sum" + of + "}")), 5.001e-3);
    EXPECT_EQ(seen.at(R"(weir_residence_seconds_count{port="lan0",slice="best-effort"})"), "0");
}

// A counter beyond 2^53 would lose its low bits in a double.
TEST(Metrics, NumbersAreExact) {
    FakeNode node;
    node.worker(0).originated.add(9'223'372'036'854'775'811U);
    EXPECT_EQ(text_samples(node).at("weir_originated_packets_total"), "9223372036854775811");
}

TEST(Metrics, HeadroomIsOfEachSenderAndSlice) {
    FakeNode node{lossless_config()};
    const auto seen = text_samples(node);
    EXPECT_EQ(seen.at(R"(weir_headroom_bytes{peer="b",slice="gold"})"), "1456209");
    EXPECT_EQ(seen.at(R"(weir_headroom_bytes{peer="port lan0",slice="gold"})"), "2001085");
}

TEST(Metrics, PausesAreOfPrioritiesAndOfSlicesThatHostsStop) {
    FakeNode node{lossless_config()};
    PortCounters& at_lan = node.worker(1).ports[PortId{0}];
    at_lan.pfc_sent[3].add(7);
    at_lan.pfc_received[5].add(8);
    at_lan.pauses_ignored.add(9);
    const SliceId gold{static_cast<std::uint16_t>(node.snapshot->slices.size() - 1)};
    SliceCounters& slice = at_lan.slices[node.snapshot->slices[gold].slot];
    slice.paused_ns.add(1'500'000'000);
    slice.watchdog_detected.add(2);
    slice.watchdog_restored.add(1);
    const auto seen = text_samples(node);
    EXPECT_EQ(seen.at(R"(weir_pfc_sent_frames_total{port="lan0",priority="3"})"), "7");
    EXPECT_EQ(seen.at(R"(weir_pfc_received_frames_total{port="lan0",priority="5"})"), "8");
    EXPECT_EQ(seen.at(R"(weir_pause_ignored_frames_total{port="lan0"})"), "9");
    EXPECT_EQ(
        seen.at(R"(weir_slice_paused_seconds_total{port="lan0",slice="gold",peer="port lan0"})"),
        "1.5");
    EXPECT_EQ(seen.at(R"(weir_watchdog_detected_total{peer="port lan0",slice="gold"})"), "2");
    EXPECT_EQ(seen.at(R"(weir_watchdog_restored_total{peer="port lan0",slice="gold"})"), "1");
}

TEST(Metrics, TextAndJsonSayTheSame) {
    FakeNode node{lossless_config()};
    fill(node);
    const StatusSource source = node.source();
    Reading reading{source};
    const auto text = samples_of(prometheus_text(reading));
    const auto json = samples_of(metrics_json(reading));
    EXPECT_EQ(text, json);
    for (const Metric& metric : all_metrics())
        EXPECT_TRUE(std::ranges::any_of(text, [&](const auto& sample) {
            const std::string& name = sample.first;
            const std::string part = metric.type == MetricType::histogram ? "_count" : "";
            return name.substr(0, name.find('{')) == std::string{metric.name} + part;
        })) << metric.name;
    for (std::size_t drop = 1; drop < drop_count; ++drop)
        EXPECT_TRUE(text.contains(
            fmt::format(R"(weir_drops_total{{port="lan0",slice="best-effort",reason="{}"}})",
                        drop_texts[drop].name)));
    EXPECT_FALSE(
        text.contains(R"(weir_drops_total{port="lan0",slice="best-effort",reason="none"})"));
}

TEST(Metrics, EveryFamilyHasHelpAndTypeOnceAhead) {
    FakeNode node;
    fill(node);
    const StatusSource source = node.source();
    Reading reading{source};
    std::istringstream lines{prometheus_text(reading)};
    std::set<std::string> done;
    std::string family, kind_of_family;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string first, kind, name;
        words >> first >> kind >> name;
        if (kind == "TYPE") words >> kind_of_family;
        if (first == "#" && kind == "HELP") {
            EXPECT_TRUE(done.insert(name).second) << "family twice: " << name;
            family = name;
        } else if (first == "#") {
            EXPECT_EQ(kind, "TYPE");
            EXPECT_EQ(name, family);
        } else {
            const std::string sample = line.substr(0, line.find_first_of("{ "));
            if (kind_of_family == "histogram")
                EXPECT_THAT(sample,
                            testing::AnyOf(family + "_bucket", family + "_sum", family + "_count"));
            else
                EXPECT_EQ(sample, family);
        }
    }
    EXPECT_EQ(done.size(), all_metrics().size());
}

TEST(Metrics, LabelsAreEscaped) {
    FakeNode node;
    node.ports[PortId{0}].missed = {{"a\"b\\c\nd", 1}};
    EXPECT_EQ(text_samples(node).count(
                  R"(weir_port_receive_missed_packets_total{port="lan0",cause="a\"b\\c\nd"})"),
              1U);
}

// The foreign judge. Its lint knows what Prometheus thinks of names, units and types.
TEST(Metrics, PromtoolFindsNothingToComplainAbout) {
    if (std::system("command -v promtool >/dev/null") != 0)
        GTEST_SKIP() << "promtool (Debian package prometheus) is not installed";
    FakeNode node;
    fill(node);
    const StatusSource source = node.source();
    Reading reading{source};
    const std::string file = testing::TempDir() + "weir-metrics.txt";
    std::ofstream{file} << prometheus_text(reading);
    EXPECT_EQ(std::system(("promtool check metrics < " + file).c_str()), 0);
    std::remove(file.c_str());
}

TEST(Metrics, AHundredThousandSidsAreScrapedInTwoSeconds) {
    std::string toml{small_config};
    for (unsigned i = 0; i < 100'000; ++i)
        toml += fmt::format("[[sid]]\nsid = \"fc00:a:1:{:x}::{:x}\"\nbehavior = \"End\"\n", i >> 8U,
                            (i & 0xffU) + 1);
    FakeNode node{toml};
    const StatusSource source = node.source();
    const auto begin = std::chrono::steady_clock::now();
    Reading reading{source};
    const std::string text = prometheus_text(reading);
    const auto spent = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(spent, std::chrono::seconds{2});
    EXPECT_EQ(
        samples_of(text).count(R"(weir_sid_bytes_total{sid="fc00:a:1:186::a0",behavior="End"})"),
        1U);
    fmt::print("100,002 SIDs: {} ms, {} bytes\n",
               std::chrono::duration_cast<std::chrono::milliseconds>(spent).count(), text.size());
}

// docs/telemetry.md holds a copy of the table, between two marks.
TEST(Metrics, ThePageShowsTheTable) {
    std::ifstream file{WEIR_SOURCE_DIR "/docs/telemetry.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const std::string begin = "<!-- metrics: begin -->\n", end = "<!-- metrics: end -->";
    const auto from = page.find(begin), to = page.find(end);
    ASSERT_NE(from, std::string::npos);
    ASSERT_NE(to, std::string::npos);
    EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), metrics_markdown())
        << "write what is printed here into docs/telemetry.md:\n"
        << metrics_markdown();
}

}  // namespace
}  // namespace weir

#include "dataplane/api/status.hpp"

#include <gtest/gtest.h>

#include "tests/unit/api/fake_node.hpp"

namespace weir {
namespace {

Json read(FakeNode& node, Json (*make)(Reading&)) {
    const StatusSource source = node.source();
    Reading reading{source};
    return make(reading);
}

TEST(Status, APortIsItsConfigurationItsStateAndItsCounters) {
    FakeNode node;
    const PortId lan{0};
    node.worker(0).ports[lan].received.add(1000);
    node.worker(1).ports[lan].sent.add(60);
    node.worker(1).ports[lan].drops[static_cast<std::size_t>(Drop::martian)].add(4);
    node.ports[lan] = {.link_up = true,
                       .mac = {{2, 0, 0, 0, 0, 1}},
                       .speed = BitsPerSecond{25'000'000'000},
                       .receive_queues = 2,
                       .missed = {{"ring_full", 9}}};
    node.ports[PortId{1}].link_up = false;
    const Json ports = read(node, ports_json);
    EXPECT_EQ(ports[0], Json::parse(R"({
        "name": "lan0", "device": "af_packet:eth1", "link": "up", "mac": "02:00:00:00:00:01",
        "speed_bits": 25000000000, "table": "campus", "role": "lan", "mtu": 1500,
        "addresses": ["10.1.0.1/24", "fd00:1::1/64"], "receive_queues": 2,
        "receive_missed": {"ring_full": 9}, "drop_packets": 4,
        "receive_packets": 1, "receive_bytes": 1000, "transmit_packets": 1, "transmit_bytes": 60})"));
    EXPECT_EQ(ports[1]["link"], "down");
    EXPECT_EQ(ports[1]["speed_bits"], nullptr);
    EXPECT_EQ(ports[1]["role"], "wan");
    EXPECT_EQ(ports.size(), 2U);
}

// What --check computed of the file, and what the pool that runs has for it.
TEST(Status, BuffersAreThoseOfTheConfigurationInThePool) {
    FakeNode node{lossless_config()};
    const std::uint16_t slot = node.snapshot->slices[SliceId{1}].slot;
    for (std::size_t i = 0; i < 2; ++i) {  // taken by one worker, given back by another
        IncomingCharge& charge = node.worker(i).ports[PortId{0}].charges[slot];
        charge.taken.add(3'000 * (1 + i));
        charge.given.add(2'000);
    }
    const auto planned = read(node, buffers_json);
    EXPECT_EQ(planned["lossless"], Json::parse(R"([
        {"slice": "gold", "port": "wan0", "peer": "b", "control": "credit",
         "buffer_bytes": 1471834, "held_bytes": 0, "headroom_bytes": 1456209, "xoff_bytes": null,
         "xon_bytes": null},
        {"slice": "gold", "port": "lan0", "peer": null, "control": "pfc",
         "buffer_bytes": 2392355, "held_bytes": 5000, "headroom_bytes": 2001085, "xoff_bytes": 391270,
         "xon_bytes": 324953}])"));
    node.audit.buffers.all = 60'000;
    const Json buffers = read(node, buffers_json);
    EXPECT_EQ(buffers["lossless"], planned["lossless"]);
    EXPECT_EQ(buffers["pool"].back()["buffers"], 60'000);
    std::uint64_t sum = 0;
    for (const Json& part : buffers["pool"]) sum += part["buffers"].get<std::uint64_t>();
    EXPECT_EQ(sum, 2 * 60'000U);  // the parts, and all of it
}

TEST(Status, PrioritiesOfHostsAndWhatTheySaid) {
    FakeNode node{lossless_config()};
    PortCounters& at_lan = node.worker(0).ports[PortId{0}];
    at_lan.pfc_sent[3].add(5);
    node.worker(1).ports[PortId{0}].pfc_received[3].add(6);
    SliceCounters& gold = at_lan.slices[node.snapshot->slices[SliceId{1}].slot];
    gold.paused_ns.add(250'000'000);
    gold.watchdog_detected.add(2);
    gold.watchdog_restored.add(1);
    EXPECT_EQ(read(node, pfc_json), Json::parse(R"([
        {"port": "lan0", "priority": 3, "slice": "gold", "xoff_bytes": 391270,
         "xon_bytes": 324953, "held_bytes": 0, "sent_frames": 5, "received_frames": 6,
         "paused_seconds": 0.25, "watchdog_detected": 2, "watchdog_restored": 1}])"));
    FakeNode plain;
    EXPECT_EQ(read(plain, pfc_json), Json::array());
}

TEST(Status, AWorkerIsItsCoreAndHowBusyItIs) {
    FakeNode node;
    node.worker(1).total_cycles.add(3'000);
    node.worker(1).busy_cycles.add(1'000);
    node.worker(1).loops.add(12);
    node.worker(1).spread.add(5);
    node.worker(1).ports[PortId{0}].received.add(64);
    const Json workers = read(node, workers_json);
    ASSERT_EQ(workers.size(), 2U);  // control is none
    EXPECT_EQ(workers[1], Json::parse(R"({
        "worker": 1, "core": 6, "busy_percent": 33.33, "received_packets": 1, "sent_packets": 0,
        "drop_packets": 0, "busy_cycles": 1000, "total_cycles": 3000, "loops": 12,
        "spread_packets": 5})"));
    EXPECT_EQ(workers[0]["busy_percent"], 0.0);  // and no division by zero
}

TEST(Status, ASidNamesWhatItNeeds) {
    FakeNode node;
    node.worker(0).sids.counter(node.snapshot->sids[SidId{0}].counter).add(140);
    const Json sids = read(node, sids_json);
    EXPECT_EQ(sids, Json::parse(R"([
        {"sid": "fc00:a::d46", "behavior": "End.DT46", "table": "campus", "slice": "best-effort",
         "packets": 1, "bytes": 140},
        {"sid": "fc00:a::d4", "behavior": "End.DX4", "port": "lan0", "next_hop": "10.1.0.9",
         "slice": "best-effort", "packets": 0, "bytes": 0}])"));
}

TEST(Status, APolicyShowsEachPathWithItsRoomAndState) {
    FakeNode node;
    node.worker(1).paths.counter(node.snapshot->paths[PathId{1}].counter).add(1500);
    // Reduced: 40 + 8 + 16 ahead of the inner packet; full with one segment the same.
    EXPECT_EQ(read(node, policies_json), Json::parse(R"([
        {"name": "to-dc", "encap": "reduced", "state": "up", "paths": [
            {"path": 0, "weight": 3, "segments": ["fc00:b::e", "fc00:d::d46"], "state": "up",
             "mtu": 1436, "packets": 0, "bytes": 0},
            {"path": 1, "weight": 1, "segments": ["fc00:b::e1", "fc00:d::d46"], "state": "up",
             "mtu": 1436, "packets": 1, "bytes": 1500}]},
        {"name": "to-office", "encap": "full", "state": "up", "paths": [
            {"path": 0, "weight": 1, "segments": ["fc00:b::d46"], "state": "up", "mtu": 1436,
             "packets": 0, "bytes": 0}]}])"));
}

TEST(Status, RoutesAreOursConnectedAndConfigured) {
    FakeNode node;
    const auto gateway = parse_ipv6("fd00:ab::3").value();
    node.neighbors.push_back({PortId{1}, gateway, {}, "probing", true, Nanos{0}, 0});
    const Json routes = read(node, routes_json);
    const auto with = [&](std::string_view table, std::string_view to) {
        Json found = Json::array();
        for (const Json& it : routes)
            if (it["table"] == table && it["to"] == to) found.push_back(it);
        return found;
    };
    EXPECT_EQ(with("campus", "10.1.0.1/32")[0]["kind"], "local");
    EXPECT_EQ(with("campus", "10.1.0.0/24")[0]["kind"], "connected");
    EXPECT_EQ(with("campus", "10.1.0.0/24")[0]["via"][0]["port"], "lan0");
    EXPECT_EQ(with("campus", "fd00:1::/64")[0]["kind"], "connected");
    EXPECT_TRUE(with("default", "10.1.0.0/24").empty());
    EXPECT_EQ(with("default", "fc00:a::/32")[0]["kind"], "locator");
    EXPECT_EQ(with("campus", "10.5.0.0/16")[0]["kind"], "blackhole");
    EXPECT_EQ(with("campus", "10.4.0.0/16")[0]["policy"], "to-dc");
    EXPECT_EQ(with("default", "fc00:b::/32"), Json::parse(R"([
        {"table": "default", "to": "fc00:b::/32", "kind": "via", "via": [
            {"address": "fd00:ab::2", "port": "wan0", "weight": 1, "neighbor": null},
            {"address": "fd00:ab::3", "port": "wan0", "weight": 2, "neighbor": "probing"}],
         "policy": null}])"));
}

TEST(Status, NeighborsAreWrittenAsTheyAreSpoken) {
    FakeNode node;
    node.neighbors = {{PortId{0},
                       mapped(*parse_ipv4("10.1.0.9")),
                       {{2, 0, 0, 0, 0, 9}},
                       "reachable",
                       true,
                       Nanos{1'234'567'890},
                       0},
                      {PortId{1}, *parse_ipv6("fd00:ab::2"), {}, "incomplete", false, Nanos{0}, 3}};
    EXPECT_EQ(read(node, neighbors_json), Json::parse(R"([
        {"port": "lan0", "address": "10.1.0.9", "mac": "02:00:00:00:00:09", "state": "reachable",
         "pinned": true, "age_seconds": 1.235, "held_packets": 0},
        {"port": "wan0", "address": "fd00:ab::2", "mac": null, "state": "incomplete",
         "pinned": false, "age_seconds": null, "held_packets": 3}])"));
}

TEST(Status, EveryReasonOfEveryPortIsListedWithItsText) {
    FakeNode node;
    node.worker(0).ports[PortId{1}].drops[static_cast<std::size_t>(Drop::hop_limit)].add(8);
    const Json drops = read(node, drops_json);
    EXPECT_EQ(drops.size(), 2 * (drop_count - 1));
    Json found;
    for (const Json& it : drops)
        if (it["packets"] != 0U) found.push_back(it);
    EXPECT_EQ(found, Json::parse(R"([{"port": "wan0", "slice": "best-effort", "reason": "hop_limit",
        "help": "hop limit or TTL ran out", "packets": 8}])"));
}

TEST(Status, TheAuditShowsEachThreadAndWhetherItCloses) {
    FakeNode node;
    node.audit.workers = {{.received = 10, .sent = 7, .drops = 2, .held = 1}, {.received = 5}};
    node.audit.control = {.originated = 2, .taken_over = 3, .sent = 0, .consumed = 5};
    node.audit.missed = {{"lan0", "ring_full", 4}, {"wan0", "no_buffer", 7}};
    node.audit.slices = {{.port = "wan0",
                          .slice = "gold",
                          .worker = 1,
                          .lossless = true,
                          .balance = {.admitted = 9, .departed = 6, .dropped = 1, .held = 2},
                          .refused = 3}};
    judge(node.audit);
    const Json audit = read(node, audit_json);
    EXPECT_EQ(audit["closes"], false);
    EXPECT_EQ(audit["receive_missed_packets"], 11);
    EXPECT_EQ(audit["findings"].size(), 1U + 1U);  // worker 1's sum, the loss
    EXPECT_EQ(audit["slices"], Json::parse(R"([{"port": "wan0", "slice": "gold", "worker": 1,
        "lossless": true, "refused": 3, "admitted": 9, "departed": 6, "dropped": 1, "held": 2,
        "closes": true}])"));
    ASSERT_EQ(audit["threads"].size(), 3U);
    EXPECT_EQ(audit["threads"][0], Json::parse(R"({"thread": "worker 0", "received": 10,
        "originated": 0, "taken_over": 0, "sent": 7, "consumed": 0, "handed_over": 0, "drops": 2,
        "held": 1, "closes": true})"));
    EXPECT_EQ(audit["threads"][1]["closes"], false);
    EXPECT_EQ(audit["threads"][2]["thread"], "control");
    EXPECT_EQ(audit["threads"][2]["closes"], true);
}

TEST(Status, RuntimeSaysWhatRunsAndSince) {
    FakeNode node;
    node.worker(0).adoption_cycles_max.add(2'000);
    node.worker(1).adoptions.add(3);
    node.audit.buffers.all = 50;
    const Json runtime = read(node, runtime_json);
    EXPECT_EQ(runtime["node"], "edge-a");
    EXPECT_EQ(runtime["config_version"], 7);
    EXPECT_EQ(runtime["uptime_seconds"], 100);
    EXPECT_EQ(runtime["adoptions"], 3);
    EXPECT_EQ(runtime["adoption_seconds_max"], 1e-6);
    EXPECT_EQ(runtime["buffers"], 50);
    EXPECT_EQ(node.audits, 1U);  // one cut for one answer
}

}  // namespace
}  // namespace weir

// docs/example.toml as it stands, value by value, and with each alternative its comments name.
#include <functional>

#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

std::string example() { return file_text("docs/example.toml"); }
Ipv6Addr v6(std::string_view text) { return *parse_ipv6(text); }
Ipv6Prefix net6(std::string_view text) { return *parse_ipv6_prefix(text); }

TEST(Example, NodeWorkersMemoryApi) {
    const Config c = config_of(example());
    const NodeConfig node{.name = "edge-a",
                          .locator = net6("fc00:a::/32"),
                          .source = v6("fc00:a::1"),
                          .source_entropy = 0,
                          .domain = {net6("fc00::/16")},
                          .hop_limit = 64,
                          .classify = {all_slice_sources.begin(), all_slice_sources.end()},
                          .nrp = false,
                          .slice_bits = {}};
    EXPECT_EQ(c.node, node);
    EXPECT_EQ(c.workers, (WorkersConfig{{1, 2}, Idle::poll, Nanos{0}}));
    EXPECT_EQ(c.memory, (MemoryConfig{HugePages::automatic, Bytes{0}, 0}));
    EXPECT_EQ(c.api, (ApiConfig{"/run/weir/weir.sock", 0660, "127.0.0.1:9476"}));
}

TEST(Example, TablesAndPorts) {
    const Config c = config_of(example());
    ASSERT_EQ(c.tables.size(), 2U);
    EXPECT_EQ(c.tables[TableId{0}], (TableConfig{"default", 4096}));
    EXPECT_EQ(c.tables[TableId{1}], (TableConfig{"campus", 1000}));
    ASSERT_EQ(c.ports.size(), 3U);
    PortConfig lan0;
    lan0.name = "lan0";
    lan0.device = "0000:3b:00.0";
    lan0.address4 = {*parse_ipv4_prefix("10.1.0.1/24")};
    lan0.address6 = {net6("fd00:1::1/64")};
    lan0.table = TableId{1};
    lan0.mtu = 9000;
    lan0.rate = BitsPerSecond{25'000'000'000};
    lan0.source_check = true;
    lan0.pfc = {{std::uint8_t{3}, SliceId{1}}};
    EXPECT_EQ(c.ports[PortId{0}], lan0);
    EXPECT_EQ(c.ports[PortId{1}].role, Role::wan);
    EXPECT_EQ(c.ports[PortId{1}].table, TableId{0});
    EXPECT_EQ(c.ports[PortId{2}].device, "af_xdp:ens2");
}

// Best effort stands second in the file and is slice 0 here; names follow.
TEST(Example, SlicesAndPeers) {
    const Config c = config_of(example());
    ASSERT_EQ(c.slices.size(), 2U);
    EXPECT_EQ(c.slices[SliceId{0}].name, "best-effort");
    SliceConfig training;
    training.id = 10;
    training.name = "training";
    training.guarantee = Share{400'000};
    training.weight = 4;
    training.lossless = true;
    training.control = Control::precise;
    training.queues = 256;
    training.min_packet = 1024;
    training.dscp = Dscp{26};
    training.ecn = EcnThresholds{Bytes{2'000'000}, Bytes{8'000'000}};
    EXPECT_EQ(c.slices[SliceId{1}], training);
    ASSERT_EQ(c.peers.size(), 1U);
    const PeerConfig peer{"transit-1",
                          PortId{1},
                          v6("fc00:b::fc"),
                          net6("fc00:b::/32"),
                          {},
                          Nanos{500'000},
                          Bytes{0},
                          OnPeerLoss::hold,
                          {{1, "/etc/weir/keys/transit-1"}}};
    EXPECT_EQ(c.peers[0], peer);
}

TEST(Example, PoliciesSteeringSidsRoutes) {
    const Config c = config_of(example());
    ASSERT_EQ(c.policies.size(), 2U);
    const PolicyConfig to_dc{
        "to-dc",
        v6("fc00:a::b100"),
        EncapMode::reduced,
        {{3, {v6("fc00:b::e"), v6("fc00:d::d46")}}, {1, {v6("fc00:b::e1"), v6("fc00:d::d46")}}},
        ProbeConfig{Nanos{100'000'000}, 3},
        true};
    EXPECT_EQ(c.policies[PolicyId{0}], to_dc);
    ASSERT_EQ(c.steer.size(), 2U);
    const SteerConfig first{
        PortId{0}, *parse_ipv4_prefix("10.2.0.0/16"), IpProto::udp, 4791, PolicyId{0}, SliceId{1}};
    EXPECT_EQ(c.steer[0], first);
    EXPECT_EQ(c.steer[1].slice, SliceId{0});
    ASSERT_EQ(c.sids.size(), 1U);
    const SidConfig sid{v6("fc00:a::d46"), Behavior::end_dt46, TableId{1}, {}, {}, {}};
    EXPECT_EQ(c.sids[0], sid);
    ASSERT_EQ(c.routes.size(), 2U);
    const RouteConfig route{
        net6("fc00:b::/32"), TableId{0}, {{v6("fd00:ab::2"), PortId{1}, 1}}, {}};
    EXPECT_EQ(c.routes[0], route);
}

// Everything this version does not act on is said, once for each kind of thing.
TEST(Example, NotesSayWhatIsNotDone) {
    EXPECT_EQ(
        config_of(example()).notes,
        (std::vector<std::string>{
            "policy to-office: packets of more than 1460 bytes from port lan0 (mtu 9000) do not "
            "fit port wan1 (mtu 1500) once encapsulated; their senders are told by ICMP (packet "
            "too big, fragmentation needed) with MTU 1460",
            "peer transit-1: flow control between nodes is not in this version; no message is sent "
            "or expected",
            "slice training: no peer is told to wait in this version; what its buffer does not "
            "take "
            "is dropped",
            "port wan1: what comes in there of a lossless slice has no buffer and may be dropped: "
            "there is no [[peer]], and no pfc for the slice",
            "policy to-dc: bsid is not in this version; packets to it are dropped as sid_unknown",
            "policy to-dc: probe is not in this version; a path is up while its first segment has "
            "a route",
            "policy to-dc: mss_clamp is not in this version; TCP learns the MTU from ICMP"}));
}

// Each alternative that a comment of the example names is taken, and is what it says.
TEST(Example, Variations) {
    struct Variation {
        std::string from, to;
        std::function<bool(const Config&)> is;
    };
    const auto slice = [](const Config& c) { return c.slices[SliceId{1}]; };
    const auto lan0 = [](const Config& c) { return c.ports[PortId{0}]; };
    const std::vector<Variation> variations{
        {"cores = [1, 2]", "", [](const Config& c) { return !c.workers.cores.empty(); }},
        {"\"poll\" ", "\"pause\" ", [](const Config& c) { return c.workers.idle == Idle::pause; }},
        {"\"poll\" ", "\"sleep 50us\" ",
         [](const Config& c) {
             return c.workers.idle == Idle::sleep && c.workers.idle_sleep == Nanos{50'000};
         }},
        {"\"auto\"               # auto | 2M", "\"1G\" #",
         [](const Config& c) { return c.memory.hugepages == HugePages::one_gb; }},
        {"reserve   = \"0MB\"", "reserve = \"1.5GiB\"",
         [](const Config& c) { return c.memory.reserve == Bytes{3ULL << 29U}; }},
        {"\"127.0.0.1:9476\"", "\"off\"", [](const Config& c) { return c.api.metrics == "off"; }},
        {"\"127.0.0.1:9476\"", "\"[::1]:9\"",
         [](const Config& c) { return c.api.metrics == "[::1]:9"; }},
        {"\"0660\"", "\"0600\"", [](const Config& c) { return c.api.mode == 0600; }},
        {"\"0000:3b:00.0\"", "\"3b:00.0\"",
         [&](const Config& c) { return lan0(c).device == "3b:00.0"; }},
        {"\"0000:3b:00.0\"", "\"vdev:net_null0,copy=1\"",
         [&](const Config& c) { return lan0(c).device == "vdev:net_null0,copy=1"; }},
        {"\"0000:3b:00.0\"", "\"memif:/run/a.sock\"",
         [&](const Config& c) { return lan0(c).device == "memif:/run/a.sock"; }},
        {"\"0000:3b:00.0\"", "\"tap:lan0\"",
         [&](const Config& c) { return lan0(c).device == "tap:lan0"; }},
        {"\"100km\"", "\"1ms\"",
         [](const Config& c) { return c.peers[0].distance == Nanos{1'000'000}; }},
        {"segments = []  ", "segments = [\"fc00:e::1\"]  ",
         [](const Config& c) { return c.peers[0].segments.size() == 1; }},
        {"\"hold\"", "\"move\"",
         [](const Config& c) { return c.peers[0].on_peer_loss == OnPeerLoss::move; }},
        {"key      = { id = 1,", "key = { id = 65535,",
         [](const Config& c) { return c.peers[0].keys.at(0).id == 65535; }},
        {"\"precise\" ", "\"credit\" ",
         [&](const Config& c) { return slice(c).control == Control::credit; }},
        {"control   = \"precise\"", "",
         [&](const Config& c) { return slice(c).control == Control::precise; }},
        {"\"40%\"", "\"9.5G\"",
         [&](const Config& c) {
             return slice(c).guarantee == RateOrShare{BitsPerSecond{9'500'000'000}};
         }},
        {"buffer    = \"auto\"", "buffer = \"64MiB\"",
         [&](const Config& c) { return slice(c).buffer == Bytes{64U << 20U}; }},
        {"\"pipe\"", "\"uniform\"",
         [&](const Config& c) { return slice(c).dscp_mode == DscpMode::uniform; }},
        {"action = \"drop\"", "action = \"alert\"",
         [&](const Config& c) { return slice(c).watchdog.action == WatchdogAction::alert; }},
        {"encap = \"reduced\"                # full", "encap = \"full\" #",
         [](const Config& c) { return c.policies[PolicyId{0}].encap == EncapMode::full; }},
        {"\"End.DT46\"            #", "\"End.DT6\" #",
         [](const Config& c) { return c.sids[0].behavior == Behavior::end_dt6; }},
        {"protocol = \"udp\"", "protocol = 6",
         [](const Config& c) { return c.steer[0].protocol == IpProto::tcp; }},
        {"to = \"10.3.0.0/16\"", "to = \"fd00:3::/48\"",
         [](const Config& c) {
             return c.steer[1].to == std::variant<Ipv4Prefix, Ipv6Prefix>{net6("fd00:3::/48")};
         }},
        {"via   = [{ address = \"fd00:ac::2\", port = \"wan1\" }]", "via = []",
         [](const Config& c) { return c.routes[1].via.empty() && !c.routes[1].policy; }},
        {"via   = [{ address = \"fd00:ac::2\", port = \"wan1\" }]",
         "via = [{ address = \"fe80::2\", port = \"wan1\", weight = 3 },\n"
         "       { address = \"fd00:ab::2\", port = \"wan0\" }]",
         [](const Config& c) { return c.routes[1].via.at(0).weight == 3; }},
    };
    for (const auto& [from, to, is] : variations)
        EXPECT_TRUE(is(config_of(with(example(), from, to)))) << from << " -> " << to;
}

// "auto" needs the buffer: the one alternative that another key decides.
TEST(Example, AutomaticDistanceNeedsABuffer) {
    const auto automatic = with(example(), "\"100km\"", "\"auto\"");
    EXPECT_EQ(errors_of(automatic),
              (std::vector<std::string>{
                  "t:58:12: peer[0].distance: the buffer of lossless slice training can not be "
                  "sized without the round trip to peer transit-1; write the distance, like "
                  "\"100km\", or give the slice a buffer"}));
    const Config c = config_of(with(automatic, "buffer    = \"auto\"", "buffer = \"50MB\""));
    EXPECT_EQ(c.peers.at(0).distance, std::nullopt);
}

// Any one line taken out, doubled or cut in half: an answer, and errors that point into the file.
TEST(Example, EveryLineMayBeWrong) {
    std::vector<std::string> lines;
    std::istringstream text{example()};
    for (std::string line; std::getline(text, line);) lines.push_back(line + "\n");
    std::size_t refused = 0;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        for (const std::string& instead :
             {std::string{}, lines[i] + lines[i], lines[i].substr(0, lines[i].size() / 2) + "\n"}) {
            std::string changed;
            for (std::size_t j = 0; j < lines.size(); ++j) changed += j == i ? instead : lines[j];
            const auto result = parse_config(changed, "t");
            const auto* errors = std::get_if<ConfigErrors>(&result);
            refused += errors != nullptr ? 1 : 0;
            for (const auto& error : errors != nullptr ? *errors : ConfigErrors{}) {
                EXPECT_GE(error.line, 1U);
                EXPECT_LE(error.line, lines.size() + 2);
                EXPECT_GE(error.column, 1U);
                EXPECT_FALSE(error.text.empty());
            }
        }
    }
    EXPECT_GT(refused, lines.size());
}

}  // namespace
}  // namespace weir

#include <map>

#include "dataplane/config/keys.hpp"
#include "dataplane/config/packet_plan.hpp"
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

using Lines = std::vector<std::string>;

Lines restarts(const std::string& from, const std::string& to) {
    const std::string text = file_text("docs/example.toml");
    return needs_restart(config_of(text), config_of(with(text, from, to)));
}

TEST(Restart, NothingForTheSame) {
    const Config config = config_of(file_text("docs/example.toml"));
    EXPECT_EQ(needs_restart(config, config), Lines{});
}

// Every key that the table marks `restart` is named with both values when it changes.
TEST(Restart, EveryRestartKeyIsNamed) {
    struct Edit {
        std::string from, to, sentence;
    };
    const std::map<std::string, Edit> edits{
        {"workers.cores", {"cores = [1, 2]", "cores = [1]", "workers.cores [1, 2] -> [1]"}},
        {"workers.idle", {"\"poll\" ", "\"sleep 50us\" ", "workers.idle poll -> sleep 50us"}},
        {"memory.hugepages",
         {"\"auto\"               # auto | 2M", "\"none\" #", "memory.hugepages auto -> none"}},
        {"memory.reserve",
         {"reserve   = \"0MB\"", "reserve = \"5MB\"", "memory.reserve 0B -> 5MB"}},
        {"memory.packet_buffers",
         {"[memory]", "[memory]\npacket_buffers = 300000", "memory.packet_buffers 0 -> 300000"}},
        {"api.socket",
         {"\"/run/weir/weir.sock\"", "\"/x\"", "api.socket /run/weir/weir.sock -> /x"}},
        {"api.mode", {"\"0660\"", "\"0600\"", "api.mode 0660 -> 0600"}},
        {"api.metrics", {"\"127.0.0.1:9476\"", "\"off\"", "api.metrics 127.0.0.1:9476 -> off"}},
        {"port[].device",
         {"\"0000:3b:00.0\"", "\"tap:x\"", "port lan0: device 0000:3b:00.0 -> tap:x"}},
        {"port[].mtu", {"mtu     = 9216", "mtu = 9000", "port wan0: mtu 9216 -> 9000"}},
        {"port[].punt_rate",
         {"punt_rate    = \"1000pps\"", "punt_rate = \"5pps\"",
          "port lan0: punt_rate 1kpps -> 5pps"}},
        {"port[].spread",
         {"mtu     = 9216", "mtu = 9216\nspread = \"off\"", "port wan0: spread auto -> off"}},
        {"port[].receive_queues",
         {"mtu     = 9216", "mtu = 9216\nreceive_queues = 2", "port wan0: receive_queues 0 -> 2"}},
        {"port[].receive_descriptors",
         {"mtu     = 9216", "mtu = 9216\nreceive_descriptors = 1024",
          "port wan0: receive_descriptors 2048 -> 1024"}},
        {"port[].transmit_descriptors",
         {"mtu     = 9216", "mtu = 9216\ntransmit_descriptors = 512",
          "port wan0: transmit_descriptors 2048 -> 512"}},
    };
    for (const Key& key : all_keys()) {
        if (key.change != Change::restart || key.path == "port[].name") continue;
        const auto edit = edits.find(std::string{key.path});
        ASSERT_NE(edit, edits.end()) << key.path;
        EXPECT_EQ(restarts(edit->second.from, edit->second.to), Lines{edit->second.sentence});
    }
}

// A pool does not grow: slices that it can not hold need a restart, unless it has a reserve.
TEST(Restart, ALargerPool) {
    const std::string text = file_text("docs/example.toml");
    const Config running = config_of(text);
    const Config twice = config_of(with(text, "\"100km\"", "\"200km\""));
    const std::uint64_t pool = plan_packets(running).pool;
    EXPECT_EQ(needs_restart(running, running, pool), Lines{});
    EXPECT_EQ(needs_restart(running, twice, pool),
              Lines{"memory: lossless slices take 327778 packet buffers, 89740 more than a pool of "
                    "278742 has for them beside rings and lossy slices; memory.reserve keeps room "
                    "for such a reload"});
    EXPECT_EQ(needs_restart(running, twice, pool + 89'740), Lines{});
}

// Those marked `reload` are not.
TEST(Restart, ReloadKeysAreNotNamed) {
    const std::vector<std::pair<std::string, std::string>> edits{
        {"name    = \"edge-a\"", "name = \"edge-b\""},
        {"source  = \"fc00:a::1\"", "source = \"fc00:a::2\""},
        {"routes = 1000", "routes = 2000"},
        {"\"10.1.0.1/24\", ", ""},
        {"table   = \"campus\"\nmtu", "mtu"},
        {"source_check = true", "source_check = false"},
        {"pfc     = { 3 = \"training\" }", "pfc = { 4 = \"training\" }"},
        {"distance = \"100km\"", "distance = \"10km\""},
        {"weight    = 4", "weight = 5"},
        {"weight = 3", "weight = 2"},
        {"dport = 4791", "dport = 4792"},
        {"sid      = \"fc00:a::d46\"", "sid = \"fc00:a::d47\""},
        {"to    = \"fc00:c::/32\"", "to = \"fc00:c::/40\""},
    };
    for (const auto& [from, to] : edits) EXPECT_EQ(restarts(from, to), Lines{}) << from;
}

TEST(Restart, PortsThatComeGoOrMove) {
    const std::string lan = "[[port]]\nname = \"lan0\"\ndevice = \"tap:a\"\n";
    const std::string wan = "[[port]]\nname = \"wan0\"\ndevice = \"tap:b\"\n";
    const auto parse = [](const std::string& ports) { return config_of(ports + node_part); };
    EXPECT_EQ(needs_restart(parse(lan), parse(lan + wan)), Lines{"port wan0: added"});
    EXPECT_EQ(needs_restart(parse(lan + wan), parse(wan)), Lines{"port lan0: removed"});
    EXPECT_EQ(needs_restart(parse(lan + wan), parse(wan + lan)),
              Lines{"ports: order lan0, wan0 -> wan0, lan0"});
    EXPECT_EQ(needs_restart(parse(lan), parse(with(lan, "lan0", "lan1"))),
              (Lines{"port lan0: removed", "port lan1: added"}));
}

}  // namespace
}  // namespace weir

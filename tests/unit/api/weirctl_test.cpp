#include <gtest/gtest.h>

#include <map>

#include "dataplane/api/api.hpp"
#include "dataplane/api/metrics_table.hpp"
#include "dataplane/api/server.hpp"
#include "tests/unit/api/fake_node.hpp"
#include "tools/weirctl/commands.hpp"
#include "tools/weirctl/options.hpp"
#include "tools/weirctl/table.hpp"
#include "tools/weirctl/views.hpp"

namespace weir {
namespace {

// A daemon without a socket between.
Ask ask(FakeNode& node) {
    return [api = std::make_shared<Api>(node.source())](const std::string& method,
                                                        const std::string& path) {
        const ApiResponse response = api->handle({Door::local, method, path, false});
        return Answer{response.status, response.body};
    };
}

Ask always(int status, std::string body) {
    return [=](const std::string&, const std::string&) { return Answer{status, body}; };
}

TEST(Table, NumbersStandRightAndLinesEndWithTheirText) {
    Table table{{{"NAME"}, {"BYTES", Align::right}, {"WHY"}}};
    table.add({"a", "1", "x"});
    table.add({"longer", "1234567", ""});
    EXPECT_EQ(table.text(),
              "NAME      BYTES  WHY\n"
              "a             1  x\n"
              "longer  1234567\n");
}

TEST(Show, PortsAreATable) {
    FakeNode node;
    node.worker(0).ports[PortId{0}].received.add(1000);
    node.control().ports[PortId{1}].sent.add(60);
    node.ports[PortId{0}].speed = BitsPerSecond{25'000'000'000};
    node.ports[PortId{0}].missed = {{"ring_full", 2}, {"no_buffer", 3}};
    node.ports[PortId{1}].link_up = false;
    EXPECT_EQ(show(ask(node), "ports", false).out,
              "PORT  LINK  SPEED   MTU  RX PACKETS  RX BYTES  TX PACKETS  TX BYTES  MISSED  DROPPED"
              "  MAC                DEVICE\n"
              "lan0  up      25G  1500           1      1000           0         0       5        0"
              "  02:00:00:00:00:01  af_packet:eth1\n"
              "wan0  down      -  1500           0         0           1        60       0        0"
              "  02:00:00:00:00:02  af_xdp:eth2\n");
}

TEST(Show, BuffersOfEachSenderAndWhatThePoolIsFor) {
    FakeNode node{lossless_config()};
    node.audit.buffers.all = 60'000;
    node.audit.buffers.in_use = 8'192;
    EXPECT_EQ(show(ask(node), "buffers", false).out,
              "SLICE  PORT  SENDER  CONTROL        B        H    XOFF     XON  HELD\n"
              "gold   wan0  b       credit   1471834  1456209       -       -     0\n"
              "gold   lan0  hosts   pfc      2392355  2001085  391270  324953     0\n"
              "\n"
              "PORT  LOSSY SLICES SHARE\n"
              "lan0             3125000\n"
              "wan0             1250000\n"
              "\n"
              "PACKET BUFFERS FOR  BUFFERS  BYTES OF MEMORY\n"
              "rings                 29440         73482240\n"
              "lossless              15096         37679616\n"
              "lossy                 15464         38598144\n"
              "reserve                   0                0\n"
              "pool                  60000        149760000\n"
              "in use: 8192\n");
    FakeNode plain;
    EXPECT_EQ(show(ask(plain), "buffers", false).out.find("SENDER"), std::string::npos);
}

TEST(Show, PrioritiesOfHosts) {
    FakeNode node{lossless_config()};
    node.worker(0).ports[PortId{0}].pfc_sent[3].add(5);
    EXPECT_EQ(show(ask(node), "pfc", false).out,
              "PORT  PRIORITY  SLICE    XOFF     XON  HELD  SENT  RECEIVED  PAUSED s  STUCK  "
              "RESTORED\n"
              "lan0         3  gold   391270  324953     0     5         0     0.000      0       "
              "  0\n");
}

TEST(Show, PoliciesHaveALineForEachPath) {
    FakeNode node;
    node.worker(0).paths.counter(node.snapshot->paths[PathId{1}].counter).add(1500);
    EXPECT_EQ(
        show(ask(node), "policies", false).out,
        "POLICY     PATH  STATE  WEIGHT   MTU  ENCAP    PACKETS  BYTES  SEGMENTS\n"
        "to-dc         0  up          3  1436  reduced        0      0  fc00:b::e, fc00:d::d46\n"
        "to-dc         1  up          1  1436  reduced        1   1500  fc00:b::e1, fc00:d::d46\n"
        "to-office     0  up          1  1436  full           0      0  fc00:b::d46\n");
}

TEST(Show, DropsAreThoseThatHappenedWithTheirText) {
    FakeNode node;
    EXPECT_EQ(show(ask(node), "drops", false).out, "no packet was dropped\n");
    node.worker(1).ports[PortId{1}].drops[static_cast<std::size_t>(Drop::hop_limit)].add(8);
    EXPECT_EQ(show(ask(node), "drops", false).out,
              "PORT  SLICE        REASON     PACKETS  THE PACKET\n"
              "wan0  best-effort  hop_limit        8  hop limit or TTL ran out\n");
}

TEST(Show, RoutesSayWhichWayAndHowTheNeighborIs) {
    FakeNode node;
    node.neighbors.push_back(
        {PortId{1}, *parse_ipv6("fd00:ab::2"), {}, "reachable", true, Nanos{0}, 0});
    const std::string text = show(ask(node), "routes", false).out;
    for (const char* line : {"default  fc00:b::/32     via        fd00:ab::2 wan0 (reachable), "
                             "fd00:ab::3 wan0 weight 2\n",
                             "campus   10.1.0.0/24     connected  lan0\n",
                             "campus   10.4.0.0/16     policy     policy to-dc\n",
                             "campus   10.5.0.0/16     blackhole  -\n"})
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

TEST(Show, EverySubjectIsServedAndPrinted) {
    FakeNode node;
    for (const View& view : all_views()) {
        const Outcome outcome = show(ask(node), view.subject, false);
        EXPECT_EQ(outcome.code, ExitCode::done) << view.subject << outcome.err;
        EXPECT_TRUE(outcome.out.ends_with("\n")) << view.subject;
        const Outcome json = show(ask(node), view.subject, true);
        EXPECT_EQ(json.out, ask(node)("GET", "/v1/" + std::string{view.subject}).body);
    }
}

TEST(Show, EveryCounterIsPrinted) {
    FakeNode node{lossless_config()};
    node.ports[PortId{0}].missed = {{"ring_full", 2}};
    const std::string text = show(ask(node), "counters", false).out;
    for (const Metric& metric : all_metrics())
        EXPECT_NE(text.find("\n" + std::string{metric.name} + " "), std::string::npos)
            << metric.name;
}

TEST(Show, AnAnswerOfAnotherKindIsNoCrash) {
    for (const char* body : {"", "{", "null", "[]", "{}", "[1]", "[{}]", "[[[]]]", "{\"a\": 1}",
                             "[{\"paths\": 3}]", "[{\"receive_missed\": \"x\"}]", "\"\xff\""})
        for (const View& view : all_views()) {
            try {
                const Outcome outcome = show(always(200, body), view.subject, false);
                EXPECT_EQ(outcome.code, ExitCode::done);
            } catch (const Error& error) {
                EXPECT_EQ(error.code(), ExitCode::unreachable);
            }
        }
    EXPECT_THROW(audit(always(200, "{}"), false), Error);
    EXPECT_THROW(reload(always(200, "[]"), false), Error);
    EXPECT_THROW(reload(always(500, "oops"), false), Error);
}

TEST(Show, ARefusalIsASentenceAndOne) {
    FakeNode node;
    const Outcome outcome = show(ask(node), "nothing", false);
    EXPECT_EQ(outcome.code, ExitCode::no);
    EXPECT_EQ(outcome.err, "there is no /v1/nothing; GET /v1 lists what there is\n");
    EXPECT_EQ(outcome.out, "");
}

TEST(ReloadCommand, ItsExitCodeIsItsAnswer) {
    FakeNode node;
    node.reload_answer = {
        .adopted = true, .version = 8, .refusals = {}, .errors = {}, .notes = {"n"}};
    Outcome outcome = reload(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::done);
    EXPECT_EQ(outcome.out, "configuration 8 runs\n");
    EXPECT_EQ(outcome.err, "note: n\n");

    node.reload_answer = {.adopted = false,
                          .version = 7,
                          .refusals = {},
                          .errors = {"f:1:2: a", "f:3:4: b"},
                          .notes = {}};
    outcome = reload(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::configuration);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "f:1:2: a\nf:3:4: b\nnot reloaded: configuration 7 still runs\n");

    node.reload_answer = {
        .adopted = false, .version = 7, .refusals = {"workers.cores"}, .errors = {}, .notes = {}};
    outcome = reload(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::configuration);
    EXPECT_EQ(outcome.err,
              "needs a restart: workers.cores\nnot reloaded: configuration 7 still runs\n");
    outcome = reload(ask(node), true);
    EXPECT_EQ(outcome.code, ExitCode::configuration);
    EXPECT_TRUE(outcome.out.starts_with("{\"adopted\":false"));
}

TEST(AuditCommand, WhateverItFindsIsOne) {
    FakeNode node;
    node.audit.workers = {{.received = 10, .sent = 7, .drops = 2, .held = 1}};
    node.audit.slices = {{.port = "wan0",
                          .slice = "gold",
                          .balance = {.admitted = 9, .departed = 7, .dropped = 1, .held = 1}}};
    node.audit.at_rest = true;
    node.audit.missed = {{"lan0", "ring_full", 3}};
    node.audit.buffers = {.all = 100, .in_use = 1, .held = 1};
    judge(node.audit);
    Outcome outcome = audit(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::done);  // no slice here is lossless
    EXPECT_EQ(outcome.out,
              "THREAD    RECEIVED  ORIGINATED  TAKEN OVER  =  SENT  CONSUMED  HANDED OVER  DROPS  "
              "HELD\n"
              "worker 0        10           0           0  =     7         0            0      2  "
              "   1\n"
              "control          0           0           0  =     0         0            0      0  "
              "   0\n"
              "\n"
              "PORT  SLICE  WORKER  LOSSLESS  REFUSED  ADMITTED  =  DEPARTED  DROPPED  HELD\n"
              "wan0  gold        0  no              0         9  =         7        1     1\n"
              "\n"
              "between threads: 0 packets; missed by devices: 3; packet buffers in use: 1 of 100, "
              "0 by devices, 1 held\n"
              "every packet is accounted for\n");
    node.audit.any_lossless = true;
    judge(node.audit);
    EXPECT_TRUE(node.audit.closes);
    outcome = audit(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::no);  // a miss alone
    EXPECT_TRUE(
        outcome.out.ends_with("\nport lan0: its device missed 3 packets (ring_full), and a "
                              "lossless slice may have lost them\n"))
        << outcome.out;
    node.audit.slices[0].balance.departed = 6;
    judge(node.audit);
    outcome = audit(ask(node), false);
    EXPECT_EQ(outcome.code, ExitCode::no);
    EXPECT_NE(outcome.out.find("  9  !=         6"), std::string::npos) << outcome.out;
    EXPECT_EQ(audit(ask(node), true).code, ExitCode::no);
}

TEST(CtlOptions, AreWhatWasMeant) {
    const auto parse = [](std::vector<std::string> words) {
        return parse_ctl_options(std::move(words)).options.value();
    };
    const CtlOptions ports = parse({"show", "ports"});
    EXPECT_EQ(ports.command, CtlOptions::Command::show);
    EXPECT_EQ(ports.subject, "ports");
    EXPECT_EQ(ports.socket, "/run/weir/weir.sock");
    EXPECT_FALSE(ports.json || ports.watch);
    EXPECT_EQ(parse({"show", "-w", "ports"}).watch, 1.0);
    EXPECT_EQ(parse({"show", "-w", "ports"}).subject, "ports");
    EXPECT_EQ(parse({"show", "ports", "-w"}).watch, 1.0);
    EXPECT_EQ(parse({"show", "ports", "--watch", "0.5"}).watch, 0.5);
    EXPECT_EQ(parse({"-w", "2", "show", "ports"}).watch, 2.0);
    EXPECT_TRUE(parse({"show", "ports", "--json"}).json);  // before and behind
    EXPECT_TRUE(parse({"--json", "audit"}).json);
    EXPECT_EQ(parse({"audit"}).command, CtlOptions::Command::audit);
    EXPECT_EQ(parse({"reload", "--socket", "/tmp/x"}).socket, "/tmp/x");
    EXPECT_EQ(parse({"reload"}).command, CtlOptions::Command::reload);
}

TEST(CtlOptions, WhatWasNotMeantIsTwo) {
    const std::vector<std::vector<std::string>> wrong = {{},
                                                         {"show"},
                                                         {"show", "nonsense"},
                                                         {"frobnicate"},
                                                         {"--nope"},
                                                         {"show", "ports", "-w", "0"},
                                                         {"reload", "-w"},
                                                         {"reload", "now"}};
    for (const auto& words : wrong) {
        const CtlParsed parsed = parse_ctl_options(words);
        EXPECT_FALSE(parsed.options);
        EXPECT_EQ(parsed.code, ExitCode::usage);
        EXPECT_FALSE(parsed.err.empty());
    }
    const CtlParsed help = parse_ctl_options({"show", "--help"});
    EXPECT_EQ(help.code, ExitCode::done);
    for (const View& view : all_views())
        EXPECT_NE(help.out.find(view.help), std::string::npos) << view.subject;
    EXPECT_EQ(parse_ctl_options({"--version"}).out, std::string{"weirctl "} + WEIR_VERSION + "\n");
}

TEST(Client, ReachesADaemonAndSaysWhyNot) {
    FakeNode node;
    const std::string socket = testing::TempDir() + "weir-ctl-test.sock";
    const auto unreachable = [&](const std::string& where) -> std::string {
        try {
            ask_over(where)("GET", "/v1/ports");
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ExitCode::unreachable);
            return error.what();
        }
        return "it was reached";
    };
    {
        const ApiServer server{
            {.socket = socket, .mode = 0600, .metrics = "off"}, "edge-a", node.source()};
        EXPECT_EQ(show(ask_over(socket), "ports", true).out, show(ask(node), "ports", true).out);
        node.reload_answer.adopted = true;
        EXPECT_EQ(reload(ask_over(socket), false).code, ExitCode::done);
        EXPECT_EQ(node.reloads, 1U);
    }
    EXPECT_EQ(unreachable(socket), "weir can not be reached at " + socket +
                                       ": there is no such socket; start weir, or name its "
                                       "api.socket with --socket");
    EXPECT_THROW(ask_over(""), Error);
    EXPECT_THROW(ask_over(std::string(200, 'x')), Error);
}

}  // namespace
}  // namespace weir

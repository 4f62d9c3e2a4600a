// A whole Node without devices of others: its audit while it rests, and a buffer that somebody
// takes out of its pool.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "dataplane/config/parse.hpp"
#include "dataplane/node.hpp"

namespace weir::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Of a name never used before: DPDK closes the socket of a server a little later.
std::string memif() {
    static int number = 0;
    return "memif:@weir-audit-" + std::to_string(getpid()) + "-" + std::to_string(number++) +
           ",role=server";
}

Config config_of(const std::string& workers, const std::string& wan) {
    const std::string text = R"(
[node]
name    = "audited"
locator = "fc00:a::/32"
source  = "fc00:a::1"
[workers]
cores = )" + workers + R"(
idle  = "sleep 50us"
[memory]
packet_buffers = 16384
[api]
metrics = "off"
[[port]]
name    = "lan0"
device  = ")" + memif() + R"("
address = "10.1.0.1/24"
[[port]]
name    = "wan0"
device  = ")" + wan + R"("
address = "fd00:ab::1/64"
role    = "wan"
[[route]]
to  = "fc00:b::/32"
via = [{ address = "fd00:ab::2", port = "wan0" }]
)";
    auto parsed = parse_config(text, "audited.toml");
    if (const auto* errors = std::get_if<ConfigErrors>(&parsed))
        throw std::runtime_error{errors->front().to_string()};
    return std::get<Config>(std::move(parsed));
}

std::vector<unsigned> cores() {
    cpu_set_t allowed;
    sched_getaffinity(0, sizeof allowed, &allowed);
    std::vector<unsigned> all;
    for (unsigned core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &allowed) != 0) all.push_back(core);
    return all;
}
std::string one_worker() { return "[" + std::to_string(cores().front()) + "]"; }
// On a machine with one core there can be one only.
std::string two_workers() {
    const auto all = cores();
    if (all.size() == 1) return one_worker();
    return "[" + std::to_string(all[0]) + ", " + std::to_string(all[1]) + "]";
}

// A ring sends what it is given to itself: our own requests come back and are read.
TEST(NodeAudit, FramesOfOurOwnCloseToo) {
    Node node{config_of(one_worker(), "vdev:net_ring7")};
    for (int i = 0; i < 50; ++i) {
        const Audit audit = node.audit();
        EXPECT_THAT(audit.findings, IsEmpty());
        EXPECT_TRUE(audit.closes);
        std::this_thread::sleep_for(10ms);
    }
    const Audit audit = node.audit();
    EXPECT_GT(audit.workers[0].received, 0U);
    EXPECT_EQ(audit.slices.size(), 4U);  // best effort and control, of two ports
}

// Two workers, so that one is past its cut while the other takes its own.
TEST(NodeAudit, ABufferThatLeakedIsNamedAtRestAndHealsWhenItComesBack) {
    Node node{config_of(two_workers(), memif())};
    rte_mempool* pool = rte_mempool_lookup("weir-audited");
    ASSERT_NE(pool, nullptr);
    EXPECT_THAT(node.audit().findings, IsEmpty());
    Packet* leaked = rte_pktmbuf_alloc(pool);
    // Control asks for the gateway now and then: while it does, a buffer more is no proof.
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    std::vector<std::string> findings;
    while (findings.empty() && std::chrono::steady_clock::now() < deadline)
        findings = node.audit().findings;
    EXPECT_THAT(findings, ElementsAre(HasSubstr("1 buffer leaked")));
    rte_pktmbuf_free(leaked);
    EXPECT_THAT(node.audit().findings, IsEmpty());
}

// A driver that gives back what was sent with a later burst: the bound is its rings.
TEST(NodeAudit, ADeviceThatKeepsWhatItSendsHidesNoMoreThanItsRings) {
    Node node{config_of(one_worker(), "vdev:net_ring8")};
    rte_mempool* pool = rte_mempool_lookup("weir-audited");
    const BufferCensus buffers = node.audit().buffers;
    EXPECT_GT(buffers.in_flight, 0U);
    std::vector<Packet*> leaked(buffers.in_flight + 200);
    ASSERT_EQ(rte_pktmbuf_alloc_bulk(pool, leaked.data(), static_cast<unsigned>(leaked.size())), 0);
    EXPECT_THAT(node.audit().findings, ElementsAre(HasSubstr("leaked")));
    rte_pktmbuf_free_bulk(leaked.data(), static_cast<unsigned>(leaked.size()));
    EXPECT_THAT(node.audit().findings, IsEmpty());
}

}  // namespace
}  // namespace weir::test

// DPDK starts and ends once in this process, so one test tells the whole story.
#include "dataplane/io/eal.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "dataplane/base/error.hpp"
#include "dataplane/io/mempool.hpp"
#include "dataplane/io/port.hpp"
#include "tests/unit/io/scratch.hpp"

namespace weir {
namespace {

// Both run before DPDK starts: they must refuse, not start it.
TEST(Eal, RefusesANicOfTheKernelBeforeDpdkSeesIt) {
    EalOptions options;
    options.pci = true;
    options.allow = {"0000:ff:1f.7"};
    EXPECT_THROW(Eal{options}, Error);
}

int threads() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator{"/proc/self/task"})
        ++count;
    return count;
}

std::string refusal(std::uint32_t packets) {
    try {
        make_packet_pool("huge", packets);
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

void forward_through_a_ring(rte_mempool& pool) {
    PortConfig config;
    config.name = "ring";
    config.device = "vdev:net_ring0";
    Port port{config, NodeConfig{}, 1, pool};
    EXPECT_EQ(port.receive_queues(), 1);
    EXPECT_FALSE(port.speed());  // a ring has none
    Packet* sent = rte_pktmbuf_alloc(&pool);
    ASSERT_EQ(port.transmit({&sent, 1}), 1);
    Packet* got[4] = {};
    ASSERT_EQ(port.receive(0, got), 1);
    EXPECT_EQ(got[0], sent);
    rte_pktmbuf_free(got[0]);
    EXPECT_EQ(port.counters().received_packets, 1U);
    EXPECT_EQ(port.counters().sent_packets, 1U);
    EXPECT_THROW((Port{config, NodeConfig{}, 1, pool}), Error);  // the device is taken
}

TEST(Eal, StartsQuietlyAndLeavesNothing) {
    EXPECT_TRUE(tsc_is_invariant());
    const Scratch scratch;
    ASSERT_EQ(setenv("RUNTIME_DIRECTORY", scratch.path().c_str(), 1), 0);
    scratch.write("dpdk/weir-999999999/dpdk_telemetry.v2", "");  // of a process that is no more
    cpu_set_t before;
    ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int threads_before = threads();
    {
        const Eal eal{EalOptions{}};
        EXPECT_FALSE(eal.uses_hugepages());
        EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
        EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
        EXPECT_TRUE(exists(scratch.path() / "dpdk" / fmt::format("weir-{}", getpid())));
        EXPECT_FALSE(exists(scratch.path() / "dpdk" / "weir-999999999"));
        // EAL's own: interrupts, telemetry; no lcore thread that would poll beside the workers.
        EXPECT_LE(threads() - threads_before, 3);
        cpu_set_t after;
        ASSERT_EQ(sched_getaffinity(0, sizeof after, &after), 0);
        EXPECT_TRUE(CPU_EQUAL(&before, &after));

        const PacketPool pool = make_packet_pool("packets", 4096);
        EXPECT_EQ(rte_mempool_avail_count(pool.get()), 4096U);
        forward_through_a_ring(*pool);
        EXPECT_EQ(rte_mempool_avail_count(pool.get()), 4096U);
        const std::string said = refusal(50'000'000);
        EXPECT_NE(said.find("50000000 packet buffers need"), std::string::npos) << said;
        EXPECT_NE(said.find("packet_buffers"), std::string::npos) << said;
    }
    EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
}

}  // namespace
}  // namespace weir

#include "dataplane/io/runtime_directory.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/io/scratch.hpp"

namespace weir {
namespace {

pid_t dead_pid() {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    return child;
}

TEST(RuntimeDirectory, IsSystemdsWhereSystemdMadeOne) {
    ASSERT_EQ(setenv("RUNTIME_DIRECTORY", "/run/weir-unit", 1), 0);
    EXPECT_EQ(runtime_directory(), "/run/weir-unit");
    EXPECT_EQ(dpdk_runtime_directory(), "/run/weir-unit/dpdk");
    unsetenv("RUNTIME_DIRECTORY");
    if (getuid() == 0) {
        EXPECT_EQ(runtime_directory(), "/run/weir");
        EXPECT_EQ(dpdk_runtime_directory(), "/var/run/dpdk");
    }
}

TEST(RuntimeDirectory, LosesOnlyWhatDeadProcessesLeft) {
    const Scratch scratch;
    const std::string dead = "weir-" + std::to_string(dead_pid());
    const std::string alive = "weir-" + std::to_string(getpid());
    for (const auto& name : {dead, alive, std::string{"rte"}, dead + "x", std::string{"weir-"},
                             std::string{"weir-0"}, std::string{"weir--1"}})
        scratch.write(name + "/dpdk_telemetry.v2", "");
    remove_stale_dpdk_files(scratch.path());
    EXPECT_FALSE(exists(scratch.path() / dead));
    for (const auto& name : {alive, std::string{"rte"}, dead + "x", std::string{"weir-"},
                             std::string{"weir-0"}, std::string{"weir--1"}})
        EXPECT_TRUE(exists(scratch.path() / name)) << name;
    remove_stale_dpdk_files(scratch.path() / "not-there");
}

}  // namespace
}  // namespace weir

#include "dataplane/io/interface_lock.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "dataplane/base/error.hpp"
#include "tests/unit/io/scratch.hpp"

namespace weir {
namespace {

std::string refusal(const std::filesystem::path& directory, const std::string& key) {
    try {
        const InterfaceLock lock{directory, key, "lan0", "second"};
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::device);
        return error.what();
    }
    return "";
}

TEST(InterfaceLock, TellsASecondOneWhoHoldsIt) {
    const Scratch scratch;
    const auto directory = scratch.path() / "weir";
    const InterfaceLock first{directory, "net-1-2", "wan0", "gw1"};
    EXPECT_EQ(refusal(directory, "net-1-2"),
              fmt::format("port lan0: its interface is held by weir gw1 (pid {}, port wan0): stop "
                          "that one, or give this port another device",
                          getpid()));
    EXPECT_EQ(refusal(directory, "net-1-3"), "");
}

TEST(InterfaceLock, EndsWithItsHolderAndLeavesNothing) {
    const Scratch scratch;
    const auto directory = scratch.path() / "weir";
    {
        const InterfaceLock one{directory, "a", "p", "n"};
        {
            const InterfaceLock other{directory, "b", "p", "n"};
        }
        EXPECT_TRUE(exists(directory / "lock" / "a"));
        EXPECT_FALSE(exists(directory / "lock" / "b"));
    }
    EXPECT_FALSE(exists(directory));
}

TEST(InterfaceLock, KeepsADirectoryThatIsInUse) {
    const Scratch scratch;
    scratch.write("weir/weir.sock", "");
    {
        const InterfaceLock lock{scratch.path() / "weir", "a", "p", "n"};
    }
    EXPECT_TRUE(exists(scratch.path() / "weir/weir.sock"));
    EXPECT_FALSE(exists(scratch.path() / "weir/lock"));
}

TEST(InterfaceLock, TakesOverTheFileOfADeadHolder) {
    const Scratch scratch;
    scratch.write("weir/lock/net-1-2", "weir gone (pid 1, port wan0), and a longer text than ours");
    const InterfaceLock lock{scratch.path() / "weir", "net-1-2", "p", "n"};
    EXPECT_EQ(refusal(scratch.path() / "weir", "net-1-2")
                  .find(fmt::format("held by weir n (pid {}, port p): ", getpid())),
              std::string{"port lan0: its interface is "}.size());
}

TEST(InterfaceLock, SaysWhereItCannotWrite) {
    const Scratch scratch;
    scratch.write("weir", "a file where a directory should be");
    EXPECT_NE(refusal(scratch.path() / "weir", "a").find("cannot be made"), std::string::npos);
}

// A holder unlinks its file while others open it: never are there two.
TEST(InterfaceLock, HasOneHolderAtATime) {
    const Scratch scratch;
    std::atomic<int> holders{0};
    std::atomic<int> most{0};
    std::atomic<int> taken{0};
    const auto take = [&] {
        for (int i = 0; i < 100; ++i) {
            try {
                const InterfaceLock lock{scratch.path() / "weir", "a", "p", "n"};
                most = std::max(most.load(), ++holders);
                std::this_thread::yield();
                --holders;
                ++taken;
            } catch (const Error&) {
            }
        }
    };
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back(take);
    }
    EXPECT_EQ(most, 1);
    EXPECT_GE(taken, 1);
    EXPECT_FALSE(exists(scratch.path() / "weir"));
}

TEST(LockKey, KnowsAnInterfaceByItsNamespaceAndIndex) {
    const std::string lo = lock_key(AfXdpDevice{"lo"});
    EXPECT_TRUE(lo.starts_with("net-")) << lo;
    EXPECT_TRUE(lo.ends_with("-1")) << lo;  // lo is 1 in every namespace
    EXPECT_EQ(lock_key(AfPacketDevice{"lo"}), lo);
    EXPECT_EQ(lock_key(PciDevice{"0000:17:00.0"}), "pci-0000:17:00.0");
    EXPECT_EQ(lock_key(MemifDevice{.socket = "/m"}), "");
}

}  // namespace
}  // namespace weir

#include "dataplane/api/reload.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/unit/api/fake_node.hpp"

namespace weir {
namespace {

class ReloadFile : public testing::Test {
protected:
    ReloadFile() : path_{testing::TempDir() + "weir-reload-test.toml"} {}
    ~ReloadFile() override { std::remove(path_.c_str()); }
    void write(std::string_view text) const { std::ofstream{path_} << text; }

    std::string path_;
    std::vector<std::string> adopted_;  // names of nodes
    ReloadResult result_{.adopted = true, .version = 8, .refusals = {}, .notes = {"a note"}};
    Reloader reloader_{path_,
                       [this](const Config& next) {
                           adopted_.push_back(next.node.name);
                           return result_;
                       },
                       [] { return std::uint64_t{7}; }};
};

TEST_F(ReloadFile, ReadsTheFileAnewEachTime) {
    write(small_config);
    EXPECT_TRUE(reloader_.reload().adopted);
    std::string other{small_config};
    other.replace(other.find("edge-a"), 6, "edge-b");
    write(other);
    const ReloadAnswer answer = reloader_.reload();
    EXPECT_EQ(answer.version, 8U);
    EXPECT_EQ(answer.notes, std::vector<std::string>{"a note"});
    EXPECT_EQ(adopted_, (std::vector<std::string>{"edge-a", "edge-b"}));
}

TEST_F(ReloadFile, AWrongFileNeverReachesTheNode) {
    write(std::string{small_config} + "[[sid]]\nsid = 3\nbehaviour = \"End\"\n");
    const ReloadAnswer answer = reloader_.reload();
    EXPECT_FALSE(answer.adopted);
    EXPECT_EQ(answer.version, 7U);
    ASSERT_GE(answer.errors.size(), 2U);  // all at once
    EXPECT_TRUE(answer.errors[0].starts_with(path_ + ":")) << answer.errors[0];
    EXPECT_TRUE(adopted_.empty());
}

TEST_F(ReloadFile, AMissingFileIsAnError) {
    const ReloadAnswer answer = reloader_.reload();
    EXPECT_EQ(answer.errors.size(), 1U);
    EXPECT_TRUE(adopted_.empty());
}

TEST_F(ReloadFile, WhatNeedsARestartIsPassedOn) {
    write(small_config);
    result_ = {
        .adopted = false, .version = 7, .refusals = {"port lan0: mtu 1500 -> 9000"}, .notes = {}};
    const ReloadAnswer answer = reloader_.reload();
    EXPECT_FALSE(answer.adopted);
    EXPECT_EQ(answer.refusals, result_.refusals);
    EXPECT_TRUE(answer.errors.empty());
}

TEST_F(ReloadFile, WhatTheNodeThrowsIsARefusal) {
    write(small_config);
    Reloader reloader{path_,
                      [](const Config&) -> ReloadResult { throw std::runtime_error{"full"}; },
                      [] { return std::uint64_t{7}; }};
    const ReloadAnswer answer = reloader.reload();
    EXPECT_FALSE(answer.adopted);
    EXPECT_EQ(answer.refusals, std::vector<std::string>{"full"});
    EXPECT_EQ(answer.version, 7U);
}

TEST_F(ReloadFile, OneAtATime) {
    write(small_config);
    std::atomic<int> inside{0}, most{0};
    Reloader reloader{path_,
                      [&](const Config&) {
                          most = std::max(most.load(), ++inside);
                          std::this_thread::sleep_for(std::chrono::milliseconds{5});
                          --inside;
                          return ReloadResult{
                              .adopted = true, .version = 8, .refusals = {}, .notes = {}};
                      },
                      [] { return std::uint64_t{7}; }};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) threads.emplace_back([&] { reloader.reload(); });
    }
    EXPECT_EQ(most, 1);
}

}  // namespace
}  // namespace weir

// Two workers on two threads: what leaves is, byte for byte, what one worker sends; each does 30 %
// of it or more; no flow overtakes itself. Run under TSan too, so nothing is allocated or freed
// while the threads run: DPDK's pools are not annotated.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/stage/spread_load.hpp"

namespace weir::test {
namespace {

constexpr std::uint32_t flows = 1'000;
constexpr std::size_t total = 60'000;

struct Result {
    std::vector<Frame> sent;  // sorted
    std::vector<std::uint64_t> processed;
    std::uint64_t overtaken = 0;
};

class Race {
public:
    Race(std::size_t workers, SpreadMode mode)
        : load_{flows}, crew_{load_.crew(workers, mode, total + 4'096)}, left_(workers) {
        for (std::size_t i = 0; i < total; ++i) arriving_.push_back(load_.next(crew_->pool()));
        for (auto& it : left_) it.reserve(total);
    }

    Result result() {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < crew_->workers(); ++i)
            threads.emplace_back([this, i] {
                while (gone_.load() < total) loop(i);
            });
        for (std::thread& it : threads) it.join();
        Result result;
        std::vector<std::uint32_t> next(flows);
        for (std::size_t i = 0; i < crew_->workers(); ++i) {
            result.processed.push_back(crew_->processed(i));
            for (Packet* packet : left_[i]) {
                const auto [flow, number] = SpreadLoad::mark_of(*packet);
                if (next[flow]++ != number) ++result.overtaken;
                result.sent.push_back(bytes_of(*packet));
                rte_pktmbuf_free(packet);
            }
        }
        std::ranges::sort(result.sent);
        return result;
    }

private:
    void loop(std::size_t worker) {
        const std::size_t moved = crew_->loop(
            worker, wan, Instant{Nanos{1'000'000'000'000}},
            [&](std::span<Packet*> all) {
                const std::size_t n = std::min(all.size(), total - given_);
                std::copy_n(arriving_.begin() + static_cast<std::ptrdiff_t>(given_), n,
                            all.begin());
                given_ += n;
                return n;
            },
            [&](std::span<Packet*> all) {
                left_[worker].insert(left_[worker].end(), all.begin(), all.end());
                gone_.fetch_add(all.size());
                return all.size();
            });
        if (moved == 0) std::this_thread::yield();
    }

    SpreadLoad load_;
    std::unique_ptr<Crew> crew_;
    std::vector<Packet*> arriving_;
    std::size_t given_ = 0;                   // of the first worker
    std::vector<std::vector<Packet*>> left_;  // by worker
    std::atomic<std::size_t> gone_{0};
};

TEST(SpreadRace, TwoWorkersSendWhatOneSends) {
    const Result one = Race{1, SpreadMode::off}.result();
    const Result two = Race{2, SpreadMode::on}.result();
    EXPECT_EQ(one.sent.size(), total);
    EXPECT_TRUE(one.sent == two.sent);
    EXPECT_EQ(one.overtaken, 0U);
    EXPECT_EQ(two.overtaken, 0U);
    ASSERT_EQ(two.processed.size(), 2U);
    EXPECT_EQ(two.processed[0] + two.processed[1], total);
    for (const std::uint64_t share : two.processed) EXPECT_GE(share, total * 3 / 10);
}

}  // namespace
}  // namespace weir::test

// The snapshot pointer between one publisher and several readers. TSan and ASan watch: a snapshot
// freed while a worker may still read it is a use after free, a torn publication a race.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "dataplane/control/publisher.hpp"

namespace weir {
namespace {

constexpr unsigned workers = 3;

// Every field says the same number: a reader that sees two snapshots mixed sees two numbers.
std::shared_ptr<const Snapshot> numbered(std::uint64_t version) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->version = version;
    snapshot->next_hops.assign(8, NextHop{.mtu = static_cast<std::uint16_t>(version)});
    return snapshot;
}

TEST(PublisherRace, ReadersSeeWholeSnapshotsThatOnlyGrowAndAreFreedAfterThem) {
    Publisher publisher{workers};
    publisher.publish(numbered(1));
    std::atomic<bool> stop{false};
    std::atomic<unsigned> wrong{0};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < workers; ++i) {
        threads.emplace_back([&, id = static_cast<WorkerId>(i)] {
            publisher.enter(id);
            std::uint64_t last = 0;
            while (!stop.load(std::memory_order_relaxed)) {
                const Snapshot& snapshot = publisher.acquire();
                if (snapshot.version < last) ++wrong;
                last = snapshot.version;
                for (const NextHop& hop : snapshot.next_hops)
                    if (hop.mtu != static_cast<std::uint16_t>(last)) ++wrong;
                publisher.quiescent(id);
            }
            publisher.leave(id);
        });
    }
    unsigned after_grace = 0;
    std::vector<std::weak_ptr<const Snapshot>> published;
    for (std::uint64_t version = 2; version < 2000; ++version) {
        auto snapshot = numbered(version);
        published.push_back(snapshot);
        publisher.publish(std::move(snapshot));
        publisher.after_grace([&after_grace] { ++after_grace; });
        publisher.reclaim();
        if (version % 64 == 0) std::this_thread::yield();
    }
    stop = true;
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(publisher.reclaim());
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(after_grace, 1998U);
    for (std::size_t i = 0; i + 1 < published.size(); ++i) EXPECT_TRUE(published[i].expired());
    EXPECT_FALSE(published.back().expired());
    EXPECT_EQ(publisher.current()->version, 1999U);
}

// A worker that stands still keeps what it may be reading alive, however many come after.
TEST(PublisherRace, NothingIsFreedBeforeTheSlowestWorkerMovesOn) {
    Publisher publisher{1};
    auto first = numbered(1);
    const std::weak_ptr<const Snapshot> watched = first;
    publisher.publish(std::move(first));
    publisher.enter(WorkerId{0});
    const Snapshot& held = publisher.acquire();
    publisher.publish(numbered(2));
    publisher.publish(numbered(3));
    EXPECT_FALSE(publisher.reclaim());
    EXPECT_FALSE(watched.expired());
    EXPECT_EQ(held.version, 1U);
    publisher.quiescent(WorkerId{0});
    EXPECT_TRUE(publisher.reclaim());
    EXPECT_TRUE(watched.expired());
    publisher.leave(WorkerId{0});
}

}  // namespace
}  // namespace weir

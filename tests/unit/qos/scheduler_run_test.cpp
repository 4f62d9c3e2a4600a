// pop_run() is pop() several times: whatever happens to two schedulers alike, what leaves one in
// runs leaves the other one by one, in the same order and at the same times.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "qos/scheduler.hpp"

namespace weir {
namespace {

constexpr unsigned slices = 3, peers = 2, buckets = 4;
constexpr std::uint32_t largest = 1'500;

struct Twin {
    Scheduler scheduler{{.rate = BitsPerSecond{10'000'000'000},
                         .burst = Bytes{3'000},
                         .largest = Bytes{largest},
                         .packets = 512},
                        Instant{}};
    std::vector<GroupId> groups;
    std::vector<QueueId> queues;

    Twin() {
        for (unsigned i = 0; i < slices; ++i) {
            const SliceId slice{static_cast<std::uint16_t>(i)};
            const BitsPerSecond limit =
                i == 0 ? BitsPerSecond{2'000'000'000} : TokenBucket::unlimited;
            scheduler.set_slice(
                slice, {BitsPerSecond{std::uint64_t{i} * 1'000'000'000}, limit, i + 1}, Instant{});
            for (unsigned p = 0; p < peers; ++p) {
                groups.push_back(scheduler.add_group(slice));
                const AggregateId aggregate = scheduler.add_aggregate(groups.back(), buckets);
                for (unsigned b = 0; b < buckets; ++b)
                    queues.push_back(scheduler.queue(aggregate, b));
            }
        }
    }
};

struct Left {
    std::uint64_t handle;
    bool control;
    GroupId group;
    AggregateId aggregate;
    SliceId slice;
    bool operator==(const Left&) const = default;
};

std::vector<Left> one_by_one(Scheduler& scheduler, Instant now, std::size_t most) {
    std::vector<Left> left;
    while (left.size() < most) {
        const auto gone = scheduler.pop(now);
        if (!gone) break;
        left.push_back(
            {gone->packet.handle, gone->control, gone->group, gone->aggregate, gone->slice});
    }
    return left;
}

std::vector<Left> in_runs(Scheduler& scheduler, Instant now, std::size_t most) {
    std::vector<Left> left;
    std::array<QueuedPacket, 64> out;
    while (left.size() < most) {
        const Departures gone = scheduler.pop_run(now, std::span{out}.first(most - left.size()));
        if (gone.packets == 0) break;
        std::uint64_t charge = 0;
        for (std::uint32_t i = 0; i < gone.packets; ++i) {
            left.push_back(
                {out.at(i).handle, gone.control, gone.group, gone.aggregate, gone.slice});
            charge += out.at(i).charge;
        }
        RC_ASSERT(charge == gone.charge);
    }
    return left;
}

// Of the whole range whatever the size of the case.
std::size_t pick(std::size_t from, std::size_t end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(from, end));
}

RC_GTEST_PROP(SchedulerRun, IsPopSeveralTimes, ()) {
    Twin one, other;
    Instant now;
    std::uint64_t handle = 0;
    std::uint64_t given = 0;
    const auto both = [&](auto&& act) {
        act(one.scheduler);
        act(other.scheduler);
    };
    for (int step = 0; step < 300; ++step) {
        const GroupId group = one.groups[pick(0, one.groups.size())];
        switch (pick(0, 12)) {
            case 0:
                both([&](Scheduler& s) { s.shut(group, Shut::gate); });
                break;
            case 1:
                both([&](Scheduler& s) { s.open(group, Shut::gate); });
                break;
            case 2: {
                const std::size_t more = pick(0, 20'000);
                both([&](Scheduler& s) {
                    s.set_allowance(group, s.departed_charge(group) + more, largest);
                });
                break;
            }
            case 3:
                both([&](Scheduler& s) { s.set_allowance(group, UINT64_MAX, largest); });
                break;
            case 4: {
                const BitsPerSecond rate =
                    pick(0, 2) == 0 ? unlimited_rate : BitsPerSecond{1'000'000'000};
                const auto bucket = static_cast<std::uint32_t>(pick(0, buckets));
                both([&](Scheduler& s) { s.set_cap(group, bucket, rate, now); });
                break;
            }
            case 5:
                ++handle;
                both([&](Scheduler& s) { s.push_control({handle, 84, 256}); });
                break;
            default: {
                const QueueId queue = one.queues[pick(0, one.queues.size())];
                const auto wire = static_cast<std::uint32_t>(pick(84, largest + 1));
                for (std::size_t i = pick(1, 20); i > 0; --i) {
                    ++handle;
                    both(
                        [&](Scheduler& s) { s.push(queue, {handle, wire, std::max(wire, 256U)}); });
                }
            }
        }
        now = now + Nanos{static_cast<std::int64_t>(pick(0, 5'000))};
        const auto most = pick(1, 64);
        const std::vector<Left> expected = one_by_one(one.scheduler, now, most);
        RC_ASSERT(in_runs(other.scheduler, now, most) == expected);
        RC_ASSERT(one.scheduler.packets() == other.scheduler.packets());
        RC_ASSERT(one.scheduler.wake_at(now) == other.scheduler.wake_at(now));
        given += expected.size();
    }
    RC_ASSERT(given > 0U);
}

}  // namespace
}  // namespace weir

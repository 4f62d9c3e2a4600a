#pragma once
// A port in virtual time that believes nothing: it keeps its own books of what a scheduler was
// given, what may leave and how much, and throws a sentence at the first answer that breaks a law.
#include <deque>
#include <map>
#include <stdexcept>
#include <vector>

#include "qos/scheduler.hpp"
#include "tests/unit/qos/real_bucket.hpp"

namespace weir::test {

inline void require(bool law, const char* sentence) {
    if (!law) throw std::logic_error{sentence};
}

class VirtualPort {
public:
    VirtualPort(const Scheduler::Setup& setup, Instant now)
        : setup_{setup}, now_{now}, scheduler_{setup, now} {
        note_port(setup.rate, setup.burst);
    }

    struct Queue {
        std::deque<QueuedPacket> packets;
        std::uint32_t group = 0;
        std::uint32_t bucket = 0;
        AggregateId aggregate{};
        Instant waiting_since{};
        Nanos longest_wait{0};
    };
    struct Group {
        std::uint32_t slice = 0;
        std::uint8_t shut = 0;
        std::size_t held = 0;
        std::uint64_t departed = 0, allowance = UINT64_MAX;
        std::uint32_t largest_charge = 0;
        bool open() const {
            return shut == 0 && (allowance == UINT64_MAX || departed + largest_charge <= allowance);
        }
        bool waits_for_peer() const {
            const bool only_gate =
                (shut & ~static_cast<unsigned>(static_cast<std::uint8_t>(Shut::gate))) == 0;
            return held > 0 && only_gate && !open();
        }
    };
    struct Slice {
        SliceRates rates;
        RealBucket most{1e-6, false}, least{-1e-6, false};  // of its limit
        double sent = 0;
        std::uint64_t charge_held = 0;
    };

    void add_slice(const SliceRates& rates, unsigned peers, unsigned aggregates, unsigned buckets) {
        slices.emplace_back();
        set_slice(static_cast<std::uint32_t>(slices.size() - 1), rates);
        const SliceId slice{static_cast<std::uint16_t>(slices.size() - 1)};
        for (unsigned g = 0; g < peers; ++g) {
            const GroupId group = scheduler_.add_group(slice);
            groups.emplace_back().slice = static_cast<std::uint32_t>(slices.size() - 1);
            for (unsigned a = 0; a < aggregates; ++a) {
                const AggregateId aggregate = scheduler_.add_aggregate(group, buckets);
                for (unsigned b = 0; b < buckets; ++b) {
                    require(index(scheduler_.queue(aggregate, b)) == queues.size(),
                            "ids are dense");
                    queues.emplace_back();
                    queues.back().group = static_cast<std::uint32_t>(index(group));
                    queues.back().aggregate = aggregate;
                    queues.back().bucket = b;
                }
            }
        }
    }
    void set_slice(std::uint32_t slice, const SliceRates& rates) {
        scheduler_.set_slice(SliceId{static_cast<std::uint16_t>(slice)}, rates, now_);
        Slice& it = slices[slice];
        it.rates = rates;
        const double depth =
            rates.limit == TokenBucket::unlimited
                ? 0
                : std::max(static_cast<double>((rates.limit * Nanos{100'000}).count()), 32'768.0);
        it.most.set(rates.limit, depth + 2 * static_cast<double>(setup_.largest.count()), now_);
        it.least.set(rates.limit, 1, now_);
    }
    void set_port(BitsPerSecond rate, Bytes burst) {
        scheduler_.set_port(rate, burst, now_);
        note_port(rate, burst);
    }
    void shut(std::uint32_t group, Shut reason) {
        scheduler_.shut(GroupId{group}, reason);
        groups[group].shut |= static_cast<std::uint8_t>(reason);
    }
    void open(std::uint32_t group, Shut reason) {
        scheduler_.open(GroupId{group}, reason);
        groups[group].shut &= static_cast<std::uint8_t>(~static_cast<unsigned>(reason));
    }
    void set_allowance(std::uint32_t group, std::uint64_t charge, std::uint32_t largest) {
        scheduler_.set_allowance(GroupId{group}, charge, largest);
        groups[group].allowance = charge;
        groups[group].largest_charge = largest;
    }

    void set_cap(std::uint32_t group, std::uint32_t bucket, BitsPerSecond rate) {
        scheduler_.set_cap(GroupId{group}, bucket, rate, now_);
        if (rate == unlimited_rate) {
            caps_.erase({group, bucket});
            return;
        }
        Cap& cap = caps_[{group, bucket}];
        const double depth = double((rate * Nanos{20'000} + setup_.largest).count());
        cap.most.set(rate, depth, now_);
        cap.least.set(rate, 1, now_);
    }

    bool push(std::uint32_t queue, std::uint32_t wire, std::uint32_t charge) {
        const QueuedPacket packet{std::uint64_t{queue} << 32U | pushed_++, wire, charge};
        const bool taken = scheduler_.push(QueueId{queue}, packet);
        require(taken == (held_ < setup_.packets), "it takes what it was made for, no more");
        if (!taken) return false;
        Queue& it = queues[queue];
        if (it.packets.empty()) it.waiting_since = now_;
        it.packets.push_back(packet);
        ++groups[it.group].held;
        slices[groups[it.group].slice].charge_held += charge;
        ++held_;
        return true;
    }
    // The oldest of a queue, unsent.
    void eject(std::uint32_t number) {
        Queue& queue = queues[number];
        if (queue.packets.empty()) return;
        const QueuedPacket packet = scheduler_.eject(QueueId{number});
        require(same(queue.packets.front(), packet), "the oldest is ejected");
        queue.packets.pop_front();
        queue.waiting_since = now_;
        --groups[queue.group].held;
        slices[groups[queue.group].slice].charge_held -= packet.charge;
        --held_;
    }
    // Past an empty scheduler.
    bool pass(std::uint32_t queue, std::uint32_t wire, std::uint32_t charge) {
        scheduler_.tick(now_);
        for (RealBucket* bucket : {&most_, &least_}) bucket->refill(now_);
        Group& group = groups[queues[queue].group];
        if (!scheduler_.pass(GroupId{queues[queue].group}, wire, charge)) return false;
        for (const auto& [of, cap] : caps_)
            require(of.first != queues[queue].group, "a group with caps passes nothing by");
        require(held_ == 0, "nobody is overtaken");
        require(most_.tokens() > -1e-3, "the port never sends ahead of its bucket");
        for (RealBucket* bucket : {&most_, &least_}) bucket->spend(wire);
        sent += wire;
        leave(group, wire, charge);
        return true;
    }
    bool push_control(std::uint32_t wire) {
        const QueuedPacket packet{pushed_++, wire, wire};
        const bool taken = scheduler_.push_control(packet);
        require(taken == (held_ < setup_.packets), "it takes what it was made for, no more");
        if (!taken) return false;
        control_.push_back(packet);
        ++held_;
        return true;
    }
    // The queue that was served; `control` or `nobody`.
    static constexpr std::uint32_t nobody = UINT32_MAX, control = UINT32_MAX - 1;
    std::uint32_t pop() {
        const auto departure = scheduler_.pop(now_);
        most_.refill(now_);
        least_.refill(now_);
        if (!departure) {
            require(held_ == 0 || least_.tokens() <= 1 || nobody_may_go(), "work is conserved");
            require(scheduler_.wake_at(now_) > now_, "it wakes when something has changed");
            return nobody;
        }
        const QueuedPacket& packet = departure->packet;
        require(most_.tokens() > -1e-3, "the port never sends ahead of its bucket");
        most_.spend(packet.wire);
        least_.spend(packet.wire);
        sent += packet.wire;
        --held_;
        require(departure->control == !control_.empty(), "control goes first");
        if (departure->control) {
            require(same(control_.front(), packet), "control is a FIFO");
            control_.pop_front();
            return control;
        }
        return settle(*departure);
    }
    // Counts what is held, by walking.
    void audit() const {
        std::vector<std::uint64_t> charge(slices.size());
        std::size_t packets = 0, of_control = 0;
        scheduler_.walk([&](const QueuedPacket& packet, const std::optional<SliceId>& slice) {
            ++packets;
            if (slice)
                charge[index(*slice)] += packet.charge;
            else
                ++of_control;
        });
        require(packets == held_ && scheduler_.packets() == held_, "pushed = popped + held");
        require(of_control == control_.size(), "control is held or sent");
        for (std::size_t i = 0; i < slices.size(); ++i)
            require(charge[i] == slices[i].charge_held, "charge pushed = popped + held");
        for (std::size_t g = 0; g < groups.size(); ++g)
            require(scheduler_.departed_charge(GroupId{static_cast<std::uint32_t>(g)}) ==
                        groups[g].departed,
                    "departed charge is what left");
        for (std::size_t g = 0; g < groups.size(); ++g)
            require(scheduler_.waits_for_peer(GroupId{static_cast<std::uint32_t>(g)}) ==
                        groups[g].waits_for_peer(),
                    "who waits for a peer is told from who waits for something else");
    }
    // Nobody answers between now and the time to wake.
    void wake_is_not_late(Dice& dice) const {
        const Instant wake = scheduler_.wake_at(now_);
        if (wake <= now_ + Nanos{1}) return;
        const auto most = std::min<std::int64_t>((wake - now_).count() - 1, 1'000'000'000);
        Scheduler probe = scheduler_;
        const Nanos later{static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(most))) +
                          1};
        require(!probe.pop(now_ + later), "nothing may go before the time to wake");
        if (wake < TokenBucket::never)
            require(!Scheduler{scheduler_}.pop(wake + Nanos{-1}), "nor just before it");
    }

    // Of the packets that stood at the head of the queue, the one there now included.
    Nanos longest_wait(std::uint32_t queue) const {
        const Queue& it = queues[queue];
        return std::max(it.longest_wait, now_ - it.waiting_since);
    }
    void advance(Nanos time) { now_ = now_ + time; }
    void advance_to(Instant time) { now_ = std::max(now_, time); }
    Instant now() const { return now_; }
    Instant wake_at() const { return scheduler_.wake_at(now_); }
    std::size_t held() const { return held_; }

    std::vector<Slice> slices;
    std::vector<Group> groups;
    std::vector<Queue> queues;
    double sent = 0;

private:
    void note_port(BitsPerSecond rate, Bytes burst) {
        most_.set(rate, static_cast<double>(burst.count()), now_);
        least_.set(rate, static_cast<double>(burst.count()), now_);
    }
    static bool same(const QueuedPacket& a, const QueuedPacket& b) {
        return a.handle == b.handle && a.wire == b.wire && a.charge == b.charge;
    }
    bool nobody_may_go() const {
        if (!control_.empty()) return false;
        // A slice may wake two slots of the wheel late.
        const Instant then = now_ + Nanos{-2 * SliceWheel::slot_nanos};
        for (const Queue& queue : queues) {
            const Group& group = groups[queue.group];
            if (!queue.packets.empty() && group.open() &&
                slices[group.slice].least.tokens_at(then) > 1 && may_send(queue))
                return false;
        }
        return true;
    }
    bool may_send(const Queue& queue) const {
        const auto cap = caps_.find({queue.group, queue.bucket});
        return cap == caps_.end() || cap->second.least.tokens_at(now_) > 1;
    }
    void spend_cap(const Queue& queue, std::uint32_t charge) {
        const auto found = caps_.find({queue.group, queue.bucket});
        if (found == caps_.end()) return;
        Cap& cap = found->second;
        for (RealBucket* bucket : {&cap.most, &cap.least}) bucket->refill(now_);
        require(cap.most.tokens() > -1e-3, "a cap is never passed");
        for (RealBucket* bucket : {&cap.most, &cap.least}) bucket->spend(charge);
    }
    std::uint32_t settle(const Departure& departure) {
        const QueuedPacket& packet = departure.packet;
        const auto number = static_cast<std::uint32_t>(packet.handle >> 32U);
        Queue& queue = queues.at(number);
        require(!queue.packets.empty() && same(queue.packets.front(), packet), "a flow is a FIFO");
        queue.packets.pop_front();
        queue.longest_wait = std::max(queue.longest_wait, now_ - queue.waiting_since);
        queue.waiting_since = now_;
        Group& group = groups[queue.group];
        require(index(departure.group) == queue.group && departure.aggregate == queue.aggregate &&
                    index(departure.slice) == group.slice,
                "a departure says whose it was");
        leave(group, packet.wire, packet.charge);
        spend_cap(queue, packet.charge);
        --group.held;
        slices[group.slice].charge_held -= packet.charge;
        return number;
    }
    void leave(Group& group, std::uint32_t wire, std::uint32_t charge) {
        require(group.open(), "a shut group sends nothing");
        group.departed += charge;
        require(group.departed <= group.allowance, "an allowance is never passed");
        Slice& slice = slices[group.slice];
        for (RealBucket* bucket : {&slice.most, &slice.least}) bucket->refill(now_);
        require(slice.most.tokens() > -1e-3, "a limit is never passed");
        for (RealBucket* bucket : {&slice.most, &slice.least}) bucket->spend(wire);
        slice.sent += wire;
    }

    struct Cap {
        RealBucket most{1e-6, true}, least{-1e-6, false};
    };

    std::map<std::pair<std::uint32_t, std::uint32_t>, Cap> caps_;  // of group and bucket
    Scheduler::Setup setup_;
    Instant now_;
    Scheduler scheduler_;
    RealBucket most_{1e-6, true}, least_{-1e-6, true};
    std::deque<QueuedPacket> control_;
    std::size_t held_ = 0;
    std::uint32_t pushed_ = 0;
};

}  // namespace weir::test

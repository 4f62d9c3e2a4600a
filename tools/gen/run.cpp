#include "tools/gen/run.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "dataplane/base/error.hpp"
#include "tools/gen/buffers.hpp"
#include "tools/gen/clock.hpp"
#include "tools/gen/progress.hpp"

namespace weir {
namespace {

constexpr Nanos chore_interval{100'000};

// What a thread does for a port besides moving traffic. One thread reads a port, one writes it.
struct Duty {
    Station* station;
    bool reads;
    bool writes;
    bool listens;  // nobody else takes packets off this port
};

void do_chores(const std::vector<Duty>& duties, std::uint64_t now) {
    for (const Duty& duty : duties) {
        Answerer* const answerer = duty.station->answerer.get();
        if (answerer == nullptr) continue;
        if (duty.listens) answerer->listen(now);
        if (duty.reads) answerer->tick(now);
        if (duty.writes) answerer->speak();
    }
}

void check_cores(const std::vector<unsigned>& cores) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof allowed, &allowed);
    for (const unsigned core : cores)
        if (core >= CPU_SETSIZE || !CPU_ISSET(core, &allowed))
            throw Error{ExitCode::device,
                        fmt::format("--cores {}: this process may not run on that core; \"taskset "
                                    "-p {}\" prints which ones it may",
                                    core, getpid())};
}

void pin(const std::vector<unsigned>& cores, std::size_t thread) {
    if (thread >= cores.size()) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cores[thread], &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

class Run {
public:
    Run(const Options& options, Devices& devices, Sender* sender, Sink* sink, Obedience* obedience,
        StopAsked stop, std::uint64_t ticks_per_second)
        : options_{options},
          sender_{sender},
          sink_{sink},
          stop_{stop},
          chore_ticks_{to_ticks(chore_interval, ticks_per_second)},
          linger_ticks_{to_ticks(options.linger, ticks_per_second)},
          duration_ticks_{to_ticks(options.duration, ticks_per_second)},
          obedience_{obedience} {
        Station* const tx = devices.tx();
        Station* const rx = devices.rx();
        if (tx != nullptr) sending_duties_.push_back({tx, tx != rx, true, tx != rx});
        if (rx != nullptr) receiving_duties_.push_back({rx, true, tx != rx, false});
    }

    void go() {
        started_ = ticks();
        if (sender_ != nullptr) sender_->start(started_);
        if (options_.threads == 2) {
            std::thread receiver{[this] {
                const PoolCacheOfThisThread cache;
                pin(options_.cores, 1);
                work(nullptr, sink_, receiving_duties_);
            }};
            pin(options_.cores, 0);
            work(sender_, nullptr, sending_duties_);
            receiver.join();
            return;
        }
        pin(options_.cores, 0);
        std::vector<Duty> all = sending_duties_;
        all.insert(all.end(), receiving_duties_.begin(), receiving_duties_.end());
        work(sender_, sink_, all);
    }
    std::uint64_t started() const { return started_; }
    std::uint64_t paused_ticks() const { return paused_ticks_; }

private:
    // The loop of one thread: what of sending and receiving is its part.
    void work(Sender* sender, Sink* sink, const std::vector<Duty>& duties) {
        std::uint64_t chores_due = 0;
        bool sending = sender != nullptr;
        for (;;) {
            const std::uint64_t now = ticks();
            const bool waits = sending && obedience_ != nullptr && paused(duties[0], now);
            if (sending && ((!waits && !sender->poll(now)) || time_is_up(now))) {
                sending = false;
                sender->finish();
                sender_ended_.store(now, std::memory_order_release);
            }
            if (sink != nullptr) sink->poll();
            if (now < chores_due) continue;
            chores_due = now + chore_ticks_;
            do_chores(duties, now);
            if (stop_()) stopping_.store(true, std::memory_order_relaxed);
            if (!sending && (sink == nullptr || all_received(now))) return;
        }
    }

    // A NIC hears a pause at once, not only between chores.
    bool paused(const Duty& duty, std::uint64_t now) {
        if (duty.listens) duty.station->answerer->listen(now);
        const bool is = obedience_->paused(now);
        if (is && looked_ != 0) paused_ticks_ += now - looked_;
        looked_ = is ? now : 0;
        return is;
    }

    bool time_is_up(std::uint64_t now) const {
        return (duration_ticks_ != 0 && now - started_ >= duration_ticks_) ||
               stopping_.load(std::memory_order_relaxed);
    }

    bool all_received(std::uint64_t now) const {
        if (sender_ == nullptr)
            return time_is_up(now) || (options_.count != 0 && sink_->unique() >= options_.count);
        const std::uint64_t ended = sender_ended_.load(std::memory_order_acquire);
        if (ended == 0) return false;
        // Only what is new shows that more may come: duplicates can go round for ever.
        const std::uint64_t quiet_since =
            stopping_.load(std::memory_order_relaxed) ? ended : std::max(ended, sink_->last_new());
        // With --fast noise counts as well.
        const std::uint64_t all =
            sender_->packets() + (options_.fast ? sender_->random_packets() : 0);
        return sink_->unique() >= all || now - std::min(now, quiet_since) > linger_ticks_;
    }

    const Options& options_;
    Sender* sender_;
    Sink* sink_;
    StopAsked stop_;
    std::uint64_t chore_ticks_;
    std::uint64_t linger_ticks_;
    std::uint64_t duration_ticks_;  // 0: no end
    std::vector<Duty> sending_duties_;
    std::vector<Duty> receiving_duties_;
    Obedience* obedience_;
    std::uint64_t looked_ = 0;  // while paused, in ticks
    std::uint64_t paused_ticks_ = 0;
    std::uint64_t started_ = 0;
    std::atomic<std::uint64_t> sender_ended_{0};  // ticks; 0: it still sends
    std::atomic<bool> stopping_{false};
};

Received received(const Options& options, const Sink& sink, const Sender* sender,
                  std::uint64_t started, std::uint64_t ticks_per_second) {
    Received all =
        sink.result(sender == nullptr ? nullptr : &sender->flows(), started, ticks_per_second);
    if (sender == nullptr && options.count != 0) {
        // Told how many to wait for: what is missing was lost, whichever flow it was of.
        const std::uint64_t missing = options.count - std::min(options.count, all.total.unique);
        all.total.lost = std::max(all.total.lost, missing);
        all.loss_known = true;
    }
    return all;
}

}  // namespace

Result run(const Options& asked, StopAsked stop) {
    check_cores(asked.cores);
    const std::uint64_t ticks_per_second = measure_ticks_per_second();
    Options options = asked;
    Devices devices{options, ticks_per_second};
    std::optional<SizeMix> mix;
    std::optional<PacketBuilder> builder;
    std::optional<Sender> sender;
    std::optional<Sink> sink;
    if (options.sends()) {
        devices.wait_for_links(options.wait_link, stop);
        Traffic& traffic = options.traffic;
        traffic.source_mac = options.source_mac.value_or(devices.tx()->port->mac());
        traffic.destination_mac = options.destination_mac
                                      ? *options.destination_mac
                                      : devices.resolve(*options.gateway, options.wait_link, stop);
        mix.emplace(options.size, PacketBuilder::least_size(traffic));
        builder.emplace(traffic, mix->sizes());
        sender.emplace(*devices.tx()->port, devices.pool(), options, *builder, *mix,
                       ticks_per_second);
    }
    std::optional<Obedience> obedience;
    if (options.pfc) {
        constexpr BitsPerSecond otherwise{10'000'000'000};
        const BitsPerSecond line =
            options.line.value_or(devices.tx()->port->speed().value_or(otherwise));
        obedience.emplace(*options.pfc, line, ticks_per_second);
        devices.tx()->answerer->obey_by(*obedience);
    }
    if (options.receives())
        sink.emplace(*devices.rx()->port, devices.rx()->answerer.get(), options, ticks_per_second);
    Sender* const sending = sender ? &*sender : nullptr;
    Sink* const receiving = sink ? &*sink : nullptr;

    Run whole{options, devices,         sending, receiving, obedience ? &*obedience : nullptr,
              stop,    ticks_per_second};
    {
        const Progress progress{sending, receiving, options.report_every};
        whole.go();
    }
    Result result;
    result.nanos_per_tick = 1e9 / static_cast<double>(ticks_per_second);
    if (sender) result.sent = sender->result();
    if (obedience)
        result.sent->paused =
            Sent::Paused{obedience->heard(),
                         result.nanos_per_tick * 1e-9 * static_cast<double>(whole.paused_ticks())};
    if (sink)
        result.received = received(options, *sink, sending, whole.started(), ticks_per_second);
    result.devices = devices.rows();
    return result;
}

}  // namespace weir

#pragma once
// A watchdog, and three Probers with gates between them all.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "pfc/probe.hpp"
#include "pfc/watchdog.hpp"
#include "tests/fuzz/session_ends.hpp"

namespace weir::fuzz {

class Watched {
public:
    void sample(Reader& in, Instant now) {
        const std::uint8_t how = in.byte();
        if (how == 0xff) watch_ = QueueWatchdog{terms(in)};
        if (how == 0xff) fresh_ = true;
        if ((how & 0x80U) != 0) watch_.acknowledge();
        if (fresh_) moved_ = blocked_ = now;
        fresh_ = false;
        seen_.empty = (how & 1U) != 0;
        if (seen_.blocked) seen_.blocked_for += std::min(now - last_, Nanos{1'000'000'000'000});
        if (seen_.blocked) blocked_ = now;
        last_ = now;
        seen_.blocked = (how & 2U) != 0;
        seen_.at_limit = (how & 4U) != 0;
        seen_.sent += (how >> 3U) & 1U;
        seen_.peer_departed += (how >> 4U) & 1U;
        if ((how & 0x19U) != 0) moved_ = now;
        if (seen_.blocked) blocked_ = now;
        const WatchdogDecision decision = watch_.sample(seen_, now);
        if (decision.detected)
            require(!seen_.empty && now - moved_ >= 2 * terms_.detect, "bit too soon");
        if (decision.restored) require(now - blocked_ >= terms_.restore, "restored too soon");
        require(watch_.stuck() || decision.order == WatchdogOrder::obey, "bites for nothing");
        require(decision.order != WatchdogOrder::ignore || !seen_.at_limit, "passes a limit");
        require(decision.order != WatchdogOrder::drop || !watch_.lossless(), "drops unseen");
        if (pause_.sample(seen_.blocked, now)) require(seen_.blocked, "no pause is long");
    }

private:
    WatchdogTerms terms(Reader& in) {
        const std::uint8_t how = in.byte();
        const Nanos interval = watchdog_interval(in.span(), Nanos{0}, how >> 2U);
        require(interval >= least_watchdog_interval && interval <= most_watchdog_interval,
                "an interval out of bounds");
        return terms_ = {.detect = interval,
                         .restore = interval,
                         .action = static_cast<WatchdogAction>(how % 3U)};
    }
    WatchdogTerms terms_;
    QueueWatchdog watch_{terms_};
    LongPause pause_{Nanos{1'000'000'000}};
    WatchdogSample seen_;
    Instant last_{}, moved_{}, blocked_{};
    bool fresh_ = true;
};

// Node 0, 1, 2 and gates between them all; one Prober is asked, in the name of one of the others.
class Probed {
public:
    void sample(Reader& in, Instant now) {
        const std::uint8_t how = in.byte();
        const std::size_t node = how % 3U;
        const auto gate = static_cast<LinkId>(how / 3U % 4U);
        const auto probe = probers_[node].sample(gate, SliceNumber{1}, (how & 0x80U) != 0,
                                                 Nanos{in.byte() * 100'000}, now);
        if (!probe) return;
        require(probers_[node].lasting(gate), "asks about what moves");
        require(probe->origin == number(node) && probe->lowest == number(node), "asks for others");
        if (flying_.size() < 200) flying_.push_back(*probe);
        open_.push_back({node, probe->id});
    }
    void receive(Reader& in, Instant now) {
        const std::uint8_t how = in.byte(), what = in.byte();
        const std::size_t node = how % 3U;
        ProbeRecord probe = flying_[in.byte() % flying_.size()];
        if ((what & 1U) != 0) probe.origin = static_cast<NodeNumber>(in.byte());
        if ((what & 2U) != 0) probe.id = in.byte();
        if ((what & 4U) != 0) probe.lowest = static_cast<NodeNumber>(in.byte());
        if ((what & 8U) != 0) probe.hops = in.byte();
        std::array<LinkId, 2> waits{static_cast<LinkId>(what >> 4U & 3U),
                                    static_cast<LinkId>(what >> 6U & 3U)};
        const auto verdict = probers_[node].receive(
            probe, static_cast<LinkId>(how / 3U % 4U),
            std::span{waits}.first(std::min<std::size_t>(how >> 6U, 2)), now);
        if (verdict.fate == ProbeFate::resolve) resolved(node, probe);
        if (verdict.fate != ProbeFate::pass) return;
        require(verdict.onward.hops == probe.hops + 1 && verdict.onward.hops <= most_probe_hops,
                "goes on for ever");
        const ProbeRecord copy = verdict.through(waits[0]);
        require(copy.lowest <= probe.lowest && copy.lowest <= number(node), "forgets a lower one");
        if (flying_.size() < 200) flying_.push_back(copy);
    }

private:
    static NodeNumber number(std::size_t node) { return static_cast<NodeNumber>(node + 1); }
    void resolved(std::size_t node, const ProbeRecord& probe) {
        const auto it = std::ranges::find(open_, std::pair{node, probe.id});
        require(probe.origin == number(node) && it != open_.end(),
                "a proof that is none, or again");
        require(probe.lowest == number(node), "acts for another");
        open_.erase(it);
    }
    std::array<Prober, 3> probers_{Prober{number(0), 4, 0}, Prober{number(1), 4, UINT32_MAX - 3},
                                   Prober{number(2), 4, 60}};
    std::vector<ProbeRecord> flying_{ProbeRecord{}};
    std::vector<std::pair<std::size_t, std::uint32_t>> open_;
};

}  // namespace weir::fuzz

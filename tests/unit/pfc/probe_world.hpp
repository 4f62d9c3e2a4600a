#pragma once
// Nodes whose gates are shut or not, one slice, and PROBEs on their way between them. A node's
// LinkId of a peer is the index of that peer.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "pfc/probe.hpp"

namespace weir::test {

class ProbeWorld {
public:
    using Channel = std::pair<std::size_t, std::size_t>;  // from a node to its peer

    explicit ProbeWorld(const std::vector<std::uint64_t>& numbers) {
        for (const std::uint64_t number : numbers)
            probers_.emplace_back(NodeNumber{number}, numbers.size(),
                                  static_cast<std::uint32_t>(number * 1'000));
    }

    // Charge that came to `at` from `from` waits at the gate to `to`; both gates are shut.
    void wait(std::size_t from, std::size_t at, std::size_t to) {
        waits_[{from, at}].push_back(static_cast<LinkId>(to));
        held.insert({from, at});
        held.insert({at, to});
    }
    // The charge of each node's predecessor waits at its successor.
    void ring(const std::vector<std::size_t>& nodes) {
        for (std::size_t i = 0; i < nodes.size(); ++i)
            wait(nodes[i], nodes[(i + 1) % nodes.size()], nodes[(i + 2) % nodes.size()]);
    }

    // `copies(probe)` says how many of it arrive, a millisecond later; `on_resolve(node, gate)` may
    // open gates.
    template <class Copies, class OnResolve>
    void run(Nanos time, Copies&& copies, OnResolve&& on_resolve) {
        for (const Instant end = now + time; now < end; now = now + Nanos{1'000'000}) {
            std::vector<Flying> arrived;
            arrived.swap(flying_);
            for (const auto& [from, to] : held_or_known())
                if (const auto probe = probers_[from].sample(
                        static_cast<LinkId>(to), slice, held.contains({from, to}), round_trip, now))
                    send(*probe, from, to, copies(*probe));
            for (const Flying& it : arrived) arrive(it, copies, on_resolve);
        }
    }
    void run(Nanos time) {
        run(
            time, [](const ProbeRecord&) { return 1; },
            [this](std::size_t node, std::size_t gate) { resolved.push_back({node, gate}); });
    }

    static constexpr SliceNumber slice{10};
    Nanos round_trip{2'000'000};
    Instant now{Nanos{5'000'000'000}};
    std::set<Channel> held;
    std::vector<Channel> resolved;
    std::size_t sent = 0;
    std::uint16_t most_hops = 0;

private:
    struct Flying {
        ProbeRecord probe;
        std::size_t from, to;
    };

    std::set<Channel> held_or_known() {
        known_.insert(held.begin(), held.end());
        return known_;
    }
    void send(const ProbeRecord& probe, std::size_t from, std::size_t to, int copies) {
        for (int i = 0; i < copies; ++i) flying_.push_back({probe, from, to});
        ++sent;
        most_hops = std::max(most_hops, probe.hops);
    }
    template <class Copies, class OnResolve>
    void arrive(const Flying& it, Copies& copies, OnResolve& on_resolve) {
        const auto& waits = waits_[{it.from, it.to}];
        const auto verdict =
            probers_[it.to].receive(it.probe, static_cast<LinkId>(it.from), waits, now);
        if (verdict.fate == ProbeFate::resolve) on_resolve(it.to, index(verdict.gate));
        if (verdict.fate != ProbeFate::pass) return;
        for (const LinkId gate : waits)
            send(verdict.through(gate), it.to, index(gate), copies(it.probe));
    }

    std::vector<Prober> probers_;
    std::map<Channel, std::vector<LinkId>> waits_;
    std::set<Channel> known_;
    std::vector<Flying> flying_;
};

}  // namespace weir::test

#include "tools/sim/torture_print.hpp"

#include <fmt/format.h>

#include <array>

#include "tools/sim/over_cores.hpp"

namespace weir::sim {
namespace {

Troubles allowed(const TortureOptions& options) {
    Troubles troubles = all_troubles;
    for (unsigned i = 0; i < static_cast<unsigned>(Trouble::count); ++i)
        if (std::ranges::find(options.without, name(static_cast<Trouble>(i))) !=
            options.without.end())
            troubles &= ~(1U << i);
    return troubles;
}

std::string without(Troubles left) {
    std::string words;
    for (unsigned i = 0; i < static_cast<unsigned>(Trouble::count); ++i)
        if ((left >> i & 1U) == 0)
            words += fmt::format(" --without {}", name(static_cast<Trouble>(i)));
    return words;
}

std::string changed(const Rules& rules) {
    return std::string{rules.obey_limit ? "" : " --without-limit"} +
           (rules.break_deadlocks ? "" : " --without-probes");
}

void print_classes(const std::vector<Torture>& all) {
    std::uint64_t packets = 0, hops = 0, messages = 0, refused = 0, died = 0, lost = 0, closed = 0;
    std::uint64_t deadlocked = 0, ejected = 0;
    Nanos stood{0};
    std::array<std::uint64_t, static_cast<std::size_t>(Trouble::count)> had{};
    for (const Torture& it : all) {
        packets += it.packets;
        hops += it.hops;
        messages += it.messages;
        refused += it.refused;
        died += it.died;
        lost += it.lost_on_lines;
        closed += it.closed_a_gate ? 1 : 0;
        deadlocked += it.proofs > 0 ? 1 : 0;
        ejected += it.ejected;
        if (hears(it)) stood = std::max(stood, it.stood);
        for (std::size_t i = 0; i < had.size(); ++i) had[i] += it.had >> i & 1U;
    }
    for (std::size_t i = 0; i < had.size(); ++i)
        fmt::print("  {:>5.1f} % had {}\n", 100.0 * double(had[i]) / double(all.size()),
                   name(static_cast<Trouble>(i)));
    fmt::print("  {:>5.1f} % closed a gate\n", 100.0 * double(closed) / double(all.size()));
    fmt::print(
        "  {:>5.1f} % were deadlocked, {} packets were ejected; where messages arrive all "
        "stood still for {} ms at most\n",
        100.0 * double(deadlocked) / double(all.size()), ejected, stood.count() / 1'000'000);
    fmt::print(
        "  {} packets, {} packet hops, {} messages ({} refused), {} packets lost on lines, "
        "{} died with routers\n",
        packets, hops, messages, refused, lost, died);
}

bool hard_enough(const std::vector<Torture>& all) {
    const auto seeds = static_cast<std::ptrdiff_t>(all.size());
    const auto rings = std::ranges::count_if(
        all, [](const auto& it) { return (it.had & only(Trouble::ring)) != 0; });
    const auto closed = std::ranges::count_if(all, &Torture::closed_a_gate);
    return rings * 100 >= seeds * 30 && closed * 100 >= seeds * 80;
}

}  // namespace

int print_torture(const TortureOptions& options) {
    const Troubles troubles = allowed(options);
    std::vector<Torture> all(options.seeds);
    over_cores(options.jobs, all.size(), [&](std::size_t at) {
        all[at] = torture(options.first + at, troubles, options.rules);
    });
    std::uint64_t broken = 0;
    for (std::uint64_t i = 0; i < options.seeds; ++i) {
        if (all[i].broken.empty()) continue;
        if (++broken > 10) continue;
        const std::uint64_t seed = options.first + i;
        const auto least = shrink(seed, troubles, options.rules);
        fmt::print("seed {}: {}\n  again: weir-sim torture --first {} --seeds 1{}{}\n", seed,
                   all[i].broken, seed, without(least), changed(options.rules));
    }
    print_classes(all);
    fmt::print("{} of {} seeds hold\n", options.seeds - broken, options.seeds);
    const bool whole = options.without.empty() && options.seeds >= 100;
    const bool hard = !whole || hard_enough(all);
    if (!hard) fmt::print("but too few were rings (30 %) or closed a gate (80 %) to say much\n");
    return broken == 0 && hard ? 0 : 1;
}

}  // namespace weir::sim

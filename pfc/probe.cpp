#include "pfc/probe.hpp"

#include <algorithm>
#include <cassert>

namespace weir {

Prober::Prober(NodeNumber self, std::size_t links, std::uint32_t first_id)
    : self_{self}, next_id_{first_id}, gates_{links}, memories_{links} {
    assert(self != nobody);
}

std::optional<ProbeRecord> Prober::sample(LinkId link, SliceNumber slice, bool held,
                                          Nanos round_trip, Instant now) noexcept {
    now_.advance(now);
    Gate& gate = gates_[link];
    if (!held) {
        gate = {};
        return std::nullopt;
    }
    const Nanos patience = lasting_after(round_trip);
    if (!gate.held)
        gate = {.held = true, .slice = slice, .since = now_, .next = later(now_, patience)};
    gate.lasting = Instant{now_} - gate.since >= patience;
    if (!gate.lasting || Instant{now_} < gate.next || !ids_.take(now_)) return std::nullopt;
    gate.next = later(now_, patience);
    gate.live = true;
    gate.id = next_id_++;
    return ProbeRecord{.origin = self_, .slice = slice, .id = gate.id, .lowest = self_, .hops = 1};
}

ProbeVerdict Prober::receive(const ProbeRecord& probe, LinkId from, std::span<const LinkId> waits,
                             Instant now) noexcept {
    now_.advance(now);
    const std::optional<LinkId> gate = gate_of(probe);
    if (probe.origin == self_ && !gate) return {ProbeFate::stale};
    const auto lasts = [this](LinkId at) { return gates_[at].lasting; };
    if (waits.empty() || !std::ranges::all_of(waits, lasts)) return {ProbeFate::moving};
    if (gate && std::ranges::find(waits, *gate) != waits.end()) return proof(probe, *gate);
    if (probe.hops >= most_probe_hops) return {ProbeFate::too_far};
    Memory& memory = memories_[from];
    if (!first_time(memory, probe)) return {ProbeFate::seen};
    if (!memory.rate.take(now_)) return {ProbeFate::too_many};
    memory.passed[memory.next++ % memory.passed.size()] = {probe.origin, probe.id, now_};
    ProbeVerdict verdict{.fate = ProbeFate::pass, .onward = probe};
    if (gate) verdict.gate = *gate;
    verdict.ours = gate.has_value();
    ++verdict.onward.hops;
    verdict.onward.lowest = std::min(probe.lowest, self_);
    return verdict;
}

// The gate must have lasted all the while: sample() ends the id of one that moved.
std::optional<LinkId> Prober::gate_of(const ProbeRecord& probe) const noexcept {
    if (probe.origin != self_) return std::nullopt;
    for (std::size_t i = 0; i < gates_.size(); ++i) {
        const Gate& gate = gates_[static_cast<LinkId>(i)];
        if (gate.live && gate.id == probe.id && gate.slice == probe.slice)
            return static_cast<LinkId>(i);
    }
    return std::nullopt;
}

ProbeVerdict Prober::proof(const ProbeRecord& probe, LinkId left_by) noexcept {
    Gate& gate = gates_[left_by];
    gate.live = false;
    if (probe.lowest != self_) return {.fate = ProbeFate::others, .gate = left_by};
    // What we open shall have a whole wait to move before the next proof.
    gate.lasting = false;
    gate.held = false;
    return {.fate = ProbeFate::resolve, .gate = left_by};
}

bool Prober::first_time(Memory& memory, const ProbeRecord& probe) noexcept {
    return std::ranges::none_of(memory.passed, [&](const Passed& it) {
        return it.origin == probe.origin && it.id == probe.id &&
               Instant{now_} - it.at <= remembered;
    });
}

}  // namespace weir

#pragma once
// Deadlock: gates that wait for each other along a cycle of links. Found by PROBEs that go where
// charge waits (Chandy, Misra and Haas, "Distributed deadlock detection", 1983: the edge-chasing
// one), resolved by one node of the cycle.
//
// A *gate* is one (peer, slice) as a sender; charge of an incoming (peer, slice) waits at the gates
// whose queues hold it. A gate is *lasting* once it held its queue for max(20 RTT, 20 ms) without a
// packet leaving. Then:
//  * a lasting gate sends PROBE{origin, slice, id, lowest = origin} to its peer, and another each
//    time that wait has passed once more: of those lost on the way nobody says anything;
//  * who gets a PROBE passes it to all gates where the charge of that very peer waits, if all of
//    them last: with one that moves, room comes back, and nothing is proved;
//  * it is a proof if it comes back to its origin *with charge that waits at the gate it left by*.
//
// The last condition is narrower than "back at its origin". In two rings that share a node a probe
// of one ring can come by its origin in the other, where nothing waits for the gate it left by; it
// is then passed on like any other, and comes back by the right door if the cycle is a figure of
// eight.
//
// Who acts: the origin of a proof whose `lowest` is itself. A node that is not the lowest of its
// cycle does nothing, whatever it proves; the lowest is itself blocked and has its own probe under
// way. If a probe passes its own origin at a lower gate, that copy is marked `nobody`, for that
// gate's own probe will prove the same cycle. So of any number of origins on one cycle exactly one
// gate acts. Each (origin, id) is passed once per incoming (peer, slice), so every way a copy took
// is a simple one; the lowest gate of each knot of gates is always the lowest of whatever way its
// probe comes back by, so there is always one who acts.
//
// A gate that is opened from outside the cycle (re-routed, ejected by a watchdog) after the probe
// has passed it is not seen: its origin then acts once too often. Gates of the cycle itself cannot
// open behind the probe, for what they wait at has stood still for 20 RTT when it passes.
//
// A copy of a proof proves nothing: the first that comes back ends its id. Node numbers are unique
// and not 0. Never allocates after construction; `now` is an argument.
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/token_rate.hpp"
#include "pfc/message.hpp"
#include "pfc/moment.hpp"

namespace weir {

// Of one (peer, slice), or of one flow bucket of it that the peer lets send nothing, as the caller
// numbers them: the gate and the buffer of it share a number. ProbeRecord::bucket is the caller's
// to set and to read: who waits for a bucket waits for the charge of that bucket, who waits for a
// slice for all of its charge.
enum class LinkId : std::uint32_t {};

inline constexpr NodeNumber nobody{};
inline constexpr std::uint16_t most_probe_hops = 64;

// How long a gate holds its queue before it is asked about.
constexpr Nanos lasting_after(Nanos round_trip) noexcept {
    return std::max(times(round_trip, 20), Nanos{20'000'000});
}

enum class ProbeFate : std::uint8_t {
    pass,      // to each gate it waits at, with through()
    resolve,   // a cycle, and it is for us to open it
    others,    // a cycle that another node opens
    moving,    // nothing waits, or not for long enough
    seen,      // a copy
    stale,     // ours, of a gate that has moved since, or of another life
    too_far,   // hops
    too_many,  // in too short a time
};

struct ProbeVerdict {
    ProbeFate fate = ProbeFate::moving;
    LinkId gate{};  // resolve, others: that the probe left by
    ProbeRecord onward{};
    bool ours = false;  // our own on its way past us

    // What is sent to one of the gates it waits at.
    ProbeRecord through(LinkId to) const noexcept {
        ProbeRecord copy = onward;
        if (ours && to < gate) copy.lowest = nobody;
        return copy;
    }
};

class Prober {
public:
    // `links`: how many (peer, slice) there are. `first_id`: random, so that what an earlier life
    // of ours sent is not taken for ours.
    Prober(NodeNumber self, std::size_t links, std::uint32_t first_id);

    // `held`: the gate of `link` is shut, its queue is not empty and nothing left since the last
    // call. Returns what is to be sent to its peer, if it is time.
    std::optional<ProbeRecord> sample(LinkId link, SliceNumber slice, bool held, Nanos round_trip,
                                      Instant now) noexcept;

    // A PROBE from the peer of `from`. `waits`: all gates where charge of `from` waits; none if it
    // holds nothing. All of the record's slice.
    ProbeVerdict receive(const ProbeRecord& probe, LinkId from, std::span<const LinkId> waits,
                         Instant now) noexcept;

    bool lasting(LinkId gate) const noexcept { return gates_[gate].lasting; }

private:
    static constexpr Nanos remembered{10'000'000'000};

    struct Gate {
        bool held = false, lasting = false, live = false;
        std::uint32_t id = 0;  // of the probe that is under way, if `live`
        SliceNumber slice{};
        Instant since{};
        Instant next{};
    };
    struct Passed {
        NodeNumber origin{};
        std::uint32_t id = 0;
        Instant at{};
    };
    // The latest that came by, per incoming (peer, slice).
    struct Memory {
        std::array<Passed, 16> passed{};
        std::size_t next = 0;
        TokenRate rate{PacketsPerSecond{500}, 16};
    };

    ProbeVerdict proof(const ProbeRecord& probe, LinkId left_by) noexcept;
    std::optional<LinkId> gate_of(const ProbeRecord& probe) const noexcept;
    bool first_time(Memory& memory, const ProbeRecord& probe) noexcept;

    NodeNumber self_;
    std::uint32_t next_id_;
    Latest now_;
    TokenRate ids_{PacketsPerSecond{10'000}, 1'000};  // none comes again for days
    IdVector<LinkId, Gate> gates_;
    IdVector<LinkId, Memory> memories_;
};

}  // namespace weir

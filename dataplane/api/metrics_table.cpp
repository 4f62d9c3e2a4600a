#include "dataplane/api/metrics_table.hpp"

#include <algorithm>
#include <array>

#include "dataplane/config/buffers.hpp"
#include "dataplane/wire/address.hpp"

namespace weir {
namespace {

template <class Read>
std::uint64_t sum(std::span<const Shard* const> shards, Read read) {
    std::uint64_t total = 0;
    for (const Shard* shard : shards) total += read(*shard);
    return total;
}

// A counter of each port, added up over the threads.
template <PacketCounter PortCounters::* way, Counter PacketCounter::* what>
void per_port(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        emit({r.config().ports[id].name},
             sum(r.shards(), [&](const Shard& s) { return (s.ports[id].*way.*what).read(); }));
    }
}

void missed(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        for (const auto& missed : r.port(id).missed)
            emit({r.config().ports[id].name, missed.cause}, missed.packets);
    }
}

void port_up(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        emit({r.config().ports[id].name}, std::uint64_t{r.port(id).link_up});
    }
}

// Until a packet's slice is told apart, all of them are in the first.
void drops(Reading& r, const Emit& emit) {
    const std::string& slice = r.config().slices[SliceId{0}].name;
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        for (std::size_t drop = 1; drop < drop_count; ++drop)  // behind Drop::none
            emit({r.config().ports[id].name, slice, drop_texts[drop].name},
                 sum(r.shards(), [&](const Shard& s) { return s.ports[id].drops[drop].read(); }));
    }
}

// A counter of each slice at each port.
template <class Read>
void per_slice(Reading& r, const Emit& emit, Read&& read) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        for (std::size_t k = 0; k < r.config().slices.size(); ++k) {
            const auto slice = static_cast<SliceId>(k);
            const std::size_t slot = r.snapshot().slices[slice].slot;
            emit({r.config().ports[port].name, r.config().slices[slice].name},
                 sum(r.shards(), [&](const Shard& s) { return read(s.ports[port].slices[slot]); }));
        }
    }
}
template <PacketCounter SliceCounters::* way, Counter PacketCounter::* what>
void slice_way(Reading& r, const Emit& emit) {
    per_slice(r, emit, [](const SliceCounters& slice) { return (slice.*way.*what).read(); });
}
template <Counter SliceCounters::* what>
void slice_count(Reading& r, const Emit& emit) {
    per_slice(r, emit, [](const SliceCounters& slice) { return (slice.*what).read(); });
}

// Senders are peers by their name; the hosts of a port are "port NAME", which no name can be.
void headroom(Reading& r, const Emit& emit) {
    for (const LosslessBuffer& buffer : lossless_buffers(r.config())) {
        if (!buffer.needed) continue;
        const std::string sender =
            buffer.peer ? r.config().peers[*buffer.peer].name : sender_of(buffer, r.config());
        emit({sender, r.config().slices[buffer.slice].name}, buffer.needed->headroom.count());
    }
}

// A counter of each 802.1p priority at each port.
template <std::array<Counter, priorities> PortCounters::* what>
void per_priority(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        for (std::size_t n = 0; n < priorities; ++n)
            emit({r.config().ports[id].name, std::to_string(n)},
                 sum(r.shards(), [&](const Shard& s) { return (s.ports[id].*what)[n].read(); }));
    }
}
void pauses_ignored(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto id = static_cast<PortId>(i);
        emit({r.config().ports[id].name},
             sum(r.shards(), [&](const Shard& s) { return s.ports[id].pauses_ignored.read(); }));
    }
}

// Of the slices that hosts can stop; `emit_one(labels, total)`, the labels of a port, the hosts, a
// slice.
template <Counter SliceCounters::* what, class EmitOne>
void per_paused(Reading& r, EmitOne&& emit_one) {
    for (const LosslessBuffer& buffer : lossless_buffers(r.config())) {
        if (buffer.peer) continue;
        const std::size_t slot = r.snapshot().slices[buffer.slice].slot;
        emit_one(r.config().ports[buffer.port].name, sender_of(buffer, r.config()),
                 r.config().slices[buffer.slice].name, sum(r.shards(), [&](const Shard& s) {
                     return (s.ports[buffer.port].slices[slot].*what).read();
                 }));
    }
}
void paused(Reading& r, const Emit& emit) {
    per_paused<&SliceCounters::paused_ns>(
        r, [&](const auto& port, const auto& hosts, const auto& slice, std::uint64_t ns) {
            emit({port, slice, hosts}, static_cast<double>(ns) * 1e-9);
        });
}
template <Counter SliceCounters::* what>
void watched(Reading& r, const Emit& emit) {
    per_paused<what>(r, [&](const auto&, const auto& hosts, const auto& slice,
                            std::uint64_t times) { emit({hosts, slice}, times); });
}

void stayed(Reading& r, const Emit& emit) {
    constexpr double ns = 1e-9;
    for (std::size_t i = 0; i < r.config().ports.size(); ++i) {
        const auto port = static_cast<PortId>(i);
        for (std::size_t k = 0; k < r.config().slices.size(); ++k) {
            const auto slice = static_cast<SliceId>(k);
            const Residence all = residence_of(r, port, r.snapshot().slices[slice].slot);
            Distribution made{
                .at_most = {}, .count = all.count(), .sum = static_cast<double>(all.sum()) * ns};
            for (unsigned bits = 10; bits < residence::value_bits; bits += 2)  // 1 us .. 17 s
                made.at_most.emplace_back(static_cast<double>((std::uint64_t{1} << bits) - 1) * ns,
                                          all.below(bits));
            emit({r.config().ports[port].name, r.config().slices[slice].name}, std::move(made));
        }
    }
}

template <CounterBank Shard::* bank, Counter PacketCounter::* what>
std::uint64_t banked(const Reading& r, CounterId slot) {
    return sum(r.shards(), [&](const Shard& shard) {
        const PacketCounter* counter = (shard.*bank).find(slot);
        return counter == nullptr ? 0 : (counter->*what).read();
    });
}

template <Counter PacketCounter::* what>
void per_sid(Reading& r, const Emit& emit) {
    for (const SnapshotSid& sid : r.snapshot().sids)
        emit({to_string(sid.address), name(sid.behavior)},
             banked<&Shard::sids, what>(r, sid.counter));
}

template <Counter PacketCounter::* what>
void per_path(Reading& r, const Emit& emit) {
    PolicyId policy{};
    std::size_t number = 0;  // of the path in its policy
    for (const SnapshotPath& path : r.snapshot().paths) {
        if (path.policy != policy) number = 0;
        policy = path.policy;
        emit({r.config().policies[policy].name, std::to_string(number++)},
             banked<&Shard::paths, what>(r, path.counter));
    }
}

template <Counter Shard::* what>
void per_worker(Reading& r, const Emit& emit) {
    for (std::size_t i = 0; i < r.workers().size(); ++i)
        emit({std::to_string(i)}, (r.workers()[i]->*what).read());
}

template <Counter Shard::* what>
void of_all(Reading& r, const Emit& emit) {
    emit({}, sum(r.shards(), [](const Shard& shard) { return (shard.*what).read(); }));
}

void neighbors(Reading& r, const Emit& emit) {
    for (const std::string_view state : {"incomplete", "reachable", "probing", "failed"})
        emit({state}, static_cast<std::uint64_t>(
                          std::ranges::count(r.neighbors(), state, &NeighborView::state)));
}

void buffers(Reading& r, const Emit& emit) {
    const BufferCensus& buffers = r.audit().buffers;
    emit({"free"}, buffers.all - buffers.in_use);
    emit({"in_use"}, buffers.in_use);
}

void adoption(Reading& r, const Emit& emit) {
    std::uint64_t longest = 0;
    for (const Shard* worker : r.workers())
        longest = std::max(longest, worker->adoption_cycles_max.read());
    emit({}, r.source().seconds(longest));
}

void snapshot_version(Reading& r, const Emit& emit) { emit({}, r.snapshot().version); }
void start_time(Reading& r, const Emit& emit) {
    emit({}, static_cast<std::uint64_t>(r.source().started));
}
void build_info(Reading& r, const Emit& emit) { emit({r.source().version}, std::uint64_t{1}); }

constexpr auto histogram = MetricType::histogram;
constexpr auto counter = MetricType::counter;
constexpr auto gauge = MetricType::gauge;

}  // namespace

Residence residence_of(const Reading& reading, PortId port, std::size_t row) {
    Residence all;
    std::uint64_t departed = 0;
    for (const Shard* shard : reading.shards()) {
        const PortCounters& counters = shard->ports[port];
        if (counters.residence) all.add((*counters.residence)[row]);
        departed += counters.slices[row].departed.packets.read();
    }
    if (departed > all.count()) all.add_passed(departed - all.count());
    return all;
}

// clang-format off
const std::vector<Metric>& all_metrics() {
    static const std::vector<Metric> table{
{"weir_port_receive_packets_total", counter, "packets", {"port"}, "taken from the device", per_port<&PortCounters::received, &PacketCounter::packets>},
{"weir_port_receive_bytes_total", counter, "bytes", {"port"}, "taken from the device, Ethernet header included, FCS not", per_port<&PortCounters::received, &PacketCounter::bytes>},
{"weir_port_transmit_packets_total", counter, "packets", {"port"}, "given to the device", per_port<&PortCounters::sent, &PacketCounter::packets>},
{"weir_port_transmit_bytes_total", counter, "bytes", {"port"}, "given to the device, Ethernet header included, FCS not", per_port<&PortCounters::sent, &PacketCounter::bytes>},
{"weir_port_receive_missed_packets_total", counter, "packets", {"port", "cause"}, "lost by the device before weir saw them", missed},
{"weir_port_up", gauge, "", {"port"}, "1 while the port has a link", port_up},
{"weir_drops_total", counter, "packets", {"port", "slice", "reason"}, "went no further; the reasons are below", drops},
{"weir_slice_admitted_packets_total", counter, "packets", {"port", "slice"}, "taken into the way out of a port", slice_way<&SliceCounters::admitted, &PacketCounter::packets>},
{"weir_slice_admitted_bytes_total", counter, "bytes", {"port", "slice"}, "taken into the way out of a port, Ethernet header included, FCS not", slice_way<&SliceCounters::admitted, &PacketCounter::bytes>},
{"weir_slice_departed_packets_total", counter, "packets", {"port", "slice"}, "of a slice, given to the device", slice_way<&SliceCounters::departed, &PacketCounter::packets>},
{"weir_slice_departed_bytes_total", counter, "bytes", {"port", "slice"}, "of a slice, given to the device", slice_way<&SliceCounters::departed, &PacketCounter::bytes>},
{"weir_slice_marked_packets_total", counter, "packets", {"port", "slice"}, "Congestion Experienced written on the way out (RFC 3168)", slice_count<&SliceCounters::marked>},
{"weir_slice_queue_high_packets", gauge, "packets", {"port", "slice"}, "most that a slice had in the queues of a port", slice_count<&SliceCounters::high_packets>},
{"weir_headroom_bytes", gauge, "bytes", {"peer", "slice"}, "of charge, kept for what may still come after XOFF; hosts are \"port NAME\"", headroom},
{"weir_pfc_sent_frames_total", counter, "frames", {"port", "priority"}, "802.1Qbb frames to the hosts of a port that named a priority", per_priority<&PortCounters::pfc_sent>},
{"weir_pfc_received_frames_total", counter, "frames", {"port", "priority"}, "802.1Qbb frames that named a priority, obeyed or not", per_priority<&PortCounters::pfc_received>},
{"weir_pause_ignored_frames_total", counter, "frames", {"port"}, "802.3 PAUSE, which would stop all slices", pauses_ignored},
{"weir_slice_paused_seconds_total", counter, "seconds", {"port", "slice", "peer"}, "the hosts of a port asked that a slice waits; they are \"port NAME\"", paused},
{"weir_watchdog_detected_total", counter, "", {"peer", "slice"}, "a slice stood still until the watchdog ended it", watched<&SliceCounters::watchdog_detected>},
{"weir_watchdog_restored_total", counter, "", {"peer", "slice"}, "and went on after a quiet time", watched<&SliceCounters::watchdog_restored>},
{"weir_residence_seconds", histogram, "seconds", {"port", "slice"}, "from the queue of a slice to the device; what never was queued stayed 0", stayed},
{"weir_sid_packets_total", counter, "packets", {"sid", "behavior"}, "processed by a SID with success (RFC 8986 section 6)", per_sid<&PacketCounter::packets>},
{"weir_sid_bytes_total", counter, "bytes", {"sid", "behavior"}, "processed by a SID with success, from the outer IPv6 header on", per_sid<&PacketCounter::bytes>},
{"weir_policy_packets_total", counter, "packets", {"policy", "path"}, "encapsulated onto a segment list; paths are numbered from 0", per_path<&PacketCounter::packets>},
{"weir_policy_bytes_total", counter, "bytes", {"policy", "path"}, "encapsulated onto a segment list, outer header included", per_path<&PacketCounter::bytes>},
{"weir_worker_busy_cycles_total", counter, "cycles", {"worker"}, "of the TSC, in loops that moved a packet", per_worker<&Shard::busy_cycles>},
{"weir_worker_total_cycles_total", counter, "cycles", {"worker"}, "of the TSC, in all loops", per_worker<&Shard::total_cycles>},
{"weir_worker_loops_total", counter, "loops", {"worker"}, "over the queues and rings of a worker", per_worker<&Shard::loops>},
{"weir_worker_spread_packets_total", counter, "packets", {"worker"}, "that it received and left, as they came, to other workers", per_worker<&Shard::spread>},
{"weir_originated_packets_total", counter, "packets", {}, "made by weir: ARP, ND, echo replies, ICMP errors", of_all<&Shard::originated>},
{"weir_consumed_packets_total", counter, "packets", {}, "ended here by design: ARP, ND and ICMP messages that were read", of_all<&Shard::consumed>},
{"weir_neighbors", gauge, "", {"state"}, "next hops and hosts by the state of their ARP or ND entry", neighbors},
{"weir_buffers", gauge, "buffers", {"state"}, "of the packet pool; in use are also those that wait in receive rings", buffers},
{"weir_snapshot_version", gauge, "", {}, "number of the running configuration, from 1", snapshot_version},
{"weir_reload_adoption_seconds", gauge, "seconds", {}, "of the longest loop in which a worker took over a new configuration", adoption},
{"weir_start_time_seconds", gauge, "seconds", {}, "since the epoch, at the start of weir", start_time},
{"weir_build_info", gauge, "", {"version"}, "always 1", build_info},
    };
    return table;
}
// clang-format on

}  // namespace weir

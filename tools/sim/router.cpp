#include "tools/sim/router.hpp"

#include <algorithm>
#include <utility>

namespace weir::sim {
namespace {

constexpr std::uint32_t nowhere = UINT32_MAX;

void put(std::vector<std::uint32_t>& table, std::size_t at, std::uint32_t value) {
    if (table.size() <= at) table.resize(at + 1, nowhere);
    table[at] = value;
}

}  // namespace

// In pieces of 2,048 bytes, as an mbuf holds them.
std::uint32_t charge_of(const Packet& packet) {
    const std::uint32_t pieces = (packet.wire - ethernet_overhead + 2'047) / 2'048;
    return static_cast<std::uint32_t>(weir::charge_of(Bytes{packet.wire}, pieces).count());
}

Router::Router(Engine& engine, PacketPool& packets, Messages& messages, NodeId self,
               const RouterSetup& setup)
    : engine_{engine}, packets_{packets}, messages_{messages}, self_{self}, setup_{setup} {}

std::uint32_t Router::add_port(const PortSetup& setup) {
    const auto port = static_cast<std::uint32_t>(ports_.size());
    ports_.emplace_back().setup = setup;
    put(port_of_, static_cast<std::size_t>(setup.neighbor), port);
    return port;
}

void Router::connect(std::uint32_t number, Link& out) {
    Port& port = ports_[number];
    const Bytes largest = largest_charge(port.setup.mtu);
    TransmitterConfig nic;
    nic.nic = nic_bytes(port.setup.rate, largest);
    nic.largest = largest;
    port.transmitter = std::make_unique<Transmitter>(engine_, packets_, out, *this, number, nic);
}

void Router::set_route(NodeId destination, std::uint32_t port) {
    put(routes_, static_cast<std::size_t>(destination), port);
}

void Router::start() {
    for (std::uint32_t port = 0; port < ports_.size(); ++port)
        for (std::size_t slice = 0; slice < setup_.slices.size(); ++slice) size_lane(port, slice);
    for (std::uint32_t port = 0; port < ports_.size(); ++port) {
        make_scheduler(ports_[port]);
        for (std::size_t slice = 0; slice < setup_.slices.size(); ++slice) make_lane(port, slice);
    }
    make_prober();
    for (std::uint32_t port = 0; port < ports_.size(); ++port) make_session(port);
}

void Router::restart(Instant now) {
    ++life_;
    std::vector<std::vector<Lane>> former;  // for what they counted
    for (Port& port : ports_) {
        port.scheduler->walk([&](const QueuedPacket& packet, std::optional<SliceId>) {
            ++died_with_;
            packets_.free(static_cast<PacketId>(packet.handle));
        });
        port.of_a_former_life = port.in_nic;  // it is sent all the same
        former.push_back(std::exchange(port.lanes, {}));
        port.marks = 0;
        port.session.reset();
        port.transmit_look = port.session_look = far_off;
    }
    start();
    for (std::size_t port = 0; port < ports_.size(); ++port)
        for (std::size_t slice = 0; slice < setup_.slices.size(); ++slice)
            ports_[port].lanes[slice].counts = former[port][slice].counts;
    for (Port& port : ports_) port.transmitter->kick(now);
}

// B, for what comes in by the port.
void Router::size_lane(std::uint32_t number, std::size_t slice) {
    const PortSetup& port = ports_[number].setup;
    const SliceSetup& setup = setup_.slices[slice];
    Lane& lane = ports_[number].lanes.emplace_back();
    if (!setup.lossless) return;
    const Bytes largest = largest_charge(port.mtu);
    const Bytes nic = nic_bytes(port.rate, largest);
    const ChargeRatio small = charge_ratio(setup.smallest);
    if (port.host || setup.plain_pfc) {
        LanTerms terms{.rate = port.rate, .largest = largest, .small = small, .nic = nic};
        if (!port.host) terms.cable = port.round_trip / 2;
        lane.sizes = lan_buffer_sizes(terms);
    } else {
        lane.sizes = buffer_sizes({.control = setup.control,
                                   .rate = std::min(port.rate, setup.rates.limit),
                                   .reverse_rate = port.rate,
                                   .round_trip = port.round_trip,
                                   .largest = largest,
                                   .small = small,
                                   .nic = nic,
                                   .peer_nic = nic,
                                   .isolate = setup.isolate});
    }
    if (setup.buffer_factor != 1)
        lane.sizes =
            with_buffer(lane.sizes, Bytes{static_cast<std::uint64_t>(
                                        double(lane.sizes.buffer.count()) * setup.buffer_factor)});
    lane.counts.buffer = lane.sizes.buffer.count();
}

// Room for packets is made as they come: all that buffers may hold at once takes 7 GiB with 64
// routers, and hardly any of it is used.
void Router::make_scheduler(Port& port) {
    const Bytes largest = largest_charge(port.setup.mtu);
    port.scheduler.emplace(
        Scheduler::Setup{
            .rate = port.setup.shaped, .burst = largest, .largest = largest, .packets = 1'024},
        engine_.now());
}

void Router::make_lane(std::uint32_t number, std::size_t slice) {
    Port& port = ports_[number];
    const SliceSetup& setup = setup_.slices[slice];
    const auto id = static_cast<SliceId>(slice);
    port.scheduler->set_slice(id, setup.rates, engine_.now());
    Lane& lane = port.lanes[slice];
    lane.group = port.scheduler->add_group(id);
    for (std::size_t i = 0; i < ports_.size(); ++i)
        lane.from.push_back(port.scheduler->add_aggregate(lane.group, setup.buckets));
    lane.marking = EcnMarking{setup.mark_from, std::max(setup.mark_from, setup.mark_all)};
    if (setup.lossless && !port.setup.host && !setup.plain_pfc) make_flow_control(port, slice);
}

void Router::make_flow_control(Port& port, std::size_t slice) {
    const SliceSetup& setup = setup_.slices[slice];
    Lane& lane = port.lanes[slice];
    const ChargeRatio small = charge_ratio(setup.smallest);
    const BitsPerSecond rate = std::min(port.setup.rate, setup.rates.limit);
    const BitsPerSecond charged{static_cast<std::uint64_t>(
        static_cast<unsigned __int128>(rate.count()) * small.charge / small.wire)};
    lane.upstream.emplace(Upstream::Terms{.slice = setup.number,
                                          .control = setup.control,
                                          .buffer = lane.sizes.buffer,
                                          .xoff = lane.sizes.xoff,
                                          .xon = lane.sizes.xon,
                                          .flows = {.buffer = lane.sizes.buffer,
                                                    .largest = largest_charge(port.setup.mtu),
                                                    .rate = charged,
                                                    .round_trip = port.setup.round_trip,
                                                    .control = lane.sizes.control},
                                          .buckets = setup.buckets},
                          engine_.now());
    lane.gate.emplace(setup.buckets, port.setup.round_trip, engine_.now());
    // Nothing before the peer has said how much.
    const auto largest = static_cast<std::uint32_t>(largest_charge(port.setup.mtu).count());
    port.scheduler->set_allowance(lane.group, 0, largest);
}

void Router::shape(std::uint32_t number, BitsPerSecond rate) {
    Port& port = ports_[number];
    port.scheduler->set_port(rate, largest_charge(port.setup.mtu), engine_.now());
    port.transmitter->kick(engine_.now());
}

void Router::stop(std::uint32_t number, SliceId slice, bool stopped) {
    Port& port = ports_[number];
    const GroupId group = port.lanes[index(slice)].group;
    if (stopped)
        port.scheduler->shut(group, Shut::neighbor);
    else
        port.scheduler->open(group, Shut::neighbor);
    port.transmitter->kick(engine_.now());
}

std::uint16_t Router::bucket_of(const Packet& packet) const {
    const std::uint64_t mixed = (packet.label ^ setup_.salt) * 0xff51afd7ed558ccdU;
    const std::uint32_t buckets = setup_.slices[index(packet.slice)].buckets;
    return static_cast<std::uint16_t>((mixed >> 40U) & (buckets - 1));
}

void Router::receive(Instant now, PacketId id, std::uint32_t port) {
    const Packet& packet = packets_[id];
    if (packet.kind == PacketKind::message) {
        // Heard once the loop that reads it comes round.
        engine_.wake_at(
            now + setup_.reaction, *this,
            std::uint64_t(Look::heard) << 56U | std::uint64_t{port} << 40U | packet.sequence);
        messages_.keep(packet.sequence);
        packets_.free(id);
        return;
    }
    if (packet.kind == PacketKind::mark) {
        hear_mark(now, port, messages_[packet.sequence]);
        packets_.free(id);
        return;
    }
    forward(now, id, port);
}

void Router::forward(Instant now, PacketId id, std::uint32_t port) {
    Packet& packet = packets_[id];
    packet.came_from = ports_[port].setup.neighbor;
    const std::size_t slice = index(packet.slice);
    const std::uint32_t out_port = routes_[static_cast<std::size_t>(packet.destination)];
    Lane& in = ports_[port].lanes[slice];
    Port& out = ports_[out_port];
    Lane& out_lane = out.lanes[slice];
    const std::uint32_t charge = charge_of(packet);
    if (in.upstream) in.upstream->received(charge);
    if (!admit(in, out_lane, packet, charge)) {
        ++in.counts.dropped_packets;
        packets_.free(id);
    } else {
        const std::uint16_t bucket = bucket_of(packet);
        const QueueId queue = out.scheduler->queue(out_lane.from[port], bucket);
        if (packet.capable && !packet.marked &&
            out_lane.marking.mark(Bytes{out.scheduler->fifo(queue).charge()}, EcnCodepoint::ect0))
            packet.marked = true;
        while (!out.scheduler->push(queue, {static_cast<std::uint64_t>(id), packet.wire, charge}))
            out.scheduler->make_room(2 * std::size_t{out.scheduler->packets()});
        out.transmitter->kick(now);
    }
    if (in.upstream)
        look_after_upstream(now, port, slice);
    else if (in.sizes.buffer > Bytes{0})
        look_after_host(now, port, slice);
}

// Against B where the slice is lossless, else against what all lossy packets share here.
bool Router::admit(Lane& in, Lane& out, const Packet& packet, std::uint32_t charge) {
    const SliceSetup& slice = setup_.slices[index(packet.slice)];
    Lane& space = slice.lossless ? in : out;
    const std::uint64_t held = in.upstream ? in.upstream->held().count() : space.held;
    const std::uint64_t most =
        slice.lossless ? in.sizes.buffer.count() : slice.lossy_buffer.count();
    if (held + charge > most) return false;
    if (in.upstream)
        in.upstream->admitted(bucket_of(packet), charge);
    else
        space.held += charge;
    space.counts.most_held = std::max(space.counts.most_held, held + charge);
    return true;
}

PacketId Router::next(Instant now, std::uint32_t number, std::uint8_t /*allowed*/) {
    Port& port = ports_[number];
    if (port.marks != 0) {
        ++port.in_nic;
        return say_mark(now, number);
    }
    const auto departure = port.scheduler->pop(now);
    if (!departure) {
        call_at(port.scheduler->wake_at(now), port.transmit_look, Look::transmit, number, 0);
        return no_packet;
    }
    const std::size_t slice = index(departure->slice);
    Lane& lane = port.lanes[slice];
    ++lane.counts.sent_packets;
    lane.counts.sent_bytes += departure->packet.wire;
    if (lane.gate) look_after_gate(now, number, slice);
    ++port.in_nic;
    return static_cast<PacketId>(departure->packet.handle);
}

// The NIC has completed it: only now is its buffer free.
void Router::departed(Instant now, std::uint32_t port, PacketId id) {
    const Packet& packet = packets_[id];
    --ports_[port].in_nic;
    if (ports_[port].of_a_former_life > 0) {
        --ports_[port].of_a_former_life;
        return;
    }
    if (packet.kind == PacketKind::mark) return;
    const std::uint32_t in_port = port_of(packet.came_from);
    const std::size_t slice = index(packet.slice);
    Lane& in = ports_[in_port].lanes[slice];
    const std::uint32_t charge = charge_of(packet);
    if (in.upstream) {
        in.upstream->departed(bucket_of(packet), charge);
        ++in.left;
        look_after_upstream(now, in_port, slice);
        return;
    }
    if (in.sizes.buffer == Bytes{0}) {
        ports_[routes_[static_cast<std::size_t>(packet.destination)]].lanes[slice].held -= charge;
        return;
    }
    in.held -= charge;
    look_after_host(now, in_port, slice);
}

std::uint64_t Router::held(std::uint32_t port, SliceId slice) const {
    const Lane& lane = ports_[port].lanes[index(slice)];
    return lane.upstream ? lane.upstream->held().count() : lane.held;
}

bool Router::at_rest(Instant now) const {
    for (const Port& port : ports_) {
        if (!port.scheduler->empty()) return false;
        for (const Lane& lane : port.lanes)
            if (lane.gate &&
                (lane.gate->shut(now) ||
                 lane.gate->limit() < port.scheduler->departed_charge(lane.group) - lane.base +
                                          largest_charge(port.setup.mtu).count()))
                return false;
    }
    return true;
}

std::size_t Router::packets_held() const {
    std::size_t packets = 0;
    for (const Port& port : ports_)
        port.scheduler->walk([&](const QueuedPacket&, std::optional<SliceId>) { ++packets; });
    return packets;
}

}  // namespace weir::sim

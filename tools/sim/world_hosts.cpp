// The hosts of a world, and the transports that its traffic runs on.
#include <stdexcept>

#include "tools/sim/world.hpp"

namespace weir::sim {
namespace {

// On the line beside the payload: Ethernet, IPv6, UDP, BTH and ICRC; TCP with time stamps is as
// long within a few bytes.
constexpr Bytes overhead{102};

std::uint32_t label_of(std::uint32_t flow) { return (flow + 1) * 0x9e3779b9U >> 12U; }

Bytes payload_of(const TrafficSetup& traffic) {
    return traffic.packet + Bytes{ethernet_overhead} - overhead;
}

RoceConfig roce_of(const TrafficSetup& traffic, BitsPerSecond line) {
    RoceConfig config;
    config.repair =
        traffic.transport == Transport::selective ? Repair::selective : Repair::go_back_n;
    config.payload = payload_of(traffic);
    config.window = traffic.window;
    config.timeout = traffic.timeout;
    if (traffic.dcqcn) {
        config.dcqcn.emplace();
        config.dcqcn->line = line;
    }
    return config;
}

OpenLoopConfig open_loop_of(const TrafficSetup& traffic) {
    OpenLoopConfig config;
    config.rate = BitsPerSecond{traffic.rate.count() / traffic.flows};
    config.payload = payload_of(traffic);
    config.from = traffic.start;
    config.until = traffic.stop;
    config.burst = traffic.burst;
    config.silence = traffic.silence;
    return config;
}

}  // namespace

Receiver& World::Node::receiver() const {
    if (router) return *router;
    if (host) return *host;
    return *end;
}

bool World::has_transport(std::size_t node) const {
    std::size_t with = 0, without = 0;
    for (const TrafficSetup& traffic : scenario_.traffic)
        if (traffic.from == node || traffic.to == node)
            ++(traffic.transport == Transport::flood ? without : with);
    if (with > 0 && without > 0)
        throw std::invalid_argument("host " + scenario_.nodes[node].name +
                                    " has traffic with a transport and a flood; give one of them "
                                    "a host of its own");
    return with > 0;
}

void World::connect_host(Node& node, Link& link, const LineSetup& line) {
    const Bytes largest = largest_charge(line.mtu);
    TransmitterConfig nic;
    nic.nic = nic_bytes(line.rate, largest);
    nic.largest = largest;
    nic.obeys_pause = true;
    // IEEE 802.3 31B.3.7 grants so many quanta to a NIC that obeys a pause frame.
    nic.response = line.rate > BitsPerSecond{100'000'000'000} ? 905 : 394;
    if (node.host) return node.host->connect(link, nic);
    node.end->add_port(link, nic);
    node.end->on_message([this, &node](Instant now, const Packet& packet, std::uint32_t port) {
        if (const Message& message = messages_[packet.sequence]; message.pause)
            node.end->port(port).pause(now, *message.pause);
    });
}

void World::add_flood(const TrafficSetup& traffic) {
    auto flow = static_cast<std::uint32_t>(counts_.size());
    first_flow_.push_back(flow);
    const Bytes wire = traffic.packet + Bytes{ethernet_overhead};
    for (std::uint32_t i = 0; i < traffic.flows; ++i, ++flow)
        nodes_[traffic.from].host->add({.id = static_cast<FlowId>(flow),
                                        .destination = static_cast<NodeId>(traffic.to),
                                        .slice = static_cast<SliceId>(traffic.slice),
                                        .priority = scenario_.slices[traffic.slice].priority,
                                        .label = label_of(flow),
                                        .wire = static_cast<std::uint32_t>(wire.count()),
                                        .rate = BitsPerSecond{traffic.rate.count() / traffic.flows},
                                        .from = traffic.start,
                                        .until = traffic.stop});
}

void World::add_transport(const TrafficSetup& traffic) {
    first_flow_.push_back(static_cast<std::uint32_t>(transports_.size()));
    std::vector<Flow*> posting;
    for (std::uint32_t i = 0; i < traffic.flows; ++i) {
        posting.push_back(&make_flow(traffic));
        nodes_[traffic.from].end->open(engine_.now(), *posting.back());
    }
    if (traffic.transport == Transport::open_loop || traffic.posts.program) return;
    const bool once = traffic.posts.period == Nanos{0};
    IncastConfig posts;
    posts.bytes = traffic.posts.message;
    posts.period = once ? traffic.posts.spread + Nanos{1} : traffic.posts.period;
    posts.spread = traffic.posts.spread;
    posts.from = traffic.start;
    posts.until = once ? traffic.start + Nanos{1} : traffic.stop;
    posts.seed = scenario_.seed;
    posts.stream = (1ULL << 33U) + posts_.size();
    posts_.push_back(std::make_unique<Incast>(engine_, std::move(posting), posts));
}

Flow& World::make_flow(const TrafficSetup& traffic) {
    const auto number = static_cast<std::uint32_t>(transports_.size());
    FlowConfig config;
    config.from = static_cast<NodeId>(traffic.from);
    config.to = static_cast<NodeId>(traffic.to);
    config.overhead = static_cast<std::uint32_t>(overhead.count());
    config.treatment = {static_cast<SliceId>(traffic.slice),
                        scenario_.slices[traffic.slice].priority, label_of(2 * number)};
    config.back = config.treatment;
    config.back->label = label_of(2 * number + 1);
    if (traffic.transport == Transport::open_loop) {
        OpenLoopConfig open_loop = open_loop_of(traffic);
        open_loop.seed = scenario_.seed;
        open_loop.stream = (1ULL << 32U) + number;
        return transports_.add_open_loop(config, open_loop);
    }
    if (traffic.transport == Transport::tcp) {
        config.capable = true;
        TcpConfig tcp;
        tcp.payload = payload_of(traffic);
        return transports_.add_tcp(config, tcp);
    }
    BitsPerSecond line{0};
    for (const LineSetup& one : scenario_.lines)
        if (one.a == traffic.from || one.b == traffic.from) line = one.rate;
    return transports_.add_roce(config, roce_of(traffic, line));
}

std::uint64_t World::dropped(std::size_t slice) const {
    std::uint64_t packets = 0;
    for (const Node& node : nodes_)
        for (std::uint32_t port = 0; node.router && port < node.router->ports(); ++port)
            packets += node.router->counts(port, static_cast<SliceId>(slice)).dropped_packets;
    return packets;
}

void World::count_transport(std::size_t traffic, TrafficResult& it) const {
    const TrafficSetup& setup = scenario_.traffic[traffic];
    for (std::uint32_t f = 0; f < setup.flows; ++f) {
        const Flow& flow = transports_[static_cast<FlowId>(first_flow_[traffic] + f)];
        it.sent += flow.counts().sent;
        it.again += flow.counts().again;
        it.received += flow.arrivals().arrived();
        it.reordered += flow.arrivals().reordered();
        it.bytes += flow.counts().delivered_bytes;
        it.delivered += flow.counts().delivered;
    }
    it.first = setup.start;
    it.last = std::max(setup.start, engine_.now());
}

}  // namespace weir::sim

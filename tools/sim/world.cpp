#include "tools/sim/world.hpp"

#include <algorithm>
#include <deque>

namespace weir::sim {
namespace {

void add(DeadlockCounts& all, const DeadlockCounts& one) {
    all.proofs += one.proofs;
    all.resolved += one.resolved;
    all.watchdog += one.watchdog;
}

}  // namespace

double TrafficResult::bits_per_second() const {
    const Nanos time = last - first;
    return time.count() <= 0 ? 0 : double(bytes) * 8e9 / double(time.count());
}

double Result::peak() const {
    double most = 0;
    for (const BufferResult& it : buffers)
        if (!it.host && it.buffer > 0) most = std::max(most, double(it.most) / double(it.buffer));
    return most;
}

World::World(const Scenario& scenario) : scenario_{scenario}, ways_(scenario.lines.size()) {
    for (std::size_t i = 0; i < scenario_.nodes.size(); ++i) {
        Node& node = nodes_.emplace_back();
        const auto id = static_cast<NodeId>(i);
        if (scenario_.nodes[i].host && has_transport(i))
            node.end = std::make_unique<Host>(engine_, packets_, transports_, id);
        else if (scenario_.nodes[i].host)
            node.host = std::make_unique<Flood>(engine_, packets_, messages_, counts_);
        else
            node.router =
                std::make_unique<Router>(engine_, packets_, messages_, id,
                                         RouterSetup{.slices = scenario_.slices,
                                                     .obeys_limit = scenario_.obeys_limit,
                                                     .breaks_deadlocks = scenario_.breaks_deadlocks,
                                                     .watchdog = scenario_.watchdog,
                                                     .seed = scenario_.seed});
    }
    add_ports();
    connect();
    add_routes();
    add_named_routes();
    for (Node& node : nodes_)
        if (node.router) node.router->start();
    add_traffic();
    for (std::size_t i = 0; i < scenario_.events.size(); ++i)
        engine_.wake_at(scenario_.events[i].at, *this, i);
}

void World::add_ports() {
    for (std::size_t i = 0; i < scenario_.lines.size(); ++i) {
        const LineSetup& line = scenario_.lines[i];
        const std::size_t ends[] = {line.a, line.b};
        for (std::size_t way = 0; way < 2; ++way) {
            Node& node = nodes_[ends[way]];
            if (!node.router) continue;
            PortSetup port;
            port.neighbor = static_cast<NodeId>(ends[1 - way]);
            port.host = scenario_.nodes[ends[1 - way]].host;
            port.rate = line.rate;
            port.shaped = (way == 0 ? line.to_b : line.to_a).shaped;
            port.round_trip = 2 * line.told.value_or(line.propagation);
            port.mtu = line.mtu;
            ways_[i][way].port = node.router->add_port(port);
        }
    }
}

std::unique_ptr<Link> World::make_link(const LineSetup& line, const WaySetup& way, std::size_t to,
                                       std::uint32_t port) {
    LinkConfig config;
    config.rate = line.rate;
    config.propagation = line.propagation;
    config.data = way.data;
    config.messages = way.messages;
    config.seed = scenario_.seed;
    config.stream = streams_++;
    auto link = std::make_unique<Link>(engine_, packets_, config, nodes_[to].receiver(), port);
    for (const Cut& cut : way.cuts) link->cut(cut.from, cut.until);
    return link;
}

void World::connect() {
    for (std::size_t i = 0; i < scenario_.lines.size(); ++i) {
        const LineSetup& line = scenario_.lines[i];
        ways_[i][0].link = make_link(line, line.to_b, line.b, ways_[i][1].port);
        ways_[i][1].link = make_link(line, line.to_a, line.a, ways_[i][0].port);
        for (std::size_t way = 0; way < 2; ++way) {
            Node& node = nodes_[way == 0 ? line.a : line.b];
            Link& link = *ways_[i][way].link;
            if (node.router)
                node.router->connect(ways_[i][way].port, link);
            else
                connect_host(node, link, line);
        }
    }
}

// By the fewest lines; of equals the one that was named first.
void World::add_routes() {
    for (std::size_t to = 0; to < nodes_.size(); ++to) {
        if (nodes_[to].router) continue;
        std::vector<bool> seen(nodes_.size());
        std::deque<std::size_t> next{to};
        seen[to] = true;
        while (!next.empty()) {
            const std::size_t at = next.front();
            next.pop_front();
            for (std::size_t i = 0; i < scenario_.lines.size(); ++i) {
                const LineSetup& line = scenario_.lines[i];
                if (line.a != at && line.b != at) continue;
                const std::size_t other = line.a == at ? line.b : line.a;
                if (seen[other] || !nodes_[other].router) continue;
                seen[other] = true;
                nodes_[other].router->set_route(static_cast<NodeId>(to),
                                                ways_[i][line.a == at ? 1 : 0].port);
                next.push_back(other);
            }
        }
    }
}

void World::add_named_routes() {
    for (const RouteSetup& route : scenario_.routes)
        for (std::size_t i = 0; i < scenario_.lines.size(); ++i) {
            const LineSetup& line = scenario_.lines[i];
            const bool there = line.a == route.at && line.b == route.by;
            const bool back = line.b == route.at && line.a == route.by;
            if (there || back)
                nodes_[route.at].router->set_route(static_cast<NodeId>(route.to),
                                                   ways_[i][there ? 0 : 1].port);
        }
}

void World::add_traffic() {
    for (const TrafficSetup& traffic : scenario_.traffic)
        traffic.transport == Transport::flood ? add_flood(traffic) : add_transport(traffic);
}

void World::heal() {
    for (std::size_t i = 0; i < ways_.size(); ++i)
        for (std::size_t way = 0; way < 2; ++way) {
            ways_[i][way].link->impair({}, {});
            Router* const router =
                nodes_[way == 0 ? scenario_.lines[i].a : scenario_.lines[i].b].router.get();
            if (router == nullptr) continue;
            router->shape(ways_[i][way].port, unlimited_rate);
            for (std::size_t s = 0; s < scenario_.slices.size(); ++s)
                router->stop(ways_[i][way].port, static_cast<SliceId>(s), false);
        }
}

bool World::at_rest() const {
    return std::ranges::all_of(nodes_, [&](const Node& node) {
        return !node.router || node.router->at_rest(engine_.now());
    });
}

Movement World::movement(SliceId slice) const {
    Movement all;
    for (const Node& node : nodes_) {
        if (!node.router) continue;
        const Movement one = node.router->movement(slice);
        all.waits |= one.waits;
        all.left += one.left;
    }
    return all;
}

void World::wake(Instant now, std::uint64_t number) {
    const Event& event = scenario_.events[number];
    if (event.what == Event::What::restart) return nodes_[event.node].router->restart(now);
    const LineSetup& line = scenario_.lines[event.line];
    Router& router = *nodes_[event.to_b ? line.a : line.b].router;
    const std::uint32_t port = ways_[event.line][event.to_b ? 0 : 1].port;
    const auto slice = static_cast<SliceId>(event.slice);
    switch (event.what) {
        case Event::What::shape:
            return router.shape(port, event.rate);
        case Event::What::stop:
            return router.stop(port, slice, true);
        case Event::What::open:
            return router.stop(port, slice, false);
        case Event::What::restart:
            return;
    }
}

std::vector<LaneSample> World::lanes() const {
    std::vector<LaneSample> all;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        if (!nodes_[n].router) continue;
        const Router& router = *nodes_[n].router;
        for (std::uint32_t port = 0; port < router.ports(); ++port)
            for (std::size_t s = 0; s < scenario_.slices.size(); ++s) {
                const auto slice = static_cast<SliceId>(s);
                const LaneCounts& counts = router.counts(port, slice);
                all.push_back({n, port, static_cast<std::size_t>(router.neighbor(port)), s,
                               router.held(port, slice), counts.buffer, counts.sent_packets,
                               counts.sent_bytes, counts.dropped_packets, counts.shut,
                               router.closed(port, slice)});
            }
    }
    return all;
}

Result World::result() const {
    Result all;
    for (std::size_t t = 0; t < scenario_.traffic.size(); ++t) {
        TrafficResult& it = all.traffic.emplace_back();
        it.first = Instant{Nanos::max()};
        if (scenario_.traffic[t].transport != Transport::flood) {
            count_transport(t, it);
            continue;
        }
        for (std::uint32_t f = 0; f < scenario_.traffic[t].flows; ++f) {
            const FloodCounts& flow = counts_[first_flow_[t] + f];
            it.sent += flow.sent;
            it.received += flow.received;
            it.reordered += flow.reordered;
            it.bytes += flow.bytes;
            if (flow.received == 0) continue;
            it.first = std::min(it.first, flow.first);
            it.last = std::max(it.last, flow.last);
        }
    }
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        if (!nodes_[n].router) continue;
        all.died += nodes_[n].router->died_with();
        all.refused += nodes_[n].router->refused();
        add(all.deadlocks, nodes_[n].router->deadlocks());
        for (std::uint32_t port = 0; port < nodes_[n].router->ports(); ++port)
            for (std::size_t s = 0; s < scenario_.slices.size(); ++s) {
                const LaneCounts& lane = nodes_[n].router->counts(port, static_cast<SliceId>(s));
                all.shut += lane.shut;
                all.negative_marks += lane.negative_marks;
                all.ejected += lane.ejected;
                all.watchdog += lane.watchdog;
                if (nodes_[n].router->faces_host(port)) all.ejected_outside += lane.ejected;
                if (!scenario_.slices[s].lossless) continue;
                all.dropped += lane.dropped_packets;
                all.buffers.push_back({n, port, s, nodes_[n].router->faces_host(port), lane.buffer,
                                       lane.most_held, lane.dropped_packets});
            }
    }
    for (const auto& line : ways_)
        for (const Way& way : line) {
            all.lost += way.link->data().dropped();
            all.data_lost += way.link->data().dropped() - way.link->marks_lost();
            all.messages += way.link->messages().sent;
            all.messages_lost += way.link->messages().dropped();
            all.hops += way.link->data().delivered;
        }
    return all;
}

}  // namespace weir::sim

#include "tools/sim/check/hops.hpp"

#include <fmt/format.h>

namespace weir::sim {
namespace {

// Behind routers that are not ours: the peer whose locator it goes to, else the only one there.
std::vector<Hop> to_a_peer(const Network& network, const Network::Place& from, const Address& to) {
    std::vector<const PeerConfig*> here;
    for (const PeerConfig& peer : network.config(from.node).peers) {
        if (peer.port != from.port) continue;
        const auto* v6 = std::get_if<Ipv6Addr>(&to);
        if (v6 != nullptr && peer.locator.covers(*v6)) {
            here = {&peer};
            break;
        }
        here.push_back(&peer);
    }
    if (here.size() != 1) return {};
    const auto owner = network.owner(here.front()->locator);
    if (!owner || *owner == from.node) return {};
    return {{from.port, *owner, {}}};
}

}  // namespace

std::string text_of(const Address& address) {
    return std::visit([](const auto& it) { return to_string(it); }, address);
}
std::string text_of(const Prefix& prefix) {
    return std::visit([](const auto& it) { return to_string(it); }, prefix);
}

std::vector<Hop> hops_to(const Network& network, const Network::Place& from, const Address& via,
                         const Address& to) {
    auto places = network.ports_with(via, from.node);
    const auto* v6 = std::get_if<Ipv6Addr>(&via);
    // Which of several neighbours has it is not in the files: any may.
    if (places.empty() && v6 != nullptr && v6->link_local()) places = network.beside(from);
    std::vector<Hop> found;
    for (const Network::Place& place : places) found.push_back({from.port, place.node, place.port});
    return found.empty() ? to_a_peer(network, from, to) : found;
}

Hops hops(const Network& network, std::size_t node, TableId table, const Address& to) {
    const Config& config = network.config(node);
    Hops all;
    all.way = network.way(node, table, to);
    if (all.way.kind == Way::Kind::connected) {
        const auto port = static_cast<PortId>(all.way.at);
        all.by = fmt::format("subnet of port {} of {}", config.ports[port].name, config.node.name);
        for (const Network::Place& place : network.ports_with(to, node))
            all.hops.push_back({port, place.node, place.port});
    }
    if (all.way.kind != Way::Kind::route) return all;
    const RouteConfig& route = config.routes[all.way.at];
    all.by = fmt::format("route {} of {}", text_of(route.to), config.node.name);
    all.policy = route.policy;
    for (std::size_t i = 0; i < route.via.size(); ++i) {
        const auto found = hops_to(network, {node, route.via[i].port}, route.via[i].address, to);
        if (found.empty()) all.lost = fmt::format("route[{}].via[{}].address", all.way.at, i);
        all.hops.insert(all.hops.end(), found.begin(), found.end());
    }
    return all;
}

}  // namespace weir::sim

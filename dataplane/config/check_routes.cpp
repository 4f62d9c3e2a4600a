#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "dataplane/config/sections.hpp"
#include "dataplane/config/weights.hpp"

namespace weir {
namespace {

using Address = std::variant<Ipv4Addr, Ipv6Addr>;
using Prefix = std::variant<Ipv4Prefix, Ipv6Prefix>;

std::string text_of(const auto& either) {
    return std::visit([](const auto& it) { return to_string(it); }, either);
}

template <class P>
P network(const P& own) {
    return {decltype(own.address)::from_bits(own.address.bits() & own.mask()), own.length};
}

// Every prefix of a table that is there without a route, and what it belongs to.
using Taken = std::map<std::pair<TableId, Prefix>, std::string>;

Taken taken_prefixes(const Parsing& p) {
    Taken taken;
    const bool node_known = p.file.has("node") && p.report.clean(KeyPath{"node"});
    for (std::size_t i = 0; node_known && i < p.config.tables.size(); ++i) {
        const auto table = static_cast<TableId>(i);
        taken.emplace(std::pair{table, Prefix{p.config.node.locator}}, "the locator of this node");
        taken.emplace(std::pair{table, Prefix{Ipv6Prefix{p.config.node.source, 128}}},
                      "node.source");
    }
    for (std::size_t i = 0; i < p.config.ports.size(); ++i) {
        const PortConfig& port = p.config.ports[static_cast<PortId>(i)];
        if (!p.report.clean(KeyPath{"port"}[i])) continue;
        const auto add = [&](const auto& own, std::uint8_t whole) {
            taken.emplace(std::pair{port.table, Prefix{network(own)}},
                          "the subnet of port " + port.name);
            auto address = own;
            address.length = whole;
            taken.emplace(std::pair{port.table, Prefix{address}},
                          "an address of port " + port.name);
        };
        for (const auto& own : port.address4) add(own, 32);
        for (const auto& own : port.address6) add(own, 128);
    }
    return taken;
}

void check_unique(Parsing& p) {
    const Taken taken = taken_prefixes(p);
    std::map<std::pair<TableId, Prefix>, std::size_t> seen;
    for (std::size_t i = 0; i < p.config.routes.size(); ++i) {
        const RouteConfig& route = p.config.routes[i];
        const KeyPath at = KeyPath{"route"}[i];
        if (!p.report.clean(at / "to") || !p.report.clean(at / "table")) continue;
        const std::pair key{route.table, route.to};
        const auto [first, fresh] = seen.emplace(key, i);
        const std::string& table = p.config.tables[route.table].name;
        if (!fresh)
            p.report.error(at / "to", fmt::format("{} is already route[{}] of table {}; write its "
                                                  "next hops as one via list",
                                                  text_of(route.to), first->second, table));
        else if (const auto owner = taken.find(key); owner != taken.end())
            p.report.error(at / "to", fmt::format("{} is {}, which comes first in table {}; the "
                                                  "route would never be used, leave it out",
                                                  text_of(route.to), owner->second, table));
    }
}

// What is wrong with a next hop; empty if nothing.
std::string next_hop_fault(const PortConfig& port, const Address& address) {
    const auto judge = [&](const auto& hop, const auto& subnets) -> std::string {
        bool near = false;
        for (const auto& own : subnets) {
            if (own.address == hop)
                return fmt::format("{} is the address of port {} itself; name the neighbour",
                                   to_string(hop), port.name);
            near |= own.covers(hop);
        }
        if (near) return {};
        return fmt::format(
            "{} is on no subnet of port {}; a next hop is a neighbour, or give the "
            "port an address beside it",
            to_string(hop), port.name);
    };
    if (const auto* v4 = std::get_if<Ipv4Addr>(&address)) return judge(*v4, port.address4);
    const Ipv6Addr& v6 = std::get<Ipv6Addr>(address);
    return v6.link_local() ? std::string{} : judge(v6, port.address6);
}

void check_next_hop(Parsing& p, const KeyPath& at, std::string_view key, PortId port,
                    const Address& address) {
    if (!p.report.clean(at) || !p.report.clean(KeyPath{"port"}[index(port)])) return;
    if (auto fault = next_hop_fault(p.config.ports[port], address); !fault.empty())
        p.report.error(at / key, std::move(fault));
}

void check_vias(Parsing& p) {
    for (std::size_t i = 0; i < p.config.routes.size(); ++i) {
        const RouteConfig& route = p.config.routes[i];
        const KeyPath at = KeyPath{"route"}[i];
        for (std::size_t j = 0; j < route.via.size(); ++j) {
            const Via& via = route.via[j];
            const KeyPath here = at / "via";
            check_next_hop(p, here[j], "address", via.port, via.address);
            if (p.report.clean(here[j]) && p.report.clean(at / "to") &&
                std::holds_alternative<Ipv6Prefix>(route.to) &&
                std::holds_alternative<Ipv4Addr>(via.address))
                p.report.error(here[j] / "address",
                               fmt::format("{} is IPv4 and the route is IPv6; name an IPv6 next "
                                           "hop",
                                           text_of(via.address)));
        }
        if (p.report.clean(at / "via") && choices_of(route.via) > max_choices)
            p.report.error(at / "via", fmt::format("the weights make {} shares, at most {} are "
                                                   "possible; choose rounder ones",
                                                   choices_of(route.via), max_choices));
    }
}

void check_sid_next_hops(Parsing& p) {
    for (std::size_t i = 0; i < p.config.sids.size(); ++i) {
        const SidConfig& sid = p.config.sids[i];
        if (!sid.port) continue;
        const KeyPath at = KeyPath{"sid"}[i];
        if (const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop))
            check_next_hop(p, at, "next_hop", *sid.port, *v4);
        if (const auto* v6 = std::get_if<Ipv6Addr>(&sid.next_hop))
            check_next_hop(p, at, "next_hop", *sid.port, *v6);
    }
}

void check_room(Parsing& p) {
    std::vector<std::size_t> routes(p.config.tables.size());
    for (std::size_t i = 0; i < p.config.routes.size(); ++i)
        if (p.report.clean(KeyPath{"route"}[i])) ++routes[index(p.config.routes[i].table)];
    for (std::size_t i = 0; i < routes.size(); ++i) {
        const TableConfig& table = p.config.tables[static_cast<TableId>(i)];
        if (routes[i] <= table.routes) continue;
        const auto position = p.names.table_order.position_of(i);
        if (!position)
            p.report.error(KeyPath{"route"},
                           fmt::format("{} routes in table default, which has room for {}; add "
                                       "[[table]] with name = \"default\" and routes = {}",
                                       routes[i], table.routes, routes[i]));
        else if (p.report.clean(KeyPath{"table"}[*position]))
            p.report.error(KeyPath{"table"}[*position] / "routes",
                           fmt::format("room for {} routes, but the file has {} in this table; "
                                       "raise it",
                                       table.routes, routes[i]));
    }
}

}  // namespace

void check_routes(Parsing& p) {
    check_unique(p);
    check_vias(p);
    check_sid_next_hops(p);
    check_room(p);
}

}  // namespace weir

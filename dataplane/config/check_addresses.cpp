#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "dataplane/config/own_sources.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

// Where the file has `own`, an address of port `port`; of several places the last.
template <class Prefix>
KeyPath place_of(const Parsing& p, std::size_t port, const Prefix& own) {
    const KeyPath at = KeyPath{"port"}[port] / "address";
    const auto list = p.tree["port"][port]["address"];
    for (std::size_t i = list.is_array() ? list.as_array()->size() : 0; i-- > 0;) {
        const auto text = list[i].value<std::string_view>().value_or("");
        if constexpr (std::is_same_v<Prefix, Ipv4Prefix>) {
            if (parse_ipv4_prefix(text) == own) return at[i];
        } else {
            if (parse_ipv6_prefix(text) == own) return at[i];
        }
    }
    return at;
}

template <class Prefix>
struct Subnet {
    TableId table;
    Prefix own;  // the address with the subnet's length
    std::size_t port;
    auto first() const { return own.address.bits() & own.mask(); }
};

template <class Prefix>
void name_overlap(Parsing& p, const Subnet<Prefix>& a, const Subnet<Prefix>& b) {
    const Subnet<Prefix>&late = a.port > b.port ? a : b, &early = a.port > b.port ? b : a;
    const KeyPath at = place_of(p, late.port, late.own);
    if (!p.report.clean(at)) return;  // one is enough
    if (a.port == b.port)
        return p.report.error(at, to_string(late.own) + " stands there twice; leave one out");
    p.report.error(at, fmt::format("{} overlaps {} of port {} in table {}; give the ports subnets "
                                   "apart, or tables of their own",
                                   to_string(late.own), to_string(early.own),
                                   p.config.ports[static_cast<PortId>(early.port)].name,
                                   p.config.tables[late.table].name));
}

// A packet to an address in two subnets of one table would have two ways.
template <class Prefix>
void check_apart(Parsing& p, std::vector<Subnet<Prefix>> subnets) {
    std::ranges::sort(subnets, [](const auto& a, const auto& b) {
        return std::tuple{a.table, a.first(), a.own.length, a.port} <
               std::tuple{b.table, b.first(), b.own.length, b.port};
    });
    std::vector<const Subnet<Prefix>*> around;  // subnets that contain this one, outermost first
    for (const auto& subnet : subnets) {
        while (!around.empty() && (around.back()->table != subnet.table ||
                                   !around.back()->own.covers(subnet.own.address)))
            around.pop_back();
        // One port may have several addresses in a subnet.
        for (const auto* outer : around)
            if (outer->port != subnet.port || outer->own.address == subnet.own.address)
                name_overlap(p, *outer, subnet);
        around.push_back(&subnet);
    }
}

void check_ports(Parsing& p) {
    std::vector<Subnet<Ipv4Prefix>> subnets4;
    std::vector<Subnet<Ipv6Prefix>> subnets6;
    for (std::size_t i = 0; i < p.config.ports.size(); ++i) {
        const PortConfig& port = p.config.ports[static_cast<PortId>(i)];
        if (!p.report.clean(KeyPath{"port"}[i])) continue;
        for (const auto& own : port.address4) subnets4.push_back({port.table, own, i});
        for (const auto& own : port.address6) subnets6.push_back({port.table, own, i});
    }
    check_apart(p, std::move(subnets4));
    check_apart(p, std::move(subnets6));
}

// Who has an address; of two, the one that stands later in this list is told.
enum class Owner : std::uint8_t { node, port, sid, policy };
struct Owned {
    Ipv6Addr address;
    Owner owner;
    std::size_t position;
};

KeyPath place_of(const Owned& owned) {
    switch (owned.owner) {
        case Owner::node:
            return KeyPath{"node"} / "source";
        case Owner::port:
            return KeyPath{"port"}[owned.position] / "address";
        case Owner::sid:
            return KeyPath{"sid"}[owned.position] / "sid";
        case Owner::policy:
            return KeyPath{"policy"}[owned.position] / "bsid";
    }
    return {};
}

std::vector<Owned> all_owned(const Parsing& p) {
    std::vector<Owned> all;
    const auto add = [&](const Ipv6Addr& address, Owner owner, std::size_t position) {
        if (p.report.clean(place_of({address, owner, position})))
            all.push_back({address, owner, position});
    };
    if (p.file.has("node")) add(p.config.node.source, Owner::node, 0);
    for (std::size_t i = 0; i < p.config.ports.size(); ++i)
        for (const auto& own : p.config.ports[static_cast<PortId>(i)].address6)
            add(own.address, Owner::port, i);
    for (std::size_t i = 0; i < p.config.sids.size(); ++i) add(p.config.sids[i].sid, Owner::sid, i);
    for (std::size_t i = 0; i < p.config.policies.size(); ++i)
        if (const auto& bsid = p.config.policies[static_cast<PolicyId>(i)].bsid)
            add(*bsid, Owner::policy, i);
    return all;
}

// `sources`: own_sources.
void name_source(Parsing& p, const Owned& it, const std::vector<Ipv6Prefix>& sources) {
    const Ipv6Addr& source = p.config.node.source;
    if (it.address == source) return;  // said where two have one address
    const auto found = std::ranges::find_if(
        sources, [&](const Ipv6Prefix& prefix) { return prefix.covers(it.address); });
    if (found == sources.end()) return;
    p.report.error(
        place_of(it),
        fmt::format("{} is one of the sources that node.{} makes ({})", to_string(it.address),
                    found->covers(source) ? "source_entropy" : "slice_bits", to_string(*found)));
}

void check_sids(Parsing& p) {
    const auto owned = all_owned(p);
    const NodeConfig& node = p.config.node;
    const bool node_known = p.file.has("node") && p.report.clean(KeyPath{"node"});
    const auto sources = own_sources(p.config);
    std::vector<const Owned*> sorted;
    for (const Owned& it : owned) {
        sorted.push_back(&it);
        if (it.owner < Owner::sid || !node_known) continue;
        if (!node.locator.covers(it.address))
            p.report.error(place_of(it),
                           fmt::format("{} is not inside the locator {} of this node",
                                       to_string(it.address), to_string(node.locator)));
        else
            name_source(p, it, sources);
    }
    std::ranges::sort(sorted, {}, [](const Owned* it) { return std::pair{it->address, it}; });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const Owned& late = *sorted[i];
        if (sorted[i - 1]->address != late.address || late.owner < Owner::sid) continue;
        p.report.error(place_of(late),
                       fmt::format("{} is already {}; an address means one thing",
                                   to_string(late.address), place_of(*sorted[i - 1]).to_string()));
    }
}

// A packet is charged to the peer whose locator holds its last segment: it must be one.
void check_peers(Parsing& p) {
    struct Located {
        Ipv6Prefix locator;
        std::size_t position;  // `none` for this node
    };
    constexpr std::size_t none = ~std::size_t{0};
    std::vector<Located> all;
    if (p.file.has("node") && p.report.clean(KeyPath{"node"}))
        all.push_back({p.config.node.locator, none});
    for (std::size_t i = 0; i < p.config.peers.size(); ++i)
        if (p.report.clean(KeyPath{"peer"}[i])) all.push_back({p.config.peers[i].locator, i});
    std::ranges::sort(all, {}, &Located::locator);
    std::vector<const Located*> around;
    for (const Located& it : all) {
        while (!around.empty() && !around.back()->locator.covers(it.locator.address))
            around.pop_back();
        if (!around.empty()) {
            const Located& late = it.position == none ? *around.back() : it;
            const Located& early = &late == &it ? *around.back() : it;
            p.report.error(KeyPath{"peer"}[late.position] / "locator",
                           fmt::format("{} overlaps {} of {}; locators of nodes are apart",
                                       to_string(late.locator), to_string(early.locator),
                                       early.position == none
                                           ? std::string{"this node"}
                                           : "peer " + p.config.peers[early.position].name));
        }
        around.push_back(&it);
    }
}

}  // namespace

void check_addresses(Parsing& p) {
    check_ports(p);
    check_sids(p);
    check_peers(p);
}

}  // namespace weir

#include "tools/sim/check/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "dataplane/config/parse.hpp"

namespace weir::sim {
namespace {

template <class P>
auto network_bits(const P& own) {
    return own.address.bits() & own.mask();
}
// Behind the last address of the prefix; 0 where there is none.
template <class P>
auto end_bits(const P& own) {
    using Bits = decltype(own.mask());
    return static_cast<Bits>(network_bits(own) + (Bits{0} - own.mask()));
}
bool overlap(const Ipv6Prefix& a, const Ipv6Prefix& b) {
    return a.covers(b.address) || b.covers(a.address);
}

// Entries of one table in the order in which the first of equals counts.
class Filler {
public:
    explicit Filler(std::vector<Way>& ways) : ways_{ways} {}
    void add(const Prefix& to, Way way) {
        const auto value = static_cast<std::uint32_t>(ways_.size());
        ways_.push_back(way);
        if (const auto* v4 = std::get_if<Ipv4Prefix>(&to))
            ipv4.push_back({v4->address.bits(), v4->length, value});
        else if (const auto* v6 = std::get_if<Ipv6Prefix>(&to))
            ipv6.push_back({v6->address.bits(), v6->length, value});
    }
    std::vector<RangeTable<std::uint32_t>::Entry> ipv4;
    std::vector<RangeTable<unsigned __int128>::Entry> ipv6;

private:
    std::vector<Way>& ways_;
};

}  // namespace

Network::Network(std::vector<NodeFile> nodes) : nodes_{std::move(nodes)} {
    for (std::size_t node = 0; node < nodes_.size(); ++node) {
        const Config& it = config(node);
        auto& tables = tables_.emplace_back();
        for (std::size_t table = 0; table < it.tables.size(); ++table)
            tables.push_back(tables_of(it, static_cast<TableId>(table)));
        for (std::size_t i = 0; i < it.ports.size(); ++i) {
            const auto id = static_cast<PortId>(i);
            for (const auto& own : it.ports[id].address6) ports_.insert({own.address, {node, id}});
            for (const auto& own : it.ports[id].address4) ports_.insert({own.address, {node, id}});
        }
    }
    const auto sort = [](auto& cuts) {
        cuts.push_back(0);
        std::ranges::sort(cuts);
        cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
    };
    sort(cuts4_);
    sort(cuts6_);
}

Network::Tables Network::tables_of(const Config& config, TableId table) {
    Tables made;
    Filler filler{made.ways};
    const auto add = [&](const Prefix& to, Way way) {
        filler.add(to, way);
        cut_at(to);
    };
    const Way local{Way::Kind::local};
    add(Ipv6Prefix{config.node.source, 128}, local);
    add(config.node.locator, local);
    for (const SteerConfig& rule : config.steer) cut_at(rule.to);
    for (std::size_t i = 0; i < config.ports.size(); ++i) {
        const PortConfig& port = config.ports[static_cast<PortId>(i)];
        if (port.table != table) continue;
        for (const auto& own : port.address6) add(Ipv6Prefix{own.address, 128}, local);
        for (const auto& own : port.address4) add(Ipv4Prefix{own.address, 32}, local);
        for (const auto& own : port.address6) add(own, {Way::Kind::connected, i});
        for (const auto& own : port.address4) add(own, {Way::Kind::connected, i});
    }
    for (std::size_t i = 0; i < config.routes.size(); ++i)
        if (config.routes[i].table == table) add(config.routes[i].to, {Way::Kind::route, i});
    made.ipv4 = RangeTable<std::uint32_t>{std::move(filler.ipv4)};
    made.ipv6 = RangeTable<unsigned __int128>{std::move(filler.ipv6)};
    return made;
}

void Network::cut_at(const Prefix& prefix) {
    if (const auto* v4 = std::get_if<Ipv4Prefix>(&prefix)) {
        cuts4_.push_back(network_bits(*v4));
        cuts4_.push_back(end_bits(*v4));
    } else if (const auto* v6 = std::get_if<Ipv6Prefix>(&prefix)) {
        cuts6_.push_back(network_bits(*v6));
        cuts6_.push_back(end_bits(*v6));
    }
}

std::vector<Address> Network::representatives(const Prefix& within) const {
    std::vector<Address> all;
    const auto collect = [&]<class P>(const P& prefix, const auto& cuts) {
        using A = decltype(prefix.address);
        all.push_back(A::from_bits(network_bits(prefix)));
        for (auto cut = std::ranges::upper_bound(cuts, network_bits(prefix));
             cut != cuts.end() && prefix.covers(A::from_bits(*cut)); ++cut)
            all.push_back(A::from_bits(*cut));
    };
    if (const auto* v4 = std::get_if<Ipv4Prefix>(&within))
        collect(*v4, cuts4_);
    else if (const auto* v6 = std::get_if<Ipv6Prefix>(&within))
        collect(*v6, cuts6_);
    return all;
}

Way Network::way(std::size_t node, TableId table, const Address& to) const {
    const Tables& tables = tables_[node][index(table)];
    const auto* v4 = std::get_if<Ipv4Addr>(&to);
    return tables.ways[v4 != nullptr ? tables.ipv4.find(v4->bits())
                                     : tables.ipv6.find(std::get<Ipv6Addr>(to).bits())];
}

std::optional<std::size_t> Network::owner(const Ipv6Addr& address) const {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (config(i).node.locator.covers(address) || config(i).node.source == address) return i;
    return {};
}

std::optional<std::size_t> Network::owner(const Ipv6Prefix& locator) const {
    for (std::size_t i = 0; i < nodes_.size(); ++i)
        if (overlap(config(i).node.locator, locator)) return i;
    return {};
}

std::vector<Network::Place> Network::ports_with(const Address& address, std::size_t asks) const {
    std::vector<Place> found;
    for (auto [it, end] = ports_.equal_range(address); it != end; ++it)
        if (it->second.node != asks) found.push_back(it->second);
    return found;
}

std::vector<Network::Place> Network::beside(const Place& port) const {
    std::vector<Place> found;
    for (const auto& [address, place] : ports_) {
        const auto* v6 = std::get_if<Ipv6Addr>(&address);
        if (v6 == nullptr || place.node == port.node) continue;
        for (const Ipv6Prefix& own : config(port.node).ports[port.port].address6)
            if (own.covers(*v6)) found.push_back(place);
    }
    return found;
}

std::variant<Network, std::vector<std::string>> make_network(std::vector<NodeFile> nodes) {
    std::vector<std::string> wrong;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
            if (nodes[i].name() == nodes[j].name())
                wrong.push_back(fmt::format(
                    "{}: node.name: {} is already the node of {}; give each file once, and each "
                    "node a name of its own",
                    nodes[i].file, nodes[i].name(), nodes[j].file));
            else if (overlap(nodes[i].config.node.locator, nodes[j].config.node.locator))
                wrong.push_back(fmt::format(
                    "{}: node.locator: {} overlaps with {} of {}; give each node SIDs of its own",
                    nodes[i].file, to_string(nodes[i].config.node.locator),
                    to_string(nodes[j].config.node.locator), nodes[j].file));
        }
    if (!wrong.empty()) return wrong;
    return Network{std::move(nodes)};
}

std::variant<Network, std::vector<std::string>> read_network(
    const std::vector<std::string>& files) {
    std::vector<NodeFile> nodes;
    std::vector<std::string> wrong;
    for (const std::string& name : files) {
        std::ifstream file{name};
        std::stringstream text;
        if (!file || !(text << file.rdbuf())) {
            wrong.push_back(name + ": can not be read");
            continue;
        }
        // For no machine: the nodes are elsewhere, and may have more memory than this one.
        auto read = parse_config(text.str(), name);
        if (auto* config = std::get_if<Config>(&read))
            nodes.push_back({name, std::move(*config)});
        else
            for (const ConfigError& error : std::get<ConfigErrors>(read))
                wrong.push_back(error.to_string());
    }
    if (!wrong.empty()) return wrong;
    return make_network(std::move(nodes));
}

}  // namespace weir::sim

#include "dataplane/control/compile.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

#include "dataplane/config/own_sources.hpp"
#include "dataplane/control/compile_parts.hpp"

namespace weir {
namespace {

using Address = std::variant<Ipv4Addr, Ipv6Addr>;

Ipv6Addr key_of(const Address& address) {
    if (const auto* v4 = std::get_if<Ipv4Addr>(&address)) return mapped(*v4);
    return std::get<Ipv6Addr>(address);
}

class Compiler {
public:
    Compiler(const CompileInput& input, CounterSlots& sid_slots, CounterSlots& path_slots)
        : input_{input}, config_{*input.config}, sid_slots_{sid_slots}, path_slots_{path_slots} {
        const auto names = gateways_of(config_);
        for (std::size_t i = 0; i < names.size(); ++i) gateways_[names[i]] = input.gateways[i];
    }

    std::shared_ptr<Snapshot> run() {
        node();
        ports();
        compile_slices(input_, *out_);
        compile_classify(config_, *out_);
        tables();
        policies();
        compile_steering(config_, *out_);
        sids();
        return std::move(out_);
    }

private:
    void node() {
        out_->version = input_.version;
        out_->config = input_.config;
        out_->locator = PrefixMatch{config_.node.locator};
        out_->source = config_.node.source;
        out_->hop_limit = config_.node.hop_limit;
        for (const auto& prefix : config_.node.domain) out_->domain.emplace_back(prefix);
    }

    void ports() {
        for (std::size_t i = 0; i < config_.ports.size(); ++i) {
            const PortId id{static_cast<std::uint16_t>(i)};
            const PortConfig& port = config_.ports[id];
            SnapshotPort made;
            made.mac = input_.macs[id];
            std::memcpy(&made.mac_word, made.mac.octets.data(), sizeof made.mac);
            made.mac_high = made.mac_word << 16U;
            made.link_local = link_local_address(made.mac);
            made.mtu = port.mtu;
            made.role = port.role;
            made.table = port.table;
            made.source_check = port.source_check;
            made.rate = port.rate.value_or(unlimited_rate);
            out_->ports.push_back(std::move(made));
        }
    }

    std::uint32_t add_route(Route route) {
        if (route.choices == 1) route.only = out_->next_hops[route.first];
        return static_cast<std::uint32_t>(out_->routes.push_back(route));
    }
    std::uint32_t add_next_hop(const NextHop& hop) {
        out_->next_hops.push_back(hop);
        return static_cast<std::uint32_t>(out_->next_hops.size() - 1);
    }

    // Order matters where prefixes are equal (the first counts): our addresses, connected subnets,
    // then what the file routes.
    void tables() {
        out_->routes.push_back(Route{});
        const std::uint32_t local = add_route({.kind = RouteKind::local});
        const std::uint32_t unknown_sid = add_route({.kind = RouteKind::unknown_sid});
        const auto sources = own_sources(config_);
        std::vector<TableEntries> tables(config_.tables.size());
        for (auto& table : tables) {
            for (const Ipv6Prefix& source : sources) table.add(source, local);
            table.add(config_.node.locator, unknown_sid);
        }
        for (const PortConfig& port : config_.ports) {
            for (const auto& own : port.address4)
                tables[index(port.table)].add(Ipv4Prefix{own.address, 32}, local);
            for (const auto& own : port.address6)
                tables[index(port.table)].add(Ipv6Prefix{own.address, 128}, local);
        }
        connected(tables);
        for (const RouteConfig& route : config_.routes)
            tables[index(route.table)].add(route.to, configured(route));
        for (auto& table : tables)
            out_->tables.push_back({RangeTable<std::uint32_t>{std::move(table.ipv4)},
                                    RangeTable<unsigned __int128>{std::move(table.ipv6)}});
    }

    void connected(std::vector<TableEntries>& tables) {
        for (std::size_t i = 0; i < config_.ports.size(); ++i) {
            const PortId id{static_cast<std::uint16_t>(i)};
            const PortConfig& port = config_.ports[id];
            const std::uint32_t route = add_route({.kind = RouteKind::connected,
                                                   .choices = 1,
                                                   .first = add_next_hop(hop(id, no_neighbor))});
            for (const auto& own : port.address4) tables[index(port.table)].add(own, route);
            for (const auto& own : port.address6) tables[index(port.table)].add(own, route);
        }
    }

    std::uint32_t configured(const RouteConfig& route) {
        if (route.policy) return add_route({.kind = RouteKind::policy, .policy = *route.policy});
        if (route.via.empty()) return add_route({.kind = RouteKind::blackhole});
        Route made{.kind = RouteKind::via,
                   .first = static_cast<std::uint32_t>(out_->next_hops.size())};
        std::uint32_t divisor = 0;
        for (const Via& via : route.via) divisor = std::gcd(divisor, via.weight);
        for (const Via& via : route.via) {
            const NextHop made_hop = hop(via.port, gateways_.at({via.port, key_of(via.address)}));
            for (std::uint32_t i = 0; i < via.weight / divisor; ++i) add_next_hop(made_hop);
        }
        made.choices = static_cast<std::uint16_t>(out_->next_hops.size() - made.first);
        return add_route(made);
    }

    void policies() {
        for (const PolicyConfig& policy : config_.policies) {
            const auto id = static_cast<PolicyId>(out_->policies.size());
            SnapshotPolicy made{.first = static_cast<std::uint32_t>(out_->path_choices.size())};
            std::uint32_t divisor = 0;
            for (const PathConfig& path : policy.paths) divisor = std::gcd(divisor, path.weight);
            for (std::size_t i = 0; i < policy.paths.size(); ++i) {
                const PathId path = out_->paths.push_back(compile_path(policy, i, id));
                if (out_->paths[path].route.kind == RouteKind::none) continue;  // RFC 9256 5.1
                const std::uint32_t weight = policy.paths[i].weight / divisor;
                out_->path_choices.insert(out_->path_choices.end(), weight, path);
            }
            made.choices = static_cast<std::uint32_t>(out_->path_choices.size()) - made.first;
            out_->policies.push_back(made);
        }
    }

    // Segment lists are resolved in the default table: the SR domain.
    SnapshotPath compile_path(const PolicyConfig& policy, std::size_t position, PolicyId id) {
        const PathConfig& path = policy.paths[position];
        SnapshotPath made;
        made.header =
            EncapHeader{policy.encap, config_.node.source, path.segments, config_.node.hop_limit,
                        config_.node.nrp ? WithNrp::yes : WithNrp::no};
        made.policy = id;
        made.counter = path_slots_.slot(path_name(policy, position));
        const Route& route =
            out_->route(out_->tables[TableId{0}].ipv6.find(path.segments.front().bits()));
        if (route.kind != RouteKind::via && route.kind != RouteKind::connected) return made;
        made.route = route;
        std::uint16_t mtu = 0xffff;
        for (std::uint32_t i = 0; i < route.choices; ++i)
            mtu = std::min(mtu, out_->next_hops[route.first + i].mtu);
        made.inner_mtu = static_cast<std::uint16_t>(mtu - made.header.size());
        return made;
    }

    void sids() {
        std::vector<std::pair<Ipv6Addr, SidId>> keys;
        for (const SidConfig& sid : config_.sids) {
            SnapshotSid made{.address = sid.sid, .behavior = sid.behavior, .table = sid.table};
            made.counter = sid_slots_.slot(sid_name(sid));
            made.uniform =
                config_.slices[sid.slice.value_or(SliceId{0})].dscp_mode == DscpMode::uniform;
            made.claim = out_->claims.claim(SliceSource::sid, sid.slice);
            if (sid.port) made.next_hop = dx_next_hop(sid);
            keys.emplace_back(sid.sid, out_->sids.push_back(made));
        }
        out_->sid_table = SidTable{keys};
    }

    NextHop hop(PortId port, NeighborId neighbor) const {
        return {port, config_.ports[port].mtu, neighbor, out_->ports[port].mac_word};
    }

    NextHop dx_next_hop(const SidConfig& sid) const {
        Ipv6Addr key{};
        if (const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop)) key = mapped(*v4);
        if (const auto* v6 = std::get_if<Ipv6Addr>(&sid.next_hop)) key = *v6;
        return hop(*sid.port, gateways_.at({*sid.port, key}));
    }

    const CompileInput& input_;
    const Config& config_;
    CounterSlots& sid_slots_;
    CounterSlots& path_slots_;
    std::map<std::pair<PortId, Ipv6Addr>, NeighborId> gateways_;
    std::shared_ptr<Snapshot> out_ = std::make_shared<Snapshot>();
};

}  // namespace

std::vector<std::pair<PortId, Ipv6Addr>> gateways_of(const Config& config) {
    std::vector<std::pair<PortId, Ipv6Addr>> gateways;
    for (const RouteConfig& route : config.routes)
        for (const Via& via : route.via) gateways.emplace_back(via.port, key_of(via.address));
    for (const SidConfig& sid : config.sids) {
        if (const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop))
            gateways.emplace_back(*sid.port, mapped(*v4));
        if (const auto* v6 = std::get_if<Ipv6Addr>(&sid.next_hop))
            gateways.emplace_back(*sid.port, *v6);
    }
    std::ranges::sort(gateways);
    const auto repeated = std::ranges::unique(gateways);
    gateways.erase(repeated.begin(), repeated.end());
    return gateways;
}

std::shared_ptr<Snapshot> compile_snapshot(const CompileInput& input, CounterSlots& sid_slots,
                                           CounterSlots& path_slots) {
    return Compiler{input, sid_slots, path_slots}.run();
}

std::string sid_name(const SidConfig& sid) { return to_string(sid.sid); }
std::string path_name(const PolicyConfig& policy, std::size_t path) {
    return policy.name + "/" + std::to_string(path);
}

}  // namespace weir

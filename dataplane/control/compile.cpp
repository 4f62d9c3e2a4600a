#include "dataplane/control/compile.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>

namespace weir {
namespace {

using Address = std::variant<Ipv4Addr, Ipv6Addr>;
using Prefix = std::variant<Ipv4Prefix, Ipv6Prefix>;

Ipv6Addr key_of(const Address& address) {
    if (const auto* v4 = std::get_if<Ipv4Addr>(&address)) return mapped(*v4);
    return std::get<Ipv6Addr>(address);
}

Marking marking_of(const SliceConfig& slice) {
    if (slice.dscp_mode == DscpMode::uniform) return {.keep = 0xff, .set = 0};
    return {.keep = 0x03,
            .set = static_cast<std::uint8_t>(static_cast<unsigned>(slice.dscp) << 2U)};
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
        slices();
        ports();
        tables();
        policies();
        steering();
        sids();
        return std::move(out_);
    }

private:
    struct TableEntries {
        std::vector<RangeTable<std::uint32_t>::Entry> ipv4;
        std::vector<RangeTable<unsigned __int128>::Entry> ipv6;

        void add(const Ipv4Prefix& to, std::uint32_t value) {
            ipv4.push_back({to.address.bits(), to.length, value});
        }
        void add(const Ipv6Prefix& to, std::uint32_t value) {
            ipv6.push_back({to.address.bits(), to.length, value});
        }
        void add(const Prefix& to, std::uint32_t value) {
            std::visit([&](const auto& prefix) { add(prefix, value); }, to);
        }
    };

    void node() {
        out_->version = input_.version;
        out_->config = input_.config;
        out_->locator = PrefixMatch{config_.node.locator};
        out_->source = config_.node.source;
        out_->source_entropy = static_cast<std::uint16_t>((1U << config_.node.source_entropy) - 1U);
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
            made.link_local = link_local_address(made.mac);
            made.mtu = port.mtu;
            made.role = port.role;
            made.table = port.table;
            made.source_check = port.source_check;
            made.rate = port.rate.value_or(unlimited_rate);
            shares(id, made);
            out_->ports.push_back(std::move(made));
        }
    }

    void slices() {
        for (const SliceConfig& slice : config_.slices) {
            const auto position = static_cast<std::uint16_t>(out_->slices.size());
            const auto slot =
                input_.slices == nullptr
                    ? position
                    : static_cast<std::uint16_t>(index(input_.slices->slot(slice.name)));
            const SliceId id = out_->slices.push_back({.slot = slot,
                                                       .buckets = slice.queues,
                                                       .weight = slice.weight,
                                                       .lossless = slice.lossless,
                                                       .ecn = slice.ecn});
            if (slice.dscp_mode == DscpMode::pipe)
                out_->slice_of_dscp[static_cast<std::size_t>(slice.dscp)] = id;
        }
    }

    // Shares of a port whose rate nobody knows are of nothing: no guarantee, no limit.
    void shares(PortId id, SnapshotPort& port) const {
        std::optional<BitsPerSecond> rate = config_.ports[id].rate;
        if (!rate && input_.speeds.contains(id)) rate = input_.speeds[id];
        const auto of = [&](const RateOrShare& value, BitsPerSecond otherwise) {
            if (const auto* absolute = std::get_if<BitsPerSecond>(&value)) return *absolute;
            const auto share = std::get<Share>(value).millionths;
            if (!rate) return otherwise;
            return BitsPerSecond{static_cast<std::uint64_t>(
                static_cast<unsigned __int128>(rate->count()) * share / 1'000'000)};
        };
        for (const SliceConfig& slice : config_.slices) {
            const bool whole = slice.limit == RateOrShare{Share{1'000'000}};
            port.buffers.push_back(Bytes{0});
            port.shares.push_back(
                {.guarantee = of(slice.guarantee, BitsPerSecond{0}),
                 .limit = whole ? unlimited_rate : of(slice.limit, unlimited_rate)});
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
        const auto entropy = config_.node.source_entropy;
        const Ipv6Prefix sources{config_.node.source, static_cast<std::uint8_t>(128U - entropy)};
        std::vector<TableEntries> tables(config_.tables.size());
        for (auto& table : tables) {
            table.add(sources, local);
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
            EncapHeader{policy.encap, config_.node.source, path.segments, config_.node.hop_limit};
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

    void steering() {
        out_->steer_rules.emplace_back();
        for (std::size_t i = 0; i < out_->ports.size(); ++i) {
            const PortId id{static_cast<std::uint16_t>(i)};
            SnapshotPort& port = out_->ports[id];
            steer_port(id, port);
        }
    }

    bool applies(const SteerConfig& rule, PortId port) const {
        if (rule.port) return *rule.port == port;
        return config_.ports[port].role != Role::wan;
    }

    // A prefix of one rule also meets every wider rule: its chain is all rules that cover it, in
    // file order. Addresses of ours are never steered away: rule 0.
    void steer_port(PortId id, SnapshotPort& port) {
        std::vector<const SteerConfig*> rules;
        for (const SteerConfig& rule : config_.steer)
            if (applies(rule, id)) rules.push_back(&rule);
        if (rules.empty()) return;
        port.steers = true;
        TableEntries entries;
        for (const PortConfig& other : config_.ports) {
            if (other.table != port.table) continue;
            for (const auto& own : other.address4) entries.add(Ipv4Prefix{own.address, 32}, 0);
            for (const auto& own : other.address6) entries.add(Ipv6Prefix{own.address, 128}, 0);
        }
        add_chains<Ipv4Prefix>(rules, entries);
        add_chains<Ipv6Prefix>(rules, entries);
        port.steer4 = RangeTable<std::uint32_t>{std::move(entries.ipv4)};
        port.steer6 = RangeTable<unsigned __int128>{std::move(entries.ipv6)};
    }

    // One sweep over the prefixes sorted outermost first, with the chain of enclosing prefixes on a
    // stack: the work is the size of the result, not rules squared.
    template <class P>
    void add_chains(const std::vector<const SteerConfig*>& rules, TableEntries& entries) {
        struct Item {
            P to;
            std::vector<std::size_t> rules;  // positions in `rules`, ascending
        };
        std::map<std::pair<std::array<std::uint8_t, sizeof(P{}.address.octets)>, std::uint8_t>,
                 Item>
            by_prefix;
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const P* to = std::get_if<P>(&rules[i]->to);
            if (to == nullptr) continue;
            P masked = *to;
            masked.address = decltype(masked.address)::from_bits(to->address.bits() & to->mask());
            Item& item = by_prefix[{masked.address.octets, masked.length}];
            item.to = masked;
            item.rules.push_back(i);
        }
        std::vector<Item*> enclosing;
        for (auto& [key, item] : by_prefix) {
            while (!enclosing.empty() && !enclosing.back()->to.covers(item.to.address))
                enclosing.pop_back();
            if (!enclosing.empty()) {
                std::vector<std::size_t> merged;
                std::ranges::merge(enclosing.back()->rules, item.rules, std::back_inserter(merged));
                item.rules = std::move(merged);
            }
            enclosing.push_back(&item);
            entries.add(item.to, add_chain(rules, item.rules));
        }
    }

    std::uint32_t add_chain(const std::vector<const SteerConfig*>& rules,
                            const std::vector<std::size_t>& members) {
        const auto first = static_cast<std::uint32_t>(out_->steer_rules.size());
        for (const std::size_t member : members) {
            const SteerConfig& rule = *rules[member];
            out_->steer_rules.push_back(
                {.policy = rule.policy,
                 .marking = marking_of(config_.slices[rule.slice.value_or(SliceId{0})]),
                 .slice = rule.slice.value_or(SliceId{0}),
                 .dport = rule.dport.value_or(0),
                 .protocol = rule.protocol.value_or(IpProto{}),
                 .any_protocol = !rule.protocol,
                 .any_dport = !rule.dport,
                 .last = false});
            if (!rule.protocol && !rule.dport) break;  // matches all: nothing behind it is reached
        }
        out_->steer_rules.back().last = true;
        return first;
    }

    void sids() {
        std::vector<std::pair<Ipv6Addr, SidId>> keys;
        for (const SidConfig& sid : config_.sids) {
            SnapshotSid made{.address = sid.sid, .behavior = sid.behavior, .table = sid.table};
            made.counter = sid_slots_.slot(sid_name(sid));
            made.uniform =
                config_.slices[sid.slice.value_or(SliceId{0})].dscp_mode == DscpMode::uniform;
            made.binds = sid.slice.has_value();
            made.slice = sid.slice.value_or(SliceId{0});
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

#include <algorithm>
#include <map>

#include "dataplane/control/compile_parts.hpp"

namespace weir {
namespace {

using Rules = std::vector<const SteerConfig*>;

Rules rules_of(const Config& config, PortId port) {
    Rules rules;
    for (const SteerConfig& rule : config.steer)
        if (rule.port ? *rule.port == port : config.ports[port].role != Role::wan)
            rules.push_back(&rule);
    return rules;
}

// The rules that `members` are the positions of. The first of them in `out`.
std::uint32_t add_chain(const SliceClaims& claims, const Rules& rules,
                        const std::vector<std::size_t>& members, std::vector<SteerRule>& out) {
    const auto first = static_cast<std::uint32_t>(out.size());
    for (const std::size_t member : members) {
        const SteerConfig& rule = *rules[member];
        out.push_back({.policy = rule.policy,
                       .claim = claims.claim(SliceSource::steer, rule.slice),
                       .dport = rule.dport.value_or(0),
                       .protocol = rule.protocol.value_or(IpProto{}),
                       .any_protocol = !rule.protocol,
                       .any_dport = !rule.dport,
                       .last = false});
        if (!rule.protocol && !rule.dport) break;  // matches all: nothing behind it is reached
    }
    out.back().last = true;
    return first;
}

// One sweep over the prefixes sorted outermost first, with the chain of enclosing prefixes on a
// stack: the work is the size of the result, not rules squared.
template <class P>
void add_chains(const SliceClaims& claims, const Rules& rules, TableEntries& entries,
                std::vector<SteerRule>& out) {
    struct Item {
        P to;
        std::vector<std::size_t> rules;  // positions in `rules`, ascending
    };
    std::map<std::pair<std::array<std::uint8_t, sizeof(P{}.address.octets)>, std::uint8_t>, Item>
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
        entries.add(item.to, add_chain(claims, rules, item.rules, out));
    }
}

// A prefix of one rule also meets every wider rule: its chain is all rules that cover it, in file
// order. Addresses of ours are never steered away: rule 0.
void steer_port(const Config& config, PortId id, Snapshot& out) {
    const Rules rules = rules_of(config, id);
    if (rules.empty()) return;
    SnapshotPort& port = out.ports[id];
    port.steers = true;
    TableEntries entries;
    for (const PortConfig& other : config.ports) {
        if (other.table != port.table) continue;
        for (const auto& own : other.address4) entries.add(Ipv4Prefix{own.address, 32}, 0);
        for (const auto& own : other.address6) entries.add(Ipv6Prefix{own.address, 128}, 0);
    }
    add_chains<Ipv4Prefix>(out.claims, rules, entries, out.steer_rules);
    add_chains<Ipv6Prefix>(out.claims, rules, entries, out.steer_rules);
    port.steer4 = RangeTable<std::uint32_t>{std::move(entries.ipv4)};
    port.steer6 = RangeTable<unsigned __int128>{std::move(entries.ipv6)};
}

}  // namespace

void compile_steering(const Config& config, Snapshot& out) {
    out.steer_rules.emplace_back();
    for (std::size_t i = 0; i < out.ports.size(); ++i)
        steer_port(config, static_cast<PortId>(i), out);
}

}  // namespace weir

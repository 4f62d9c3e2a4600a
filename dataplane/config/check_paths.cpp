// Segment lists: their weights, whether their first segment has a way out, and what the MTU of that
// way leaves for inner packets.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "dataplane/base/counter_bank.hpp"
#include "dataplane/config/notes.hpp"
#include "dataplane/config/sections.hpp"
#include "dataplane/config/weights.hpp"
#include "dataplane/wire/range_table.hpp"
#include "srv6/encap.hpp"

namespace weir {
namespace {

constexpr std::uint16_t ipv6_least_mtu = 1280;  // RFC 8200 section 5
// One counter for each SID and each path.
constexpr std::size_t max_counters = CounterBank::most;

void check_weights(Parsing& p) {
    std::size_t counters = p.config.sids.size();
    for (std::size_t i = 0; i < p.config.policies.size(); ++i) {
        const auto& paths = p.config.policies[static_cast<PolicyId>(i)].paths;
        counters += paths.size();
        const KeyPath at = KeyPath{"policy"}[i] / "paths";
        const std::uint64_t choices = choices_of(paths);
        if (p.report.clean(at) && choices > max_choices)
            p.report.error(at, fmt::format("the weights make {} shares, at most {} are possible; "
                                           "choose rounder ones",
                                           choices, max_choices));
    }
    if (counters > max_counters)
        p.report.error(KeyPath{"policy"},
                       fmt::format("{} SIDs and paths in all, at most {} can be counted", counters,
                                   max_counters));
}

// Ways out of the default table, where segments are routed.
class Underlay {
public:
    explicit Underlay(const Config& config) : config_{config} {
        ways_.push_back({});
        add({config.node.source, 128}, {});
        add(config.node.locator, {});
        for (const PortConfig& port : config.ports)
            if (port.table == TableId{0})
                for (const auto& own : port.address6) add({own.address, 128}, {});
        for (std::size_t i = 0; i < config.ports.size(); ++i) {
            const auto id = static_cast<PortId>(i);
            if (config.ports[id].table != TableId{0}) continue;
            for (const auto& own : config.ports[id].address6) add(own, id);
        }
        for (const RouteConfig& route : config.routes) {
            const auto* to = std::get_if<Ipv6Prefix>(&route.to);
            if (to != nullptr && route.table == TableId{0}) add(*to, narrowest(route));
        }
        table_ = RangeTable<unsigned __int128>{std::move(entries_)};
    }
    // The port with the smallest MTU on the way to `segment`; none if there is no way.
    std::optional<PortId> way_to(const Ipv6Addr& segment) const {
        return ways_[table_.find(segment.bits())];
    }

private:
    void add(const Ipv6Prefix& to, std::optional<PortId> way) {
        entries_.push_back(
            {to.address.bits(), to.length, static_cast<std::uint32_t>(ways_.size())});
        ways_.push_back(way);
    }
    std::optional<PortId> narrowest(const RouteConfig& route) const {
        std::optional<PortId> found;
        for (const Via& via : route.via)
            if (!found || config_.ports[via.port].mtu < config_.ports[*found].mtu) found = via.port;
        return found;
    }

    const Config& config_;
    std::vector<std::optional<PortId>> ways_;
    std::vector<RangeTable<unsigned __int128>::Entry> entries_;
    RangeTable<unsigned __int128> table_;
};

class PathCheck {
public:
    explicit PathCheck(Parsing& p) : p_{p}, underlay_{p.config} {}

    void run() {
        for (std::size_t i = 0; i < p_.config.policies.size(); ++i) ways_of(i);
        for (std::size_t i = 0; i < p_.config.steer.size(); ++i) {
            const SteerConfig& rule = p_.config.steer[i];
            if (p_.report.clean(KeyPath{"steer"}[i]))
                judge(rule.policy, std::holds_alternative<Ipv6Prefix>(rule.to), rule.port, {});
        }
        for (const RouteConfig& route : p_.config.routes)
            if (route.policy)
                judge(*route.policy, std::holds_alternative<Ipv6Prefix>(route.to), {}, route.table);
        say();
    }

private:
    struct Way {
        PortId port;
        std::uint16_t inner_mtu;
    };
    using Flow = std::tuple<PortId, PortId, std::uint16_t>;  // in, out, inner MTU

    const PolicyConfig& policy_at(std::size_t i) const {
        return p_.config.policies[static_cast<PolicyId>(i)];
    }
    void ways_of(std::size_t i) {
        ways_.emplace_back();
        const PolicyConfig& policy = policy_at(i);
        if (!p_.report.clean(KeyPath{"policy"}[i])) return;
        for (std::size_t j = 0; j < policy.paths.size(); ++j) {
            const auto& segments = policy.paths[j].segments;
            const auto port = underlay_.way_to(segments.front());
            if (port) {
                const auto nrp = p_.config.node.nrp ? WithNrp::yes : WithNrp::no;
                const std::size_t left =
                    p_.config.ports[*port].mtu - encap_bytes(policy.encap, segments.size(), nrp);
                ways_.back().push_back(Way{*port, static_cast<std::uint16_t>(left)});
            } else {
                ways_.back().push_back({});
                down_.push_back(
                    fmt::format("{} path {} ({})", policy.name, j, to_string(segments.front())));
            }
        }
    }
    // What `policy` does to packets of one family from one port, or from all ports that are not
    // role wan (of one table, where a route leads to the policy).
    void judge(PolicyId policy, bool ipv6, std::optional<PortId> from,
               std::optional<TableId> table) {
        for (std::size_t j = 0; j < ways_[index(policy)].size(); ++j) {
            const auto& way = ways_[index(policy)][j];
            if (!way) continue;
            if (ipv6 && way->inner_mtu < ipv6_least_mtu) {
                too_narrow(index(policy), j, *way);
                continue;
            }
            for (std::size_t i = 0; i < p_.config.ports.size(); ++i) {
                const auto in = static_cast<PortId>(i);
                const PortConfig& port = p_.config.ports[in];
                if (from ? *from != in : port.role == Role::wan) continue;
                if ((table && port.table != *table) || port.mtu <= way->inner_mtu) continue;
                narrow_[{in, way->port, way->inner_mtu}].insert(index(policy));
            }
        }
    }
    void too_narrow(std::size_t policy, std::size_t path, const Way& way) {
        if (!told_.emplace(policy, path).second) return;
        const PortConfig& out = p_.config.ports[way.port];
        const std::size_t added = out.mtu - std::size_t{way.inner_mtu};
        const KeyPath paths = KeyPath{"policy"}[policy] / "paths";
        p_.report.error(
            paths[path] / "segments",
            fmt::format("{} bytes of encapsulation leave {} of the mtu {} of port {}, and IPv6 "
                        "needs {}; raise that mtu to {} or shorten the path",
                        added, way.inner_mtu, out.mtu, out.name, ipv6_least_mtu,
                        ipv6_least_mtu + added));
    }
    void say() {
        if (!down_.empty())
            p_.config.notes.push_back(
                fmt::format("{} {}: no route of table default leads to the first segment, so the "
                            "path is down until one does",
                            down_.size() == 1 ? "policy" : "policies", some_of(down_)));
        for (const auto& [flow, policies] : narrow_) {
            const auto& [in, out, inner_mtu] = flow;
            std::vector<std::string> names;
            for (const std::size_t policy : policies) names.push_back(policy_at(policy).name);
            p_.config.notes.push_back(fmt::format(
                "{} {}: packets of more than {} bytes from port {} (mtu {}) do not fit port {} "
                "(mtu {}) once encapsulated; their senders are told by ICMP (packet too big, "
                "fragmentation needed) with MTU {}",
                names.size() == 1 ? "policy" : "policies", some_of(names), inner_mtu,
                p_.config.ports[in].name, p_.config.ports[in].mtu, p_.config.ports[out].name,
                p_.config.ports[out].mtu, inner_mtu));
        }
    }

    Parsing& p_;
    Underlay underlay_;
    std::vector<std::vector<std::optional<Way>>> ways_;   // per policy, per path
    std::set<std::pair<std::size_t, std::size_t>> told_;  // policy, path
    std::map<Flow, std::set<std::size_t>> narrow_;        // policies
    std::vector<std::string> down_;
};

}  // namespace

void check_paths(Parsing& p) {
    check_weights(p);
    // A route or port with an error would make wrong ways out of right policies.
    if (p.report.clean(KeyPath{"port"}) && p.report.clean(KeyPath{"route"}) &&
        p.report.clean(KeyPath{"node"}) && p.report.clean(KeyPath{"policy"}) &&
        p.report.clean(KeyPath{"table"}))
        PathCheck{p}.run();
}

}  // namespace weir

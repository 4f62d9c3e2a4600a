#include "tools/sim/check/turns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "tools/sim/check/hops.hpp"
#include "tools/sim/check/policy_use.hpp"

namespace weir::sim {
namespace {

constexpr std::size_t most_reasons = 8;  // of a turn

using Last = std::optional<std::size_t>;  // link by which a packet came; none: from a host

// One path of a policy on its way.
struct Course {
    std::size_t node = 0;  // of the policy
    PolicyId policy{};
    std::size_t path = 0;
    const std::vector<Ipv6Addr>& segments;
    const std::vector<Prefix>& inner;
    std::string by;
    std::string key(std::size_t segment) const {
        return fmt::format("policy[{}].paths[{}].segments[{}]", index(policy), path, segment);
    }
};
// Where it is: before `node` looks at the active segment.
struct Spot {
    std::size_t node = 0;
    Last last;
    std::size_t segment = 0;
    TableId table{};
    auto operator<=>(const Spot&) const = default;
};

class Walker {
public:
    Walker(const Network& network, std::uint32_t slice) : network_{network} {
        it_.id = slice;
        for (std::size_t i = 0; i < network.nodes().size(); ++i) {
            lossless_.push_back(false);
            for (const SliceConfig& one : network.config(i).slices) {
                if (one.id != slice || !one.lossless) continue;
                lossless_.back() = true;
                if (it_.name.empty()) it_.name = one.name;
            }
        }
    }
    SliceTurns walk() {
        for (std::size_t node = 0; node < lossless_.size(); ++node) {
            if (!lossless_[node]) continue;
            peers_without_file(node);
            for (std::size_t i = 0; i < network_.config(node).policies.size(); ++i)
                start(node, static_cast<PolicyId>(i), {});
        }
        for (const Prefix& all : {Prefix{Ipv4Prefix{}}, Prefix{Ipv6Prefix{}}})
            for (const Address& to : network_.representatives(all))
                for (std::size_t node = 0; node < lossless_.size(); ++node)
                    if (lossless_[node]) plain(node, to);
        it_.unproven.assign(unproven_.begin(), unproven_.end());
        return std::move(it_);
    }

private:
    const std::string& name(std::size_t node) const { return network_.nodes()[node].name(); }
    void unproven(std::size_t node, std::string key, std::string text) {
        unproven_.insert({network_.nodes()[node].file, std::move(key), std::move(text)});
    }
    void peers_without_file(std::size_t node);
    Last link(std::size_t node, const Hop& hop);
    void turn(Last from, std::size_t onto, const std::string& by);
    void start(std::size_t node, PolicyId id, Last last);
    void go(const Course& course, const Spot& spot);
    void decapsulate(const Course& course, const Spot& spot, const SidConfig& sid);
    void onward(std::size_t node, TableId table, const std::vector<Prefix>& to, Last last,
                const std::string& by);
    void plain(std::size_t node, const Address& to);
    void steered(std::size_t node, PortId in, const Address& to, Last last);
    TableId table_of(const Hop& hop) const {
        return hop.in ? network_.config(hop.to).ports[*hop.in].table : TableId{0};
    }

    const Network& network_;
    SliceTurns it_;
    std::vector<bool> lossless_;  // by node
    std::map<PeerLink, std::size_t> links_;
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> turns_;
    std::set<std::tuple<std::size_t, PolicyId, Last>> started_;
    std::set<Spot> been_;  // on the path being walked
    std::set<Unproven> unproven_;
};

void Walker::peers_without_file(std::size_t node) {
    const auto& peers = network_.config(node).peers;
    for (std::size_t i = 0; i < peers.size(); ++i)
        if (!network_.owner(peers[i].locator))
            unproven(node, fmt::format("peer[{}].locator", i),
                     fmt::format("{} of peer {} is the locator of no given file; give the file of "
                                 "that node too",
                                 to_string(peers[i].locator), peers[i].name));
}

// None where the slice ends there: what is not lossless waits for nobody.
Last Walker::link(std::size_t node, const Hop& hop) {
    const Config& config = network_.config(node);
    const std::string& port = config.ports[hop.port].name;
    if (!lossless_[hop.to]) {
        unproven(hop.to, "slice",
                 fmt::format("slice {} ({}) comes from {} and is not lossless here; add it with "
                             "lossless = true, or it is dropped",
                             it_.name, it_.id, name(node)));
        return {};
    }
    const auto [known, fresh] = links_.emplace(PeerLink{node, hop.port, hop.to}, it_.links.size());
    if (!fresh) return known->second;
    it_.links.push_back(known->first);
    if (std::ranges::none_of(config.peers, [&](const PeerConfig& peer) {
            return peer.port == hop.port && network_.owner(peer.locator) == hop.to;
        }))
        unproven(node, "peer",
                 fmt::format("port {} leads to {}, whose locator no [[peer]] of that port has; add "
                             "it, or nothing is held back there",
                             port, name(hop.to)));
    return known->second;
}

void Walker::turn(Last from, std::size_t onto, const std::string& by) {
    if (!from) return;
    const auto [known, fresh] = turns_.emplace(std::pair{*from, onto}, it_.turns.size());
    if (fresh) it_.turns.push_back({{*from, onto}, {}});
    auto& reasons = it_.turns[known->second].by;
    if (reasons.size() < most_reasons && std::ranges::find(reasons, by) == reasons.end())
        reasons.push_back(by);
}

void Walker::start(std::size_t node, PolicyId id, Last last) {
    const Config& config = network_.config(node);
    const PolicyUse use = use_of(config, id);
    if (!use.carries(it_.id) || !started_.insert({node, id, last}).second) return;
    const PolicyConfig& policy = config.policies[id];
    for (std::size_t i = 0; i < policy.paths.size(); ++i) {
        const Course course{
            node,   id,
            i,      policy.paths[i].segments,
            use.to, fmt::format("policy {} of {}, path {}", policy.name, name(node), i)};
        for (std::size_t k = 0; k < course.segments.size(); ++k)
            if (!network_.owner(course.segments[k]))
                unproven(node, course.key(k),
                         fmt::format("{} lies in the locator of no given file; give the file of "
                                     "its node too",
                                     to_string(course.segments[k])));
        const auto before = std::move(been_);  // decapsulation may lead into another policy
        been_.clear();
        go(course, {node, last, 0, TableId{0}});
        been_ = before;
    }
}

void Walker::go(const Course& course, const Spot& spot) {
    if (!been_.insert(spot).second) return;
    const Ipv6Addr& to = course.segments[spot.segment];
    const Config& here = network_.config(spot.node);
    for (const SidConfig& sid : here.sids) {
        if (sid.sid != to) continue;
        if (sid.behavior != Behavior::end) return decapsulate(course, spot, sid);
        if (spot.segment + 1 < course.segments.size())
            go(course, {spot.node, spot.last, spot.segment + 1, TableId{0}});
        return;
    }
    const Hops found = hops(network_, spot.node, spot.table, to);
    if (found.way.kind == Way::Kind::local)
        return unproven(course.node, course.key(spot.segment),
                        fmt::format("{} is no SID of {}, whose it is; add a [[sid]] there",
                                    to_string(to), name(spot.node)));
    if (found.way.kind == Way::Kind::none)
        return unproven(
            course.node, course.key(spot.segment),
            fmt::format("{} has no route to {}; add one", name(spot.node), to_string(to)));
    if (found.policy)
        return unproven(course.node, course.key(spot.segment),
                        fmt::format("{} puts it into another policy ({}), which is not followed; "
                                    "route it by next hops",
                                    name(spot.node), found.by));
    if (!found.lost.empty() && network_.owner(to))
        unproven(spot.node, found.lost,
                 "is an address of no given file, and policies lead over it; give the file of that "
                 "node, or a [[peer]] of its port that is behind it");
    for (const Hop& hop : found.hops) {
        const Last onto = link(spot.node, hop);
        if (!onto) continue;
        turn(spot.last, *onto, course.by);
        go(course, {hop.to, onto, spot.segment, table_of(hop)});
    }
}

void Walker::decapsulate(const Course& course, const Spot& spot, const SidConfig& sid) {
    if (!sid.port) return onward(spot.node, sid.table, course.inner, spot.last, course.by);
    const auto* v4 = std::get_if<Ipv4Addr>(&sid.next_hop);
    const Address via = v4 != nullptr ? Address{*v4} : Address{std::get<Ipv6Addr>(sid.next_hop)};
    for (const Hop& hop : hops_to(network_, {spot.node, *sid.port}, via, via)) {
        const Last onto = link(spot.node, hop);
        if (!onto) continue;
        turn(spot.last, *onto, course.by);
        onward(hop.to, table_of(hop), course.inner, onto, course.by);
    }
}

// Of packets to `to` the next link; those behind it are of plain().
void Walker::onward(std::size_t node, TableId table, const std::vector<Prefix>& to, Last last,
                    const std::string& by) {
    for (const Prefix& prefix : to)
        for (const Address& one : network_.representatives(prefix)) {
            const Hops found = hops(network_, node, table, one);
            if (found.policy) start(node, *found.policy, last);
            for (const Hop& hop : found.hops)
                if (const Last onto = link(node, hop)) turn(last, *onto, by + ", then " + found.by);
        }
}

// Packets without a policy, from whatever table of this node, over the next one.
void Walker::plain(std::size_t node, const Address& to) {
    for (std::size_t table = 0; table < network_.config(node).tables.size(); ++table) {
        const Hops first = hops(network_, node, static_cast<TableId>(table), to);
        for (const Hop& hop : first.hops) {
            const Last last = link(node, hop);
            if (!last) continue;
            if (hop.in) steered(hop.to, *hop.in, to, last);
            const Hops second = hops(network_, hop.to, table_of(hop), to);
            if (second.policy) start(hop.to, *second.policy, last);
            for (const Hop& next : second.hops)
                if (const Last onto = link(hop.to, next)) turn(last, *onto, second.by);
        }
    }
}

// Rules that apply to what comes in from another node.
void Walker::steered(std::size_t node, PortId in, const Address& to, Last last) {
    const Config& config = network_.config(node);
    for (const SteerConfig& rule : config.steer) {
        if (rule.port ? *rule.port != in : config.ports[in].role == Role::wan) continue;
        const auto* v4 = std::get_if<Ipv4Addr>(&to);
        const auto* of4 = std::get_if<Ipv4Prefix>(&rule.to);
        const auto* of6 = std::get_if<Ipv6Prefix>(&rule.to);
        if (v4 != nullptr ? of4 != nullptr && of4->covers(*v4)
                          : of6 != nullptr && of6->covers(std::get<Ipv6Addr>(to)))
            start(node, rule.policy, last);
    }
}

}  // namespace

std::vector<SliceTurns> turns_of(const Network& network) {
    std::set<std::uint32_t> slices;
    for (const NodeFile& node : network.nodes())
        for (const SliceConfig& slice : node.config.slices)
            if (slice.lossless) slices.insert(slice.id);
    std::vector<SliceTurns> all;
    for (const std::uint32_t slice : slices) all.push_back(Walker{network, slice}.walk());
    return all;
}

}  // namespace weir::sim

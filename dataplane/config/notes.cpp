#include "dataplane/config/notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

// One sentence for all things of a kind, if there are any.
class Notes {
public:
    explicit Notes(std::vector<std::string>& out) : out_{out} {}
    void say(std::string_view one, std::string_view several, const std::vector<std::string>& names,
             std::string_view sentence) {
        if (names.empty()) return;
        out_.push_back(
            fmt::format("{} {}: {}", names.size() == 1 ? one : several, some_of(names), sentence));
    }

private:
    std::vector<std::string>& out_;
};

// Names of those elements for which `is` holds.
template <class List, class Is>
std::vector<std::string> names_where(const List& list, Is is) {
    std::vector<std::string> names;
    for (const auto& it : list)
        if (is(it)) names.push_back(it.name);
    return names;
}

void node_notes(Config& config) {
    const bool from_wan = !names_where(config.ports, [](const PortConfig& port) {
                               return port.role == Role::wan;
                           }).empty();
    if (config.ports.empty())
        config.notes.push_back("there is no [[port]]: nothing can come in or go out");
    if (!config.sids.empty() && config.node.domain.empty())
        config.notes.push_back("node.domain is empty: no source may reach the SIDs of this node");
    if (!config.sids.empty() && !config.ports.empty() && !from_wan)
        config.notes.push_back("no port has role wan: nothing can reach the SIDs of this node");
}

// Whether the file gives this source anything to name a slice by.
bool speaks(const Config& config, SliceSource source) {
    const auto any_names_one = [](const auto& list) {
        return std::ranges::any_of(list, [](const auto& it) { return it.slice.has_value(); });
    };
    const auto bits_in = [&](SliceField field) {
        return config.node.slice_bits && config.node.slice_bits->field == field;
    };
    switch (source) {
        case SliceSource::sid:
            return any_names_one(config.sids);
        case SliceSource::steer:
            return any_names_one(config.steer);
        case SliceSource::nrp:
            return config.node.nrp;
        case SliceSource::source:
            return bits_in(SliceField::source);
        case SliceSource::label:
            return bits_in(SliceField::label);
        case SliceSource::dscp:
            return true;
        case SliceSource::pcp:
            return std::ranges::any_of(config.ports,
                                       [](const auto& port) { return !port.pcp.empty(); });
        case SliceSource::port:
            return any_names_one(config.ports);
    }
    return true;
}

// What has something to say and is not asked, and what is asked and has nothing to say.
void classify_notes(Parsing& p) {
    Config& config = p.config;
    std::vector<std::string> unasked, mute;
    for (const SliceSource source : all_slice_sources) {
        if (source == SliceSource::dscp) continue;  // every slice has one, and need not go by it
        const bool asked = std::ranges::count(config.node.classify, source) != 0;
        if (asked != speaks(config, source)) (asked ? mute : unasked).emplace_back(word_of(source));
    }
    if (!unasked.empty())
        config.notes.push_back(
            fmt::format("node.classify leaves out {}, which the file gives "
                        "slices: no packet of this node gets them by it",
                        some_of(unasked)));
    if (!mute.empty() && p.tree["node"]["classify"])
        config.notes.push_back(
            fmt::format("node.classify names {}, to which the file gives no "
                        "slice: without effect",
                        some_of(mute)));
}

void port_notes(Config& config, Notes notes) {
    notes.say("peer", "peers", names_where(config.peers, [](const PeerConfig&) { return true; }),
              "flow control between nodes is not in this version; no message is sent or expected");
}

// Lossless slices may be fed from there, and nobody is told to wait.
bool unguarded(const Config& config, PortId id) {
    const auto lossless = [&](SliceId slice) { return config.slices[slice].lossless; };
    const PortConfig& port = config.ports[id];
    const auto& pfc = port.pfc;
    if (port.role == Role::wan)
        return pfc.empty() && std::ranges::any_of(config.slices, &SliceConfig::lossless) &&
               std::ranges::none_of(config.peers,
                                    [&](const PeerConfig& peer) { return peer.port == id; });
    const auto held_back_by_none = [&](const std::optional<SliceId>& slice) {
        return slice && lossless(*slice) &&
               std::ranges::none_of(pfc, [&](const auto& it) { return it.second == slice; });
    };
    return held_back_by_none(port.slice) ||
           std::ranges::any_of(port.pcp,
                               [&](const auto& it) { return held_back_by_none(it.second); }) ||
           std::ranges::any_of(config.steer, [&](const SteerConfig& rule) {
               return rule.port.value_or(id) == id && held_back_by_none(rule.slice);
           });
}

void slice_notes(Config& config, Notes notes) {
    if (!config.peers.empty())
        notes.say(
            "slice", "slices",
            names_where(config.slices, [](const SliceConfig& slice) { return slice.lossless; }),
            "no peer is told to wait in this version; what its buffer does not take is dropped");
    std::vector<std::string> ports;
    for (std::size_t i = 0; i < config.ports.size(); ++i)
        if (const auto id = static_cast<PortId>(i); unguarded(config, id))
            ports.push_back(config.ports[id].name);
    notes.say("port", "ports", ports,
              "what comes in there of a lossless slice has no buffer and may be dropped: there is "
              "no [[peer]], and no pfc for the slice");
}

void policy_notes(Config& config, Notes notes) {
    notes.say("policy", "policies",
              names_where(config.policies,
                          [](const PolicyConfig& policy) { return policy.bsid.has_value(); }),
              "bsid is not in this version; packets to it are dropped as sid_unknown");
    notes.say("policy", "policies",
              names_where(config.policies,
                          [](const PolicyConfig& policy) { return policy.probe.has_value(); }),
              "probe is not in this version; a path is up while its first segment has a route");
    notes.say(
        "policy", "policies",
        names_where(config.policies, [](const PolicyConfig& policy) { return policy.mss_clamp; }),
        "mss_clamp is not in this version; TCP learns the MTU from ICMP");
}

void steer_notes(Config& config) {
    std::set<std::tuple<std::optional<PortId>, std::variant<Ipv4Prefix, Ipv6Prefix>,
                        std::optional<IpProto>, std::optional<std::uint16_t>>>
        seen;
    std::vector<std::string> dead;
    for (std::size_t i = 0; i < config.steer.size(); ++i) {
        const SteerConfig& rule = config.steer[i];
        if (!seen.emplace(rule.port, rule.to, rule.protocol, rule.dport).second)
            dead.push_back(fmt::format("steer[{}]", i));
    }
    if (!dead.empty())
        config.notes.push_back(
            fmt::format("{}: an earlier rule with the same match wins, this has "
                        "no effect",
                        some_of(dead)));
}

}  // namespace

std::string some_of(const std::vector<std::string>& names) {
    constexpr std::size_t shown = 3;
    std::string text = names.front();
    const std::size_t listed = std::min(names.size(), shown);
    for (std::size_t i = 1; i < listed; ++i)
        text += (i + 1 == names.size() ? " and " : ", ") + names[i];
    if (names.size() > shown) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}

void add_notes(Parsing& p) {
    const Notes notes{p.config.notes};
    node_notes(p.config);
    classify_notes(p);
    port_notes(p.config, notes);
    slice_notes(p.config, notes);
    policy_notes(p.config, notes);
    steer_notes(p.config);
}

}  // namespace weir

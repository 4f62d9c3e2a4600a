#include "dataplane/config/notes.hpp"

#include <fmt/format.h>

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
    if (config.memory.reserve != Bytes{0})
        config.notes.push_back("memory.reserve is not in this version: nothing is set aside");
}

void port_notes(Config& config, Notes notes) {
    notes.say("port", "ports",
              names_where(config.ports, [](const PortConfig& port) { return !port.pfc.empty(); }),
              "802.1Qbb (pfc) is not in this version; hosts are neither paused nor obeyed");
    notes.say("peer", "peers", names_where(config.peers, [](const PeerConfig&) { return true; }),
              "flow control between nodes is not in this version; no message is sent or expected");
}

bool buffered(const SliceConfig& slice) {
    const SliceConfig plain{};
    return slice.isolate != plain.isolate || slice.min_packet != plain.min_packet || slice.buffer ||
           slice.watchdog != plain.watchdog;
}

void slice_notes(Config& config, Notes notes) {
    notes.say("slice", "slices",
              names_where(config.slices, [](const SliceConfig& slice) { return slice.lossless; }),
              "lossless control is not in this version; a full queue drops all the same");
    notes.say("slice", "slices", names_where(config.slices, buffered),
              "isolate, min_packet, buffer and watchdog are not acted on in this version; a "
              "full queue drops");
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
    port_notes(p.config, notes);
    slice_notes(p.config, notes);
    policy_notes(p.config, notes);
    steer_notes(p.config);
}

}  // namespace weir

#include <fmt/format.h>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

void encap(const Section& section, PolicyConfig& policy) {
    const auto value = section.find("encap");
    if (!value) return;
    const auto* text = value->node.as_string();
    if (text != nullptr && (text->get() == "l2" || text->get() == "l2-reduced"))
        section.error("encap", fmt::format("{} (H.Encaps.L2, RFC 8986 section 5.3) is not in this "
                                           "version; full and reduced carry IPv4 and IPv6",
                                           in_quotes(text->get())));
    else
        convert(*value, policy.encap);
}

void paths(const Section& section, PolicyConfig& policy) {
    const std::size_t count = section.count("paths");
    if (count == 0 && section.has("paths") && section.find("paths")->node.is_array())
        section.error("paths", "is empty: a policy needs a segment list (RFC 9256 section 5.1)");
    policy.paths.resize(count);
    for (const Section& path : section.tables("paths")) {
        PathConfig& made = policy.paths[path.position()];
        path.read("weight", made.weight);
        if (path.read("segments", made.segments) && made.segments.empty())
            path.error("segments", "is empty: a path needs 1 to 16 SIDs");
    }
}

void probe(const Section& section, PolicyConfig& policy) {
    const auto table = section.table("probe");
    if (!table) return;
    ProbeConfig made{Nanos{0}, 3};
    table->read("every", made.every);
    table->read("miss", made.miss);
    policy.probe = made;
}

void policy(const Section& section, PolicyConfig& policy) {
    section.read_name(policy.name);
    section.read("bsid", policy.bsid);
    encap(section, policy);
    paths(section, policy);
    probe(section, policy);
    section.read("mss_clamp", policy.mss_clamp);
}

struct Protocol {
    std::string_view name;
    IpProto number;
};
constexpr Protocol protocols[] = {{"tcp", IpProto::tcp},
                                  {"udp", IpProto::udp},
                                  {"icmp", IpProto::icmp},
                                  {"icmpv6", IpProto::icmpv6}};

void protocol(const Section& match, SteerConfig& rule) {
    const auto value = match.find("protocol");
    if (!value) return;
    if (value->node.is_integer()) {
        std::int64_t number = 0;
        if (value->integer(number)) rule.protocol = static_cast<IpProto>(number);
        return;
    }
    const std::string* text = value->text();
    if (text == nullptr) return;
    std::vector<std::string_view> known;
    for (const Protocol& protocol : protocols) {
        if (protocol.name == *text) rule.protocol = protocol.number;
        known.push_back(protocol.name);
    }
    if (!rule.protocol)
        value->wrong(fmt::format("is {}, not one of tcp | udp | icmp | icmpv6 or a number{}",
                                 in_quotes(*text), did_you_mean(*text, known)));
}

void steer(const Section& section, Parsing& p, SteerConfig& rule) {
    p.names.policies.read(section, "policy", rule.policy);
    p.names.slices.read(section, "slice", rule.slice);
    const auto match = section.table("match");
    if (!match) return;
    p.names.ports.read(*match, "port", rule.port);
    match->read("to", rule.to);
    protocol(*match, rule);
    const bool dport = match->read("dport", rule.dport);
    if (dport && p.report.clean(match->at("protocol")) && rule.protocol != IpProto::tcp &&
        rule.protocol != IpProto::udp)
        match->error("dport", "needs protocol = \"tcp\" or \"udp\": others have no ports");
}

}  // namespace

void parse_policies(Parsing& p) {
    p.config.policies = IdVector<PolicyId, PolicyConfig>(p.file.count("policy"));
    for (const Section& section : p.file.tables("policy"))
        policy(section, p.config.policies[static_cast<PolicyId>(section.position())]);
    p.config.steer.resize(p.file.count("steer"));
    for (const Section& section : p.file.tables("steer"))
        steer(section, p, p.config.steer[section.position()]);
}

}  // namespace weir

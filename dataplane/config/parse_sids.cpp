#include <fmt/format.h>

#include <algorithm>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

// Words of RFC 8986 and RFC 9800 that this build knows but does not do. Flavors are behind a space.
constexpr std::string_view later_behaviors[] = {
    "End.X",    "End.T",  "End.DX2", "End.DX2V",      "End.DT2U",
    "End.DT2M", "End.BM", "End.B6",  "End.B6.Encaps", "End.B6.Encaps.Red",
    "uN",       "uA",     "uDT4",    "uDT6",          "uDT46",
    "uDX4",     "uDX6",   "uDX2",    "uDX2V",         "uDT2U",
    "uDT2M",    "End.FC"};

bool decapsulates_to_table(Behavior behavior) {
    return behavior == Behavior::end_dt4 || behavior == Behavior::end_dt6 ||
           behavior == Behavior::end_dt46;
}
bool decapsulates_to_neighbor(Behavior behavior) {
    return behavior == Behavior::end_dx4 || behavior == Behavior::end_dx6;
}

bool behavior(const Section& section, Behavior& out) {
    std::string text;
    if (!section.read("behavior", text)) return false;
    if (const auto known = behavior_from(text)) {
        out = *known;
        return true;
    }
    std::vector<std::string_view> names;
    for (const auto& row : behavior_texts) names.push_back(row.name);
    std::string all;
    for (const auto name : names) all += (all.empty() ? "" : ", ") + std::string{name};
    if (std::ranges::find(later_behaviors, text) != std::end(later_behaviors))
        section.error("behavior", fmt::format("{} is not in this version; it has {}", text, all));
    else
        section.error("behavior", fmt::format("{} is no behavior of this version; it has {}{}",
                                              in_quotes(text), all, did_you_mean(text, names)));
    return false;
}

// A key that the behavior needs and does not have, or has and does not need.
void required(const Section& section, std::string_view key, Behavior behavior, bool needed) {
    if (needed && !section.has(key))
        section.error(key, fmt::format("is missing: {} needs it", name(behavior)));
    if (!needed && section.has(key))
        section.error(key, fmt::format("means nothing to {}; leave it out", name(behavior)));
}

void next_hop(const Section& section, SidConfig& sid) {
    std::variant<Ipv4Addr, Ipv6Addr> address;
    if (section.read("next_hop", address))
        std::visit([&](const auto& it) { sid.next_hop = it; }, address);
}

void check_family(const Section& section, const SidConfig& sid) {
    const bool v4 = std::holds_alternative<Ipv4Addr>(sid.next_hop);
    if (std::holds_alternative<std::monostate>(sid.next_hop) ||
        v4 == (sid.behavior == Behavior::end_dx4))
        return;
    section.error("next_hop", fmt::format("{} hands over IPv{} packets; name an IPv{} neighbour",
                                          name(sid.behavior), v4 ? 6 : 4, v4 ? 6 : 4));
}

void sid(const Section& section, Parsing& p, SidConfig& sid) {
    section.read("sid", sid.sid);
    p.names.slices.read(section, "slice", sid.slice);
    p.names.tables.read(section, "table", sid.table);
    p.names.ports.read(section, "port", sid.port);
    next_hop(section, sid);
    if (!behavior(section, sid.behavior)) return;
    required(section, "table", sid.behavior, decapsulates_to_table(sid.behavior));
    required(section, "port", sid.behavior, decapsulates_to_neighbor(sid.behavior));
    required(section, "next_hop", sid.behavior, decapsulates_to_neighbor(sid.behavior));
    if (decapsulates_to_neighbor(sid.behavior)) check_family(section, sid);
}

}  // namespace

void parse_sids(Parsing& p) {
    p.config.sids.resize(p.file.count("sid"));
    for (const Section& section : p.file.tables("sid"))
        sid(section, p, p.config.sids[section.position()]);
}

}  // namespace weir

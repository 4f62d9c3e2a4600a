#include <fmt/format.h>

#include <map>

#include "dataplane/config/quantity.hpp"
#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

KeyPath place_of(const Parsing& p, std::size_t slice) {
    return slice_place(p, static_cast<SliceId>(slice));
}

const SliceConfig& slice_at(const Parsing& p, std::size_t i) {
    return p.config.slices[static_cast<SliceId>(i)];
}

// Transit nodes tell slices by the outer DSCP.
void check_dscp(Parsing& p) {
    std::map<Dscp, std::size_t> owners;
    for (std::size_t i = 0; i < p.config.slices.size(); ++i) {
        const SliceConfig& slice = slice_at(p, i);
        const KeyPath at = place_of(p, i);
        const auto position = p.names.slice_order.position_of(i);
        if (position && !p.report.clean(at)) continue;
        const bool written = position && p.tree["slice"][*position]["dscp"].is_integer();
        if (slice.dscp_mode == DscpMode::uniform && !written) continue;  // says nothing of its own
        const auto [owner, fresh] = owners.emplace(slice.dscp, i);
        if (!fresh)
            p.report.error(
                at / "dscp",
                fmt::format("{} is already that of slice {}; give each slice its own, "
                            "or packets can not be told apart",
                            static_cast<unsigned>(slice.dscp), slice_at(p, owner->second).name));
    }
}

void check_pfc(Parsing& p) {
    constexpr std::string_view digits = "01234567";
    for (std::size_t i = 0; i < p.config.ports.size(); ++i) {
        const KeyPath at = KeyPath{"port"}[i] / "pfc";
        std::map<SliceId, unsigned> priorities;
        for (const auto& [priority, id] : p.config.ports[static_cast<PortId>(i)].pfc) {
            const SliceConfig& slice = p.config.slices[id];
            const KeyPath here = at / digits.substr(priority, 1);
            if (!p.report.clean(place_of(p, index(id)))) continue;
            if (!slice.lossless)
                p.report.error(here, fmt::format("slice {} is not lossless, so nothing would ever "
                                                 "be paused; set lossless = true there or leave "
                                                 "this out",
                                                 slice.name));
            const auto [first, fresh] = priorities.emplace(id, priority);
            if (!fresh)
                p.report.error(here, fmt::format("slice {} is already priority {} of this port; a "
                                                 "slice has one",
                                                 slice.name, first->second));
        }
    }
}

bool paused_by_hosts(const Parsing& p, std::size_t slice) {
    for (const PortConfig& port : p.config.ports)
        for (const auto& [priority, id] : port.pfc)
            if (index(id) == slice) return true;
    return false;
}

// Somebody upstream must be there to be told to wait, and the round trip known to size the buffer.
void check_lossless(Parsing& p) {
    const bool peers_known = p.report.clean(KeyPath{"peer"});
    const SliceConfig* sized = nullptr;
    for (std::size_t i = 0; i < p.config.slices.size(); ++i) {
        const SliceConfig& slice = slice_at(p, i);
        const KeyPath at = place_of(p, i);
        if (!slice.lossless || !p.report.clean(at)) continue;
        if (sized == nullptr && !slice.buffer) sized = &slice;
        if (peers_known && p.report.clean(KeyPath{"port"}) && p.config.peers.empty() &&
            !paused_by_hosts(p, i))
            p.report.error(at / "lossless",
                           "nobody could be told to wait: there is no [[peer]], and no port maps "
                           "the slice in its pfc; add one or set lossless = false");
    }
    for (std::size_t i = 0; sized != nullptr && i < p.config.peers.size(); ++i) {
        const PeerConfig& peer = p.config.peers[i];
        if (peer.distance || !p.report.clean(KeyPath{"peer"}[i])) continue;
        p.report.error(KeyPath{"peer"}[i] / "distance",
                       fmt::format("the buffer of lossless slice {} can not be sized without the "
                                   "round trip to peer {}; write the distance, like \"100km\", or "
                                   "give the slice a buffer",
                                   sized->name, peer.name));
    }
}

}  // namespace

KeyPath slice_place(const Parsing& p, SliceId slice) {
    const auto position = p.names.slice_order.position_of(index(slice));
    return position ? KeyPath{"slice"}[*position] : KeyPath{"slice"};
}

void check_slices(Parsing& p) {
    check_dscp(p);
    check_pfc(p);
    check_lossless(p);
}

}  // namespace weir

#include <fmt/format.h>

#include "dataplane/config/sections.hpp"

namespace weir {
namespace {

constexpr std::size_t max_peers = 1024;

void key(const Section& section, PeerConfig& peer) {
    PeerKey made{};
    section.read("id", made.id);
    if (section.read("file", made.file) && made.file.empty())
        section.error("file", "is empty; name the file that holds the secret");
    for (const PeerKey& other : peer.keys)
        if (section.has("id") && other.id == made.id && made.id != 0)
            section.error("id", fmt::format("key {} is there already; the two keys of a peer have "
                                            "different ids",
                                            made.id));
    peer.keys.push_back(made);
}

void keys(const Section& section, PeerConfig& peer) {
    const auto value = section.find("key");
    if (!value) return;
    if (value->node.is_table()) {
        key(*section.table("key"), peer);
    } else if (!value->node.is_array()) {
        value->wrong_type();
    } else {
        for (const Section& element : section.tables("key")) key(element, peer);
    }
}

void peer(const Section& section, Parsing& p, PeerConfig& peer) {
    section.read_name(peer.name);
    if (p.names.ports.read(section, "port", peer.port) &&
        p.report.clean(KeyPath{"port"}[index(peer.port)]) &&
        p.config.ports[peer.port].role != Role::wan)
        section.error("port", fmt::format("port {} has role lan, and a peer is at the other end of "
                                          "a WAN segment; give the port role = \"wan\"",
                                          p.config.ports[peer.port].name));
    const bool address = section.read("address", peer.address);
    const bool locator = section.read("locator", peer.locator);
    if (address && locator && !peer.locator.covers(peer.address))
        section.error("address", fmt::format("{} is a SID of the peer but not inside its locator "
                                             "{}",
                                             to_string(peer.address), to_string(peer.locator)));
    section.read("segments", peer.segments);
    section.read_or_auto("distance", peer.distance);
    section.read("between", peer.between);
    section.read("on_peer_loss", peer.on_peer_loss);
    keys(section, peer);
}

}  // namespace

void parse_peers(Parsing& p) {
    const std::size_t count = p.file.count("peer");
    p.config.peers.resize(count);
    if (count > max_peers)
        p.file.error("peer", fmt::format("{} peers, at most {} are possible", count, max_peers));
    for (const Section& section : p.file.tables("peer"))
        peer(section, p, p.config.peers[section.position()]);
}

}  // namespace weir

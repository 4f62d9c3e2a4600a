#include "dataplane/config/buffers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "srv6/encap.hpp"

namespace weir {
namespace {

HoldBack hold_back(Control control) {
    switch (control) {
        case Control::pause:
            return HoldBack::pause;
        case Control::credit:
            return HoldBack::credit;
        case Control::off:
        case Control::precise:
            break;
    }
    return HoldBack::precise;
}

std::optional<BufferSizes> peer_sizes(const SliceConfig& slice, const PortConfig& port,
                                      const PeerConfig& peer) {
    if (!port.rate || !peer.distance) return {};
    BufferTerms terms;
    terms.control = hold_back(slice.control);
    terms.rate = *rate_on(slice.limit, port);  // the peer's limit is taken to be ours
    terms.reverse_rate = *port.rate;
    terms.round_trip = 2 * *peer.distance;
    terms.largest = largest_charge(Bytes{port.mtu});
    terms.small = charge_ratio(Bytes{slice.min_packet});
    terms.nic = nic_bytes(*port.rate, terms.largest);
    terms.peer_nic = terms.nic;  // the line is as fast at the other end
    terms.between = peer.between;
    terms.isolate = slice.isolate;
    return buffer_sizes(terms);
}

// The most that a packet grows here.
Bytes longest_header(const Config& config) {
    std::size_t longest = 0;
    for (const PolicyConfig& policy : config.policies)
        for (const PathConfig& path : policy.paths)
            if (!path.segments.empty() && path.segments.size() <= max_segments)
                longest =
                    std::max(longest, encap_bytes(policy.encap, path.segments.size(),
                                                  config.node.nrp ? WithNrp::yes : WithNrp::no));
    return Bytes{longest};
}

// Hosts know no limit of the slice: they send at the rate of the line. Their packets are charged as
// they leave, encapsulated. A worker that sleeps sees late that they are to wait.
std::optional<BufferSizes> host_sizes(const SliceConfig& slice, const PortConfig& port,
                                      Bytes header, Nanos sleep) {
    if (!port.rate) return {};
    LanTerms terms;
    terms.rate = *port.rate;
    terms.largest = largest_charge(Bytes{port.mtu}) + header;
    terms.small = charge_ratio(Bytes{slice.min_packet}, header);
    terms.poll += sleep;
    terms.nic = nic_bytes(*port.rate, terms.largest);
    return lan_buffer_sizes(terms);
}

LosslessBuffer made(SliceId id, const SliceConfig& slice, PortId port,
                    std::optional<std::size_t> peer, std::optional<BufferSizes> needed) {
    const Bytes automatic = needed ? needed->buffer : Bytes{0};
    return {id, port, peer, needed, slice.buffer.value_or(automatic)};
}

}  // namespace

std::string sender_of(const LosslessBuffer& buffer, const Config& config) {
    return buffer.peer ? fmt::format("peer {}", config.peers[*buffer.peer].name)
                       : fmt::format("port {}", config.ports[buffer.port].name);
}

BitsPerSecond part_of(BitsPerSecond rate, Share share) {
    return BitsPerSecond{static_cast<std::uint64_t>(static_cast<unsigned __int128>(rate.count()) *
                                                    share.millionths / 1'000'000)};
}

std::optional<BitsPerSecond> rate_on(const RateOrShare& rate, const PortConfig& port) {
    if (const auto* absolute = std::get_if<BitsPerSecond>(&rate))
        return port.rate ? std::min(*absolute, *port.rate) : *absolute;
    if (!port.rate) return {};
    return part_of(*port.rate, std::get<Share>(rate));
}

std::vector<LosslessBuffer> lossless_buffers(const Config& config) {
    std::vector<LosslessBuffer> buffers;
    const Bytes header = longest_header(config);
    const Nanos sleep = config.workers.idle == Idle::sleep ? config.workers.idle_sleep : Nanos{0};
    for (std::size_t s = 0; s < config.slices.size(); ++s) {
        const auto id = static_cast<SliceId>(s);
        const SliceConfig& slice = config.slices[id];
        if (!slice.lossless) continue;
        for (std::size_t i = 0; i < config.peers.size(); ++i) {
            const PeerConfig& peer = config.peers[i];
            if (!config.ports.contains(peer.port)) continue;  // an error of its own
            buffers.push_back(
                made(id, slice, peer.port, i, peer_sizes(slice, config.ports[peer.port], peer)));
        }
        for (std::size_t i = 0; i < config.ports.size(); ++i) {
            const auto port = static_cast<PortId>(i);
            for (const auto& [priority, paused] : config.ports[port].pfc)
                if (paused == id)
                    buffers.push_back(made(id, slice, port, {},
                                           host_sizes(slice, config.ports[port], header, sleep)));
        }
    }
    return buffers;
}

}  // namespace weir

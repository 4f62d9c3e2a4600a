// The ways off the fast path: to the control thread, and out of this world. Everything here is
// limited, because whoever sends packets decides how often it runs.
#include "dataplane/control/icmp_reply.hpp"
#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/icmp.hpp"
#include "dataplane/worker/pipeline.hpp"
#include "dataplane/worker/route.hpp"

namespace weir {
namespace {

// Few at once is the normal case; a host that boots asks for several addresses in one go.
constexpr std::uint64_t punt_burst = 64;

// Only what a neighbor can have sent (RFC 4861 section 11.2), or the far away would spend what
// neighbors may send.
bool is_neighbor_message(const Packet& packet, const Meta& meta, bool outermost) noexcept {
    if (meta.version == 0) return true;  // ARP
    if (!outermost || meta.version != 6 || meta.ipv6().hop_limit != 255 ||
        meta.ipv6().next_header != IpProto::icmpv6)
        return false;
    const auto bytes = head(packet, meta);
    if (bytes.size() < sizeof(Ipv6Header) + sizeof(IcmpHeader)) return false;
    const auto type = std::to_integer<std::uint8_t>(bytes[sizeof(Ipv6Header)]);
    return type == icmpv6::neighbor_solicitation || type == icmpv6::neighbor_advertisement;
}

// Makes the mbuf begin with the Ethernet header's room in front of the IP packet the stages were
// looking at. Where nothing was taken off, those are the Ethernet header that came.
void restore_frame(Packet& packet, const Meta& meta) noexcept {
    const std::uint32_t tail = packet.pkt_len - packet.data_len;
    packet.data_off = static_cast<std::uint16_t>(meta.ip - sizeof(EthernetHeader) -
                                                 static_cast<std::byte*>(packet.buf_addr));
    packet.pkt_len = meta.l3_length + static_cast<std::uint32_t>(sizeof(EthernetHeader));
    packet.data_len = static_cast<std::uint16_t>(packet.pkt_len - tail);
}

}  // namespace

Pipeline::Pipeline(Setup setup) : setup_{std::move(setup)}, outboxes_(setup_.handoffs->workers()) {
    for (const PacketsPerSecond rate : setup_.punt_rates) {
        const TokenRate limit{rate, punt_burst};
        limits_.push_back({limit, limit, limit});
    }
    for (std::size_t i = 0; i < outboxes_.size(); ++i)
        outboxes_[i].ring = setup_.handoffs->ring(setup_.self, static_cast<WorkerId>(i));
    for (std::size_t i = 0; i < setup_.owners.size(); ++i) {
        const auto out = static_cast<PortId>(i);
        const WorkerId owner = setup_.owners[out];
        ways_out_.push_back({owner == setup_.self ? setup_.egress[out] : nullptr,
                             &outboxes_[index(owner)], setup_.chains.empty() || setup_.chains[i]});
    }
}

bool Pipeline::push(PacketRing& ring, Packet& packet) noexcept {
    if (!ring.push(&packet)) return false;
    setup_.shard->handed_over.add();
    return true;
}

// A device that does not take chains would send the first segment and stale memory behind it.
bool Pipeline::make_sendable(Packet& packet, PortId out) const noexcept {
    return packet.nb_segs == 1 || ways_out_[out].chains || rte_pktmbuf_linearize(&packet) == 0;
}

// 802.1Qbb: what a host asks for. It says it again and again, and is answered by nobody: it ends
// here. PAUSE of 802.3 would stop all slices, so no lossless network obeys it.
Drop Pipeline::hear_hosts(Packet& packet, Meta meta, Context context) noexcept {
    PortCounters& counters = setup_.shard->ports[meta.in];
    const SnapshotPort& port = context.snapshot.ports[meta.in];
    // MAC control is for the link alone, and never tagged.
    if ((packet.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0) return Drop::mac_control;
    const MacControl said = decode_mac_control(bytes(packet));
    if (std::holds_alternative<LinkPause>(said)) {
        counters.pauses_ignored.add();
    } else if (const auto* frame = std::get_if<PfcFrame>(&said)) {
        for (std::size_t n = 0; n < priorities; ++n) {
            if (!frame->pause.lists(n)) continue;
            counters.pfc_received[n].add();
            if (setup_.pauses != nullptr)
                (*setup_.pauses)[index(meta.in)].set(
                    n, later(context.now, pause_time(frame->pause.times[n], port.line)));
        }
    } else {
        return Drop::mac_control;
    }
    setup_.shard->consumed.add();
    rte_pktmbuf_free(&packet);
    return Drop::none;
}

Drop Pipeline::punt_protocol(Packet& packet, Meta meta, Context context) noexcept {
    if (meta.version == 0 &&
        rte_pktmbuf_mtod(&packet, const EthernetHeader*)->ether_type() == EtherType::mac_control)
        return hear_hosts(packet, meta, context);
    Limits& limits = limits_[index(meta.in)];
    const bool outermost =
        meta.ip == rte_pktmbuf_mtod(&packet, std::byte*) + sizeof(EthernetHeader);
    TokenRate& limit =
        is_neighbor_message(packet, meta, outermost) ? limits.neighbor : limits.local;
    if (!limit.take(context.now)) return Drop::punt_rate;
    restore_frame(packet, meta);
    punt_info(packet) = {.punt = Punt::protocol,
                         .outermost = outermost,
                         .version = meta.version,
                         .drop = Drop::none,
                         .in = meta.in,
                         .out = {},
                         .table = meta.table,
                         .l3 = sizeof(EthernetHeader),
                         .value = 0,
                         .neighbor = no_neighbor};
    return push(setup_.control->punts, packet) ? Drop::none : Drop::punt_full;
}

// A lossless slice waits at its way out, in order and in the buffer that is kept for it. Others are
// held by control, a few for each next hop.
Drop Pipeline::without_mac(Packet& packet, Meta meta, NeighborId neighbor,
                           Context context) noexcept {
    if (!context.snapshot.slices[meta.claim.slice()].lossless)
        return punt_resolve(packet, meta, neighbor, context);
    EgressTag tag = tag_of(packet, meta, context.snapshot);
    const Ipv6Addr next_hop = neighbor != no_neighbor ? context.neighbors.address(neighbor)
                              : meta.version == 4     ? mapped(meta.ipv4().destination)
                                                      : meta.ipv6().destination;
    frame(packet, meta, 0);
    if (!make_sendable(packet, meta.hop->port)) return Drop::device_refused;
    packet.port = static_cast<std::uint16_t>(index(meta.hop->port));
    wait_info(packet) = {nullptr, next_hop};
    const WayOut& way = ways_out_[meta.hop->port];
    if (way.mine == nullptr) tag.slice |= waits_for_mac;
    set_egress_tag(packet, tag);
    if (way.mine != nullptr) return way.mine->wait(packet);
    hand_over(packet, *way.outbox);
    return Drop::none;
}

Drop Pipeline::punt_resolve(Packet& packet, Meta meta, NeighborId neighbor,
                            Context context) noexcept {
    frame(packet, meta, 0);
    // Control gives it straight to the port.
    if (!make_sendable(packet, meta.hop->port)) return Drop::device_refused;
    set_egress_tag(packet, tag_of(packet, meta, context.snapshot));
    punt_info(packet) = {.punt = Punt::resolve,
                         .outermost = false,
                         .version = meta.version,
                         .drop = Drop::none,
                         .in = meta.in,
                         .out = meta.hop->port,
                         .table = meta.table,
                         .l3 = sizeof(EthernetHeader),
                         .value = 0,
                         .neighbor = neighbor};
    if (push(setup_.control->resolves, packet)) return Drop::none;
    const std::size_t row = row_of(egress_tag(packet).slice);
    setup_.shard->ports[meta.hop->port].slices[row].refused.add();
    return Drop::neighbor_queue_full;
}

// The packet goes to control, which drops it there under `drop` after it has answered.
bool Pipeline::punt_error(Packet& packet, const Meta& meta, Drop drop,
                          const Context& context) noexcept {
    if (meta.version == 0 || !owes_icmp_error(drop)) return false;
    if (!limits_[index(meta.in)].error.take(context.now)) return false;
    restore_frame(packet, meta);
    punt_info(packet) = {.punt = Punt::error,
                         .outermost = false,
                         .version = meta.version,
                         .drop = drop,
                         .in = meta.in,
                         .out = {},
                         .table = meta.table,
                         .l3 = sizeof(EthernetHeader),
                         .value = meta.value,
                         .neighbor = no_neighbor};
    return push(setup_.control->punts, packet);
}

void Pipeline::lose(Packet& packet, Meta meta, Drop drop, Context context) noexcept {
    if (punt_error(packet, meta, drop, context)) return;
    const PortId port = of_way_out(drop) ? meta.hop->port : meta.in;
    setup_.shard->ports[port].drops[static_cast<std::size_t>(drop)].add();
    rte_pktmbuf_free(&packet);
}

}  // namespace weir

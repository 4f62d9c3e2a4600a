#pragma once
// What few configurations use to say which slice a packet is of: priority tags, and what an outer
// header says beside its DSCP. Read where the packet comes in, written where the header is made.
// Nothing here takes the Meta by reference: its fields would no longer be registers, for all
// others.
#include "dataplane/wire/nrp.hpp"
#include "dataplane/wire/options.hpp"
#include "dataplane/worker/meta.hpp"
#include "srv6/encap.hpp"

namespace weir {

struct MoreClaims {
    Drop drop = Drop::none;
    SliceClaim claim{};
    std::uint32_t value = 0;  // with option_unknown: pointer
};

// The hop-by-hop header behind the fixed one. A node that reads it at all obeys what its options
// ask of those who do not know them (RFC 8200 section 4.2, RFC 9673 section 5.2). `earlier`: what
// is known already.
inline MoreClaims read_nrp(std::span<const std::byte> packet, const Snapshot& snapshot,
                           SliceClaim earlier) noexcept {
    Cursor cursor{packet};
    cursor.skip(sizeof(Ipv6Header));
    const auto* extension = cursor.peek<ExtensionHeader>();
    if (extension == nullptr || extension->length() > cursor.rest().size())
        return {.drop = Drop::truncated};
    const auto header = cursor.rest().first(extension->length());
    const OptionsVerdict verdict = check_options(header);
    if (verdict.drop != Drop::none)
        return {.drop = verdict.drop,
                .value = verdict.at == 0 ? 0 : std::uint32_t{sizeof(Ipv6Header)} + verdict.at};
    if (verdict.nrp_at == 0) return {.claim = earlier};
    const auto& option = *reinterpret_cast<const NrpOption*>(header.data() + verdict.nrp_at);
    const auto slice = snapshot.outer_marks.slices.find(option.slice());
    if (!slice) return {.drop = option.strict() ? Drop::nrp_unknown : Drop::none, .claim = earlier};
    return {.claim = first_of(snapshot.claims.claim(SliceSource::nrp, slice), earlier)};
}

// What the outer header says: believed of what comes from inside the domain.
inline MoreClaims read_outer_marks(std::span<const std::byte> packet,
                                   const Snapshot& snapshot) noexcept {
    const auto& ip = *reinterpret_cast<const Ipv6Header*>(packet.data());
    const OuterMarks& marks = snapshot.outer_marks;
    if (!snapshot.in_domain(ip.source)) return {};
    SliceClaim said;
    if (marks.reads_bits) {
        const SliceNumber number = marks.bits->read(ip);
        const auto slice = number == SliceNumber{0} ? std::nullopt : marks.slices.find(number);
        said = snapshot.claims.claim(source_of(marks.bits->field), slice);
    }
    if (marks.reads_nrp && ip.next_header == IpProto::hop_by_hop)
        return read_nrp(packet, snapshot, said);
    return {.claim = said};
}

// Of the priority tag that parse took off, if there was one.
inline SliceClaim claim_of_tag(const Packet& packet, const SnapshotPort& port) noexcept {
    if ((packet.ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0) return {};
    return port.of_priority[packet.vlan_tci >> 13U];
}

// Of an IPv6 packet, beside its DSCP. By value: see above.
[[gnu::noinline]] inline MoreClaims ask_more(const Packet& packet, const SnapshotPort& port,
                                             const Snapshot& snapshot, Meta meta) noexcept {
    const SliceClaim tag = claim_of_tag(packet, port);
    if (port.role != Role::wan) return {.claim = tag};
    MoreClaims said = read_outer_marks(head(packet, meta), snapshot);
    said.claim = first_of(said.claim, tag);
    return said;
}

// Into an outer header that was just written: the slice's number, and for NICs that hash addresses
// but no flow label the low bits of the flow's label into the source, so that the packets of one
// policy spread over receive queues. Returns the flow as the next hop will read it.
[[gnu::noinline]] inline std::uint32_t write_outer_marks(Ipv6Header& ip, const Snapshot& snapshot,
                                                         SliceId id, std::uint32_t flow) noexcept {
    const OuterMarks& marks = snapshot.outer_marks;
    const SliceNumber slice = snapshot.slices[id].number;
    ip.source = Ipv6Addr::from_bits(ip.source.bits() | (flow & marks.source_entropy));
    if (marks.nrp) EncapHeader::write_slice(reinterpret_cast<std::byte*>(&ip), slice);
    if (!marks.bits) return flow;
    if (marks.bits->field == SliceField::source) {
        marks.bits->write(ip.source, slice);
        return flow;
    }
    const FlowLabel label = marks.bits->write(ip.flow_label(), slice);
    ip.set_flow_label(label);
    return static_cast<std::uint32_t>(label);
}

}  // namespace weir

#include "pfc/codec.hpp"

#include <algorithm>
#include <cstring>

#include "pfc/rate16.hpp"

namespace weir {
namespace {

template <class Unit>
std::uint32_t whole(Nanos time) {
    constexpr std::int64_t most = UINT32_MAX;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(
        std::chrono::duration_cast<Unit>(time).count(), std::int64_t{0}, most));
}
be64 nanos(Nanos time) {
    return be64{static_cast<std::uint64_t>(std::max(time, Nanos{0}).count())};
}

template <class Layout>
RecordHead head_of(std::size_t more = 0) {
    return {Layout::type, static_cast<std::uint8_t>((sizeof(Layout) + more) / record_word)};
}
be32 number(SliceNumber slice) { return be32{static_cast<std::uint32_t>(slice)}; }
be64 number(NodeNumber node) { return be64{static_cast<std::uint64_t>(node)}; }

FlowsLayout flows(SliceNumber slice, std::uint32_t version, std::size_t caps) {
    return {.head = head_of<FlowsLayout>(caps * sizeof(FlowLayout)),
            .reserved = {},
            .slice = number(slice),
            .version = be32{version}};
}

}  // namespace

MessageWriter::MessageWriter(std::span<std::byte> body, const MessageHead& head) noexcept {
    body = body.first(std::min(body.size(), longest_body));
    if (body.size() < shortest_body) return;
    room_ = body.first(body.size() - signature_bytes);
    const HeadLayout layout{.version = message_version,
                            .kind = static_cast<std::uint8_t>(head.kind),
                            .key = be16{static_cast<std::uint16_t>(head.key)},
                            .epoch = be32{static_cast<std::uint32_t>(head.epoch)},
                            .peer_epoch = be32{static_cast<std::uint32_t>(head.peer_epoch)},
                            .sequence = be64{head.sequence},
                            .sent_at = nanos(head.sent_at),
                            .echo_of = nanos(head.echo_of),
                            .held_for = be32{whole<Nanos>(head.held_for)}};
    put(layout);
}

template <class Layout>
bool MessageWriter::put(const Layout& layout) noexcept {
    if (room() < sizeof layout) return false;
    std::memcpy(room_.data() + used_, &layout, sizeof layout);
    used_ += sizeof layout;
    return true;
}

bool MessageWriter::add(const SliceRecord& record) noexcept {
    const unsigned flags =
        (record.xoff ? SliceLayout::xoff : 0U) | (record.want_mark ? SliceLayout::want_mark : 0U);
    return put(SliceLayout{.head = head_of<SliceLayout>(),
                           .flags = be16{static_cast<std::uint16_t>(flags)},
                           .slice = number(record.slice),
                           .version = be32{record.version},
                           .limit = be64{record.limit},
                           .settled = be64{record.settled},
                           .lease = be32{whole<std::chrono::microseconds>(record.lease)}});
}

bool MessageWriter::add(const TotalsRecord& record) noexcept {
    return put(TotalsLayout{.head = head_of<TotalsLayout>(),
                            .reserved = {},
                            .slice = number(record.slice),
                            .packets = be64{record.packets},
                            .bytes = be64{record.bytes},
                            .charge = be64{record.charge}});
}

bool MessageWriter::add(const CapsRecord& record) noexcept {
    return put(CapsLayout{.head = head_of<CapsLayout>(),
                          .modes = record.modes,
                          .reserved = 0,
                          .buckets = be16{record.buckets},
                          .mtu = be16{record.mtu},
                          .least_version = record.least_version,
                          .most_version = record.most_version,
                          .reserved_too = {},
                          .nic = be64{record.nic.count()},
                          .rate = be64{record.rate.count()}});
}

bool MessageWriter::add(const ProbeRecord& record) noexcept {
    return put(ProbeLayout{.head = head_of<ProbeLayout>(),
                           .hops = be16{record.hops},
                           .slice = number(record.slice),
                           .id = be32{record.id},
                           .origin = number(record.origin),
                           .lowest = number(record.lowest),
                           .bucket = be16{record.bucket},
                           .reserved = {}});
}

std::size_t MessageWriter::add_flows(SliceNumber slice, std::uint32_t version,
                                     std::span<const FlowCap> caps) noexcept {
    constexpr std::size_t most = (longest_record - sizeof(FlowsLayout)) / sizeof(FlowLayout);
    std::size_t said = 0;
    while (said < caps.size() && room() >= sizeof(FlowsLayout) + sizeof(FlowLayout)) {
        const std::size_t fit = (room() - sizeof(FlowsLayout)) / sizeof(FlowLayout);
        const auto now = caps.subspan(said, std::min({caps.size() - said, fit, most}));
        put(flows(slice, version, now.size()));
        for (const FlowCap& cap : now)
            put(FlowLayout{be16{cap.bucket},
                           be16{static_cast<std::uint16_t>(to_rate16(cap.rate))}});
        said += now.size();
    }
    return said;
}

bool MessageWriter::add_uncapped(SliceNumber slice, std::uint32_t version) noexcept {
    return put(flows(slice, version, 0));
}

std::span<std::byte> MessageWriter::finish() noexcept {
    if (used_ == 0) return {};
    // There is room behind `room_`: the constructor has seen to it.
    const std::span body{room_.data(), used_ + signature_bytes};
    std::ranges::fill(body.last(signature_bytes), std::byte{0});
    return body;
}

}  // namespace weir

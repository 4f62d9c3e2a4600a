#include "dataplane/wire/cursor.hpp"
#include "pfc/codec.hpp"
#include "pfc/rate16.hpp"

namespace weir {
namespace {

// 2^63 ns and more are 292 years, and would overflow what sessions subtract.
constexpr std::uint64_t times_end = std::uint64_t{1} << 63U;

Nanos nanos(std::uint64_t count) { return Nanos{static_cast<std::int64_t>(count)}; }

constexpr bool known_kind(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(MessageKind::hello) &&
           kind <= static_cast<std::uint8_t>(MessageKind::probe);
}

// The least octets of a record of this type; 0 where the type is not known.
constexpr std::size_t least_bytes(RecordType type) {
    switch (type) {
        case RecordType::slice:
            return sizeof(SliceLayout);
        case RecordType::flows:
            return sizeof(FlowsLayout);
        case RecordType::totals:
            return sizeof(TotalsLayout);
        case RecordType::caps:
            return sizeof(CapsLayout);
        case RecordType::probe:
            return sizeof(ProbeLayout);
    }
    return 0;  // a number from the wire that is none of them
}

std::size_t bytes_of(const RecordHead& head) { return head.words * record_word; }

bool records_sound(std::span<const std::byte> records) {
    Cursor cursor{records};
    while (!cursor.rest().empty()) {
        const auto* head = cursor.peek<RecordHead>();
        if (head == nullptr || head->words == 0 || bytes_of(*head) < least_bytes(head->type) ||
            !cursor.skip(bytes_of(*head)))
            return false;
    }
    return true;
}

MessageHead head_of(const HeadLayout& layout) {
    return {.kind = static_cast<MessageKind>(layout.kind),
            .key = KeyId{layout.key.host()},
            .epoch = Epoch{layout.epoch.host()},
            .peer_epoch = Epoch{layout.peer_epoch.host()},
            .sequence = layout.sequence.host(),
            .sent_at = nanos(layout.sent_at.host()),
            .echo_of = nanos(layout.echo_of.host()),
            .held_for = nanos(layout.held_for.host())};
}

SliceRecord record_of(const SliceLayout& layout) {
    const std::uint16_t flags = layout.flags.host();
    return {.slice = SliceNumber{layout.slice.host()},
            .version = layout.version.host(),
            .xoff = (flags & SliceLayout::xoff) != 0,
            .want_mark = (flags & SliceLayout::want_mark) != 0,
            .limit = layout.limit.host(),
            .settled = layout.settled.host(),
            .lease = std::chrono::microseconds{layout.lease.host()}};
}
TotalsRecord record_of(const TotalsLayout& layout) {
    return {.slice = SliceNumber{layout.slice.host()},
            .packets = layout.packets.host(),
            .bytes = layout.bytes.host(),
            .charge = layout.charge.host()};
}
CapsRecord record_of(const CapsLayout& layout) {
    return {.modes = layout.modes,
            .buckets = layout.buckets.host(),
            .mtu = layout.mtu.host(),
            .least_version = layout.least_version,
            .most_version = layout.most_version,
            .nic = Bytes{layout.nic.host()},
            .rate = BitsPerSecond{layout.rate.host()}};
}
ProbeRecord record_of(const ProbeLayout& layout) {
    return {.origin = NodeNumber{layout.origin.host()},
            .slice = SliceNumber{layout.slice.host()},
            .bucket = layout.bucket.host(),
            .id = layout.id.host(),
            .lowest = NodeNumber{layout.lowest.host()},
            .hops = layout.hops.host()};
}
FlowsRecord flows_of(std::span<const std::byte> record) {
    const auto& layout = *reinterpret_cast<const FlowsLayout*>(record.data());
    const auto caps = record.subspan(sizeof layout);
    return {.slice = SliceNumber{layout.slice.host()},
            .version = layout.version.host(),
            .caps = {reinterpret_cast<const FlowLayout*>(caps.data()),
                     caps.size() / sizeof(FlowLayout)}};
}
// `record` is as long as its type asks for.
template <class Layout>
Record known_record(std::span<const std::byte> record) {
    return record_of(*reinterpret_cast<const Layout*>(record.data()));
}

}  // namespace

FlowCap FlowsRecord::operator[](std::size_t n) const noexcept {
    return {.bucket = caps[n].bucket.host(), .rate = from_rate16(Rate16{caps[n].rate.host()})};
}

MessageView::Iterator::Iterator(std::span<const std::byte> records) noexcept : rest_{records} {
    step_over_unknown();
}

Record MessageView::Iterator::operator*() const noexcept {
    const auto& head = *reinterpret_cast<const RecordHead*>(rest_.data());
    const auto record = rest_.first(bytes_of(head));
    switch (head.type) {
        case RecordType::slice:
            return known_record<SliceLayout>(record);
        case RecordType::flows:
            return flows_of(record);
        case RecordType::totals:
            return known_record<TotalsLayout>(record);
        case RecordType::caps:
            return known_record<CapsLayout>(record);
        case RecordType::probe:
            return known_record<ProbeLayout>(record);
    }
    __builtin_unreachable();  // it was stepped over
}

MessageView::Iterator& MessageView::Iterator::operator++() noexcept {
    rest_ = rest_.subspan(bytes_of(*reinterpret_cast<const RecordHead*>(rest_.data())));
    step_over_unknown();
    return *this;
}

void MessageView::Iterator::step_over_unknown() noexcept {
    while (!rest_.empty()) {
        const auto& head = *reinterpret_cast<const RecordHead*>(rest_.data());
        if (least_bytes(head.type) != 0) return;
        rest_ = rest_.subspan(bytes_of(head));
    }
}

MessageRead read_message(std::span<const std::byte> body) noexcept {
    if (body.size() < shortest_body) return {MessageFault::truncated};
    if (body.size() > longest_body) return {MessageFault::too_long};
    const auto& head = *Cursor{body}.peek<HeadLayout>();
    if (head.version != message_version) return {MessageFault::version};
    if (!known_kind(head.kind)) return {MessageFault::kind};
    if (head.sent_at.host() >= times_end || head.echo_of.host() >= times_end)
        return {MessageFault::time};
    const auto records = body.subspan(sizeof head, body.size() - shortest_body);
    if (!records_sound(records)) return {MessageFault::record_length};
    return {MessageFault::none, MessageView{head_of(head), records}};
}

}  // namespace weir

// Any bytes as a packet with a message in it, in a block of their own size; with the checksum and
// the signature as they come, and mended, so that what lies behind them is reached too. A message
// that is read and written again is read as the same; one that is signed is believed from whom it
// comes alone.
#include <algorithm>

#include "dataplane/wire/checksum.hpp"
#include "pfc/auth.hpp"
#include "pfc/envelope.hpp"
#include "tests/fuzz/target.hpp"

namespace weir::fuzz {
namespace {

using Block = std::vector<std::byte>;

constexpr KeyId short_key{1}, long_key{2};

Keys some_keys() {
    Keys keys;
    keys.add(short_key, Block(32, std::byte{0x5a}));
    keys.add(long_key, Block(100, std::byte{0xa5}));
    return keys;
}

bool add(MessageWriter& writer, const FlowsRecord& flows) {
    std::vector<FlowCap> caps(flows.size());
    for (std::size_t n = 0; n < caps.size(); ++n) caps[n] = flows[n];
    if (caps.empty()) return writer.add_uncapped(flows.slice, flows.version);
    return writer.add_flows(flows.slice, flows.version, caps) == caps.size();
}
template <class Known>
bool add(MessageWriter& writer, const Known& record) {
    return writer.add(record);
}

bool same(const FlowsRecord& a, const FlowsRecord& b) {
    // Rates that no writer says (exponents beyond the last) are read as unlimited.
    bool equal = a.slice == b.slice && a.version == b.version && a.size() == b.size();
    for (std::size_t n = 0; equal && n < a.size(); ++n) equal = a[n] == b[n];
    return equal;
}
template <class Known>
bool same(const Known& a, const Known& b) {
    return a == b;
}

// Known records are no longer than they came, so that all of them find room again.
Block written_again(const MessageView& view, std::size_t size) {
    Block body(size);
    MessageWriter writer{body, view.head()};
    for (const Record& record : view)
        require(std::visit([&](const auto& it) { return add(writer, it); }, record),
                "no room for what was read");
    const auto whole = writer.finish();
    require(whole.size() <= size, "it has grown");
    return {whole.begin(), whole.end()};
}

void check_view(const MessageView& view, std::size_t size) {
    const Block body = written_again(view, size);
    const MessageRead again = read_message(body);
    require(again.fault == MessageFault::none && again.view.head() == view.head(),
            "written again it is no message");
    auto other = again.view.begin();
    for (const Record& record : view) {
        require(other != again.view.end(), "a record is gone");
        const Record copy = *other;
        require(record.index() == copy.index() &&
                    std::visit(
                        [&](const auto& it) {
                            return same(it, std::get<std::decay_t<decltype(it)>>(copy));
                        },
                        record),
                "a record is read as another");
        ++other;
    }
    require(other == again.view.end(), "a record has come");
}

void check_opened(std::span<const std::byte> packet, const OpenedMessage& opened) {
    if (opened.fault != MessageFault::none) {
        require(opened.view.begin() == opened.view.end() && opened.body.empty(),
                "records of a message that was refused");
        return;
    }
    require(packet.size() >= message_body_at + shortest_body &&
                opened.body.size() <= longest_body && opened.body.data() > packet.data() &&
                opened.body.data() + opened.body.size() <= packet.data() + packet.size(),
            "its body lies outside the packet");
    check_view(opened.view, opened.body.size());
}

void check_signature(const OpenedMessage& opened) {
    static const Keys keys = some_keys();
    const auto& [source, destination, traffic_class, label] = opened.envelope;
    Block body(opened.body.begin(), opened.body.end());
    const MessageFault fault = keys.sign(source, destination, body);
    const KeyId id = opened.view.head().key;
    if (!keys.holds(id)) {
        require(id != short_key && id != long_key, "a key is gone");
        require(
            fault == (id == KeyId{0} ? MessageFault::unauthenticated : MessageFault::unknown_key) &&
                keys.verify(source, destination, body) == fault,
            "signed or believed without a key");
        return;
    }
    require(keys.verify(source, destination, body) == MessageFault::none, "not believed");
    require(
        keys.verify(destination, source, body) == MessageFault::signature || source == destination,
        "believed from another");
    // Any octet of it, chosen by its own.
    const std::size_t at = std::to_integer<std::size_t>(body.back()) * 7 % body.size();
    body[at] ^= std::byte{0x10};
    require(keys.verify(source, destination, body) != MessageFault::none, "believed when changed");
}

// Around the same body the headers are as they came, but for a routing header.
void check_wrapped(const OpenedMessage& opened) {
    Block space(longest_message_packet);
    const auto room = body_room(space, space.size());
    std::ranges::copy(opened.body, room.begin());
    const OpenedMessage again =
        open_message(wrap_message(space, opened.body.size(), opened.envelope));
    require(again.fault == MessageFault::none && again.hop_limit == message_hop_limit &&
                std::ranges::equal(again.body, opened.body) &&
                again.envelope.source == opened.envelope.source &&
                again.envelope.destination == opened.envelope.destination &&
                again.envelope.traffic_class == opened.envelope.traffic_class &&
                again.envelope.label == opened.envelope.label,
            "wrapped again it is another");
}

// The packet with what it takes to come past the first refusals.
Block mended(Block packet) {
    if (packet.size() < message_body_at + shortest_body) return packet;
    auto& ip = *reinterpret_cast<Ipv6Header*>(packet.data());
    const auto upper = std::span{packet}.subspan(sizeof ip);
    ip.version_class_label = be32{(ip.version_class_label.host() & 0x0fffffffU) | 0x60000000U};
    ip.payload_length = be16{static_cast<std::uint16_t>(upper.size())};
    ip.next_header = IpProto::icmpv6;
    auto& icmp = *reinterpret_cast<MessageIcmp*>(upper.data());
    icmp = {message_icmp_type, message_icmp_code, be16{0}};
    upper[sizeof icmp] = std::byte{message_version};
    icmp.checksum = checksum_ipv6(ip.source, ip.destination, IpProto::icmpv6, upper);
    return packet;
}

}  // namespace
}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size > 4096) return 0;
    const fuzz::Block packet(reinterpret_cast<const std::byte*>(data),
                             reinterpret_cast<const std::byte*>(data) + size);
    fuzz::check_opened(packet, open_message(packet));
    const MessageRead read = read_message(packet);  // as a bare body
    if (read.fault == MessageFault::none) fuzz::check_view(read.view, size);
    const fuzz::Block whole = fuzz::mended(packet);
    const OpenedMessage opened = open_message(whole, 0);
    fuzz::check_opened(whole, opened);
    if (opened.fault == MessageFault::none) {
        fuzz::check_signature(opened);
        fuzz::check_wrapped(opened);
    }
    return 0;
}

// Messages to begin with: one of each record, what writers split, and what readers step over.
#include <algorithm>

#include "dataplane/wire/checksum.hpp"
#include "pfc/auth.hpp"
#include "pfc/envelope.hpp"
#include "tests/fuzz/target.hpp"

namespace weir::fuzz {
namespace {

const Envelope envelope{.source = {{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa}},
                        .destination = {{0xfc, 0, 0, 0xb, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xfc}},
                        .traffic_class = 0xe0,
                        .label = FlowLabel{7}};

Input as_input(std::span<const std::byte> bytes) {
    Input input(bytes.size());
    std::ranges::transform(bytes, input.begin(), std::to_integer<std::uint8_t>);
    return input;
}

template <class Write>
Input packet(MessageKind kind, KeyId key, Write write) {
    std::vector<std::byte> space(longest_message_packet);
    MessageWriter writer{body_room(space, space.size()),
                         {.kind = kind,
                          .key = key,
                          .epoch = Epoch{0x01020304},
                          .peer_epoch = Epoch{0x05060708},
                          .sequence = 9,
                          .sent_at = Nanos{1'000'000},
                          .echo_of = Nanos{900'000},
                          .held_for = Nanos{50'000}}};
    write(writer);
    const auto body = writer.finish();
    return as_input(wrap_message(space, body.size(), envelope));
}

// Its checksum made good again after a change.
Input summed(Input input) {
    auto* octets = reinterpret_cast<std::byte*>(input.data());
    const auto upper = std::span{octets, input.size()}.subspan(sizeof(Ipv6Header));
    auto& icmp = *reinterpret_cast<MessageIcmp*>(upper.data());
    icmp.checksum = be16{0};
    icmp.checksum = checksum_ipv6(envelope.source, envelope.destination, IpProto::icmpv6, upper);
    return input;
}

constexpr std::size_t records_at = message_body_at + sizeof(HeadLayout);

void each_record(std::vector<Input>& all) {
    const KeyId one{1}, two{2}, none{0}, unknown{99};
    all.push_back(packet(MessageKind::hello, one, [](MessageWriter& w) {
        w.add(CapsRecord{.modes = 7, .buckets = 64, .mtu = 9216, .nic = Bytes{9}});
    }));
    all.push_back(packet(MessageKind::state, two, [](MessageWriter& w) {
        w.add(SliceRecord{.slice = SliceNumber{1}, .xoff = true, .want_mark = true, .limit = 5});
        w.add(SliceRecord{.slice = SliceNumber{2}, .limit = 6, .lease = Nanos{5'000}});
        w.add_uncapped(SliceNumber{2}, 4);
    }));
    all.push_back(packet(MessageKind::mark, none, [](MessageWriter& w) {
        w.add(TotalsRecord{.slice = SliceNumber{1}, .packets = 1, .bytes = 2, .charge = 3});
    }));
    all.push_back(packet(MessageKind::probe, unknown, [](MessageWriter& w) {
        w.add(ProbeRecord{.origin = NodeNumber{1}, .slice = SliceNumber{2}, .hops = 3});
    }));
    all.push_back(packet(MessageKind::solicit, one, [](MessageWriter&) {}));
    for (const std::size_t many : {std::size_t{3}, std::size_t{300}})
        all.push_back(packet(MessageKind::state, one, [many](MessageWriter& w) {
            std::vector<FlowCap> caps(many);
            for (std::size_t n = 0; n < many; ++n)
                caps[n] = {static_cast<std::uint16_t>(n), BitsPerSecond{n * n * n * n * n}};
            w.add_flows(SliceNumber{1}, 1, caps);
            while (w.add(SliceRecord{})) {
            }
        }));
}

// Lengths and types that no writer of ours makes.
void odd_records(std::vector<Input>& all) {
    const Input plain = packet(MessageKind::state, KeyId{1}, [](MessageWriter& w) {
        w.add(TotalsRecord{});
        w.add(SliceRecord{});
    });
    for (const std::uint8_t type : std::to_array<std::uint8_t>({0, 1, 2, 3, 4, 5, 6, 255}))
        for (const std::uint8_t words :
             std::to_array<std::uint8_t>({0, 1, 2, 3, 7, 8, 9, 16, 17})) {
            Input odd = plain;
            odd[records_at] = type;
            odd[records_at + 1] = words;
            all.push_back(summed(odd));
        }
    Input codes = plain;  // rates that no writer says
    codes[records_at] = 2;
    codes[records_at + 14] = 0xe0;
    all.push_back(summed(codes));
}

void odd_heads(std::vector<Input>& all) {
    const Input plain = packet(MessageKind::hello, KeyId{1}, [](MessageWriter&) {});
    const auto with = [&](std::size_t at, std::uint8_t value) {
        Input odd = plain;
        odd[at] = value;
        all.push_back(summed(odd));
        return odd;
    };
    with(7, 254);                      // hop limit
    with(message_body_at, 2);          // version
    with(message_body_at + 1, 0);      // kind
    with(message_body_at + 1, 9);      //
    with(message_body_at + 20, 0x80);  // sent at
    with(message_body_at + 28, 0x80);  // echo of
    all.push_back(with(42, 0x77));     // and with a wrong checksum
    with(6, 17);                       // next header
    with(5, 59);                       // payload length
    Input bare(plain.begin() + message_body_at, plain.end());
    all.push_back(bare);
    Input longer = plain;
    longer.resize(longest_message_packet + 100);
    longer[5] = 0x3c;
    longer[4] = 5;
    all.push_back(longer);
    for (const std::uint8_t left : std::to_array<std::uint8_t>({0, 1})) {
        Input routed = plain;
        const Input header{58, 2, 4, left, 0, 0,  0,  0,  1,  2,  3,  4,
                           5,  6, 7, 8,    9, 10, 11, 12, 13, 14, 15, 16};
        routed.insert(routed.begin() + sizeof(Ipv6Header), header.begin(), header.end());
        routed[5] = static_cast<std::uint8_t>(routed[5] + header.size());
        routed[6] = 43;
        all.push_back(routed);
    }
}

}  // namespace

std::vector<Input> seeds() {
    std::vector<Input> all;
    each_record(all);
    odd_records(all);
    odd_heads(all);
    return all;
}

}  // namespace weir::fuzz

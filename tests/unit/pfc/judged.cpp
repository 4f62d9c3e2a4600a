// What the codec writes and reads, for judge.py to hold against scapy, tshark and Python. One line
// in, one line out:
//   pfc CLASSES TIME0 .. TIME7   -> the frame, in hex
//   read HEX                     -> pfc CLASSES TIME0 .. TIME7 | pause TIME | other OPCODE | ...
//   message NAME                 -> an Ethernet frame with that message in it, in hex
#include <cstring>
#include <iostream>
#include <sstream>

#include "pfc/auth.hpp"
#include "pfc/envelope.hpp"
#include "pfc/frame.hpp"
#include "tests/unit/pfc/bytes.hpp"

namespace weir {
namespace {

constexpr MacAddr our_mac{{2, 0, 0, 0, 0, 9}}, peer_mac{{2, 0, 0, 0, 0, 7}};

std::string pfc(std::istream& in) {
    PriorityPause pause;
    unsigned number = 0;
    in >> number;
    pause.classes = static_cast<std::uint8_t>(number);
    for (Quanta& time : pause.times) {
        in >> number;
        time = Quanta{static_cast<std::uint16_t>(number)};
    }
    test::Block frame(pfc_frame_bytes);
    encode_pfc(std::span<std::byte, pfc_frame_bytes>{frame}, our_mac, pause);
    return test::to_hex(frame);
}

std::string said(const NotMacControl&) { return "not MAC control"; }
std::string said(const TruncatedMacControl&) { return "truncated"; }
std::string said(const OtherMacControl& it) { return "other " + std::to_string(it.opcode); }
std::string said(const LinkPause& it) {
    return "pause " + std::to_string(static_cast<std::uint16_t>(it.time));
}
std::string said(const PfcFrame& it) {
    std::string line = "pfc " + std::to_string(it.pause.classes);
    for (const Quanta time : it.pause.times)
        line += ' ' + std::to_string(static_cast<std::uint16_t>(time));
    return line;
}

void add_records(MessageWriter& writer, const std::string& name) {
    if (name == "state") {
        writer.add(SliceRecord{.slice = SliceNumber{10},
                               .version = 77,
                               .xoff = true,
                               .want_mark = true,
                               .limit = 1'000'000'000'007,
                               .settled = 999'999'999'999,
                               .lease = std::chrono::milliseconds{4}});
        const std::vector<FlowCap> caps{{17, BitsPerSecond{0}},
                                        {255, BitsPerSecond{1'500'000'000}}};
        writer.add_flows(SliceNumber{10}, 78, caps);
    } else if (name == "mark") {
        writer.add(TotalsRecord{
            .slice = SliceNumber{10}, .packets = 3, .bytes = 27'648, .charge = 28'000});
    } else if (name == "hello") {
        writer.add(CapsRecord{.modes = 7,
                              .buckets = 256,
                              .mtu = 9216,
                              .least_version = 1,
                              .most_version = 1,
                              .nic = Bytes{125'000},
                              .rate = BitsPerSecond{100'000'000'000}});
    } else if (name == "full") {
        while (writer.add(SliceRecord{.slice = SliceNumber{1}})) {
        }
    }
}

std::string message(std::istream& in) {
    std::string name;
    in >> name;
    test::Block frame(sizeof(EthernetHeader) + longest_message_packet);
    const auto packet = std::span{frame}.subspan(sizeof(EthernetHeader));
    const Envelope envelope{.source = *parse_ipv6("fd00::a"),
                            .destination = *parse_ipv6("fc00:b::fc"),
                            .traffic_class = 0xe0,
                            .label = FlowLabel{0x54321}};
    MessageWriter writer{body_room(packet, 1500),
                         {.kind = MessageKind::state,
                          .key = KeyId{5},
                          .epoch = Epoch{0xabcdef01},
                          .peer_epoch = Epoch{0x12345678},
                          .sequence = 42,
                          .sent_at = Nanos{1'000'000'001},
                          .echo_of = Nanos{999'999'999},
                          .held_for = Nanos{20'000}}};
    add_records(writer, name);
    const auto body = writer.finish();
    Keys keys;
    keys.add(KeyId{5}, std::as_bytes(std::span{"a secret of more than 16 octets", 31}));
    keys.sign(envelope.source, envelope.destination, body);
    const auto whole = wrap_message(packet, body.size(), envelope);
    const EthernetHeader ethernet{peer_mac, our_mac,
                                  be16{static_cast<std::uint16_t>(EtherType::ipv6)}};
    std::memcpy(frame.data(), &ethernet, sizeof ethernet);
    frame.resize(sizeof ethernet + whole.size());
    return test::to_hex(frame);
}

std::string answer(const std::string& line) {
    std::istringstream in{line};
    std::string what, hex;
    in >> what;
    if (what == "pfc") return pfc(in);
    if (what == "message") return message(in);
    in >> hex;
    return std::visit([](const auto& it) { return said(it); },
                      decode_mac_control(test::from_hex(hex)));
}

}  // namespace
}  // namespace weir

int main() {
    for (std::string line; std::getline(std::cin, line);) std::cout << weir::answer(line) << '\n';
}

// Frames to begin with: the stage tests' table, what scapy built for the control tests, and the
// conversations that make up a neighbor's life.
#include <array>
#include <fstream>
#include <map>
#include <sstream>

#include "dataplane/wire/checksum.hpp"
#include "dataplane/wire/icmp.hpp"
#include "tests/fuzz/path.hpp"
#include "tests/stage/table.hpp"

namespace weir::fuzz {
namespace {

using Bytes = std::vector<std::byte>;

Bytes from_hex(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    return bytes;
}

// Rows of tests/unit/control/golden: name and whole frame, for wan0.
Bytes golden(const std::string& name) {
    static const auto rows = [] {
        std::map<std::string, Bytes> made;
        std::ifstream in{std::string{WEIR_GOLDEN} + "/neighbor.txt"};
        std::string row, hex;
        std::getline(in, row);  // the names of the columns
        while (in >> row >> hex) made[row] = from_hex(hex);
        return made;
    }();
    require(rows.contains(name), "a golden frame is missing");
    return rows.at(name);
}

// The IP packets of the rows of icmp.txt, as frames to wan0.
std::vector<Bytes> golden_packets() {
    std::vector<Bytes> all;
    std::ifstream in{std::string{WEIR_GOLDEN} + "/icmp.txt"};
    for (std::string line; std::getline(in, line);) {
        std::istringstream words{line};
        std::vector<std::string> row;
        for (std::string word; words >> word;) row.push_back(word);
        if (row.empty() || row[0] == "#") continue;
        const Bytes ip = from_hex(row.at(row[0] == "echo" ? 2 : 4));
        const bool v4 = std::to_integer<unsigned>(ip.front()) >> 4U == 4;
        Bytes frame = from_hex(std::string{"020000000001020000000909"} + (v4 ? "0800" : "86dd"));
        frame.insert(frame.end(), ip.begin(), ip.end());
        all.push_back(frame);
    }
    return all;
}

class Inputs {
public:
    struct Step {
        Bytes frame;
        std::uint8_t how = 0, then = 0;
    };
    void add(const std::vector<Step>& steps) {
        Input input;
        for (const Step& step : steps) append(input, {step.how, step.then, step.frame});
        all_.push_back(input);
    }
    std::vector<Input> take() { return std::move(all_); }

private:
    std::vector<Input> all_;
};

constexpr std::uint8_t lan0 = 0, wan0 = 1, lan1 = 2, wan1 = 3, chain = 4, moves = 8, checked = 16,
                       tail = 32;
constexpr std::uint8_t soon = 1, second = 3, four = 4, eight = 5, half_minute = 6, minute = 7;

test::PacketBuilder to(std::uint8_t port) { return test::frame(test::Bed::mac(PortId{port})); }

void from_table(Inputs& inputs) {
    for (const test::Case& c : test::cases()) {
        const auto port = static_cast<std::uint8_t>(index(c.in));
        const Bytes frame = c.frame_in.build();
        inputs.add({{frame, port}});
        if (frame.size() > 600) inputs.add({{frame, static_cast<std::uint8_t>(port | chain)}});
    }
    for (const Bytes& frame : golden_packets()) inputs.add({{frame, wan0}});
}

// More shapes than the table has: chains that are cut and shifted, both ways of a route, ports.
void shapes(Inputs& inputs) {
    const auto lan = [](const char* destination) { return to(lan0).ip4("10.1.0.9", destination); };
    for (const std::uint8_t first : std::to_array<std::uint8_t>({0x00, 0x30, 0xf0})) {
        const std::uint8_t how = lan0 | chain;
        inputs.add({{lan("10.7.0.9").udp(1, 2).payload(1200).build(), how, first}});
        inputs.add({{lan("10.2.0.9").udp(1, 2).payload(1200).pad(1400).build(), how, first}});
        inputs.add({{lan("10.2.0.9").udp(1, 2).payload(1200).pad(1900).build(), how, first}});
        inputs.add({{to(lan1).ip6("fd00:8::9", "fd00:9::1").udp(1, 2).payload(3000).build(),
                     static_cast<std::uint8_t>(lan1 | chain), first}});
        inputs.add({{to(wan0)
                         .ip6("fc00:b::1", "fc00:a::46")
                         .ip4("10.1.0.9", "10.5.0.9")
                         .payload(1300)
                         .build(),
                     static_cast<std::uint8_t>(wan0 | chain), first}});
    }
    for (const std::uint8_t first : std::to_array<std::uint8_t>({0x00, 0x10, 0xe0, 0xf0}))
        inputs.add({{to(lan1).ip4("10.8.0.9", "10.20.0.1").udp(1, 2).payload(4000).build(),
                     static_cast<std::uint8_t>(lan1 | chain), first}});
    for (const char* sid : {"fc00:a::d46", "fc00:a::c4", "fc00:a::46"})
        inputs.add({{to(wan0).ip6("fc00:b::1", sid).icmp6(128, 0, 1).payload(4).build(), wan0}});
    // An inner packet that is shorter than what carries it, in a chain.
    inputs.add({{to(wan0)
                     .ip6("fc00:b::1", "fc00:a::d46")
                     .ip4("10.1.0.9", "10.5.0.9")
                     .payload(900)
                     .poke(56, 0)
                     .poke(57, 60)
                     .build(),
                 wan0 | chain}});
    inputs.add({{lan("10.7.0.9").udp(1, 2).payload(20).build(), lan0 | tail}});
    inputs.add({{lan("10.9.0.9").udp(1, 2).payload(20).build(), lan0 | checked}});
    inputs.add({{to(wan0).ip6("fc00:b::1", "fc00:c0::1").udp(1, 2).payload(8).build(), wan0}});
    inputs.add({{to(wan1).ip6("fc00:b::1", "fc00:c0::1").udp(1, 3).payload(1300).build(), wan1}});
    inputs.add({{to(lan1).ip4("10.8.0.9", "10.5.0.1").payload(20).build(), lan1}});
    inputs.add({{to(lan1).ip4("10.1.0.9", "10.5.0.1").payload(20).build(), lan1}});
    inputs.add({{to(lan1).ip4("172.16.0.9", "10.5.0.1").payload(20).build(), lan1}});
    inputs.add({{to(lan1).ip6("fd00:8::9", "fd00:3::1").udp(443, 443).payload(8).build(), lan1}});
    inputs.add({{to(lan1).ip6("fd00:5::9", "fd00:9::1").payload(8).build(), lan1}});
    inputs.add(
        {{to(lan0).ip6("fd00:1::9", "fd00:3::1").udp(443, 443).payload(8).poke(20, 6).build(),
          lan0}});
    inputs.add({{lan("10.2.0.9").payload(20).poke(20, 0x20).poke(21, 1).build(), lan0 | checked}});
    inputs.add({{to(lan0).ip6("fe80::9", "fd00:1::1").icmp6(128, 0, 1).payload(4).build(), lan0}});
    inputs.add(
        {{to(lan0).ip6("fe80::9", "fe80::ff:fe00:0").icmp6(128, 0, 1).payload(4).build(), lan0},
         {to(lan0).ip6("fe80::9", "fe80::8").icmp6(128, 0, 1).payload(4).build(), lan0}});
    inputs.add({{to(lan0).ip6("::", "ff02::2").icmp6(133, 0, 0).build(), lan0}});
    inputs.add({{to(lan0).ip6("fe80::9", "fd00:1::1", 255).icmp6(133, 0, 0).build(), lan0}});
}

// What outer headers say of slices: the option alone, behind others, strict, cut; label bits; tags.
void slices(Inputs& inputs) {
    const auto outer = [] { return to(wan0).ip6("fc00:b::1", "fc00:b::9", 64, 0, 0x1230a); };
    for (const std::uint8_t flags : std::to_array<std::uint8_t>({0, 0x80}))
        for (const std::uint8_t id : std::to_array<std::uint8_t>({0, 10, 99})) {
            const test::Bytes8 nrp{0x1e, 8, flags, 0, 0, 0, 0, 0, 0, id, 1, 2, 0, 0};
            inputs.add({{outer().hop_by_hop(nrp).payload(20).build(), wan0}});
            inputs.add({{to(wan0)
                             .ip6("fc00:b::1", "fc00:a::e")
                             .hop_by_hop(nrp)
                             .srh({"fc00:a::d46", "fc00:a::e"}, 1)
                             .ip4("10.1.0.9", "10.5.0.9")
                             .payload(20)
                             .build(),
                         wan0}});
        }
    const test::Bytes8 behind{0x3e, 0,  0,    0x1e, 8, 0, 0, 0, 0, 0, 0,
                              0,    10, 0xbe, 0,    0, 0, 0, 0, 0, 0, 0};
    inputs.add({{outer().hop_by_hop(behind).payload(20).build(), wan0}});
    inputs.add({{outer().hop_by_hop(behind).payload(20).poke(67, 0).build(), wan0}});
    inputs.add({{outer().hop_by_hop(behind).poke(55, 9).build(), wan0 | chain}});
    inputs.add({{outer().payload(20).build(), wan0}});
    for (const unsigned priority : {0U, 5U})
        inputs.add(
            {{to(lan0).vlan(0, priority).ip4("10.1.0.9", "10.2.0.9").payload(20).build(), lan0}});
}

// ARP and ND at wan0: asked, learned, doubted, failed, moved away from.
void neighbors(Inputs& inputs) {
    const Bytes wanted4 = to(wan0).ip4("10.99.0.1", "192.0.2.10").udp(1, 2).payload(9).build();
    const Bytes wanted6 =
        to(wan0).ip6("2001:db8:9::1", "2001:db8:1::ab12:3456").udp(1, 2).payload(9).build();
    const Bytes nobody = to(wan0).ip4("192.0.2.10", "192.0.2.255").udp(1, 2).payload(9).build();
    for (const char* name :
         {"in-arp-reply", "in-arp-request", "in-arp-request-other", "in-arp-gratuitous",
          "in-arp-probe", "in-arp-duplicate", "out-arp-request"}) {
        inputs.add({{golden(name), wan0}});
        inputs.add({{wanted4, wan0, soon}, {golden(name), wan0, second}, {wanted4, wan0}});
        inputs.add({{golden("in-arp-request"), wan0, soon}, {golden(name), wan0, eight}});
        inputs.add(
            {{wanted4, wan0}, {golden("in-arp-reply"), wan0, four}, {golden(name), wan0, four}});
    }
    for (const char* name :
         {"in-ns", "in-ns-nonce", "in-ns-dad", "in-ns-hop-limit", "in-ns-unicast",
          "in-na-host-S0O0", "in-na-other-S0O0", "in-na-host-S0O1", "in-na-other-S0O1",
          "in-na-host-S1O0", "in-na-other-S1O0", "in-na-host-S1O1", "in-na-other-S1O1",
          "in-na-no-option", "in-na-multicast-S1", "in-na-duplicate", "in-rs", "out-ns"}) {
        inputs.add({{golden(name), wan0}});
        inputs.add({{wanted6, wan0, soon}, {golden(name), wan0, second}, {wanted6, wan0}});
        inputs.add({{golden("in-ns"), wan0, soon}, {golden(name), wan0, eight}});
        inputs.add(
            {{wanted6, wan0}, {golden("in-na-host-S1O1"), wan0, four}, {golden(name), wan0, four}});
    }
    for (const Bytes& wanted : {wanted4, wanted6}) {
        inputs.add({{wanted, wan0, eight}, {wanted, wan0, eight}});
        inputs.add({{wanted, wan0 | moves, soon}, {wanted, wan0, four}});
    }
    inputs.add(
        {{wanted4, wan0}, {golden("in-arp-reply"), wan0, half_minute}, {wanted4, wan0, minute}});
    inputs.add({{wanted6, wan0}, {golden("in-na-host-S1O1"), wan0 | moves, minute}});
    inputs.add({{wanted4, wan0, eight}, {wanted4, wan0 | moves, eight}});
    inputs.add({{nobody, wan0, eight}});
    inputs.add(
        {{to(lan1).ip6("fd00:8::9", "fd00:8:1::7").udp(1, 2).payload(9).build(), lan1, eight}});
    inputs.add(
        {{to(lan0).ip4("10.1.0.9", "10.1.0.50").icmp4(8, 0, 1).payload(9).build(), lan0, eight}});
    // Through a tunnel nobody is a neighbor.
    Bytes tunnel = to(wan0).ip6("fc00:b::1", "fc00:a::d46").build();
    const Bytes inner = golden("in-ns-unicast");
    tunnel.insert(tunnel.end(), inner.begin() + 14, inner.end());
    tunnel[18] = std::byte{0};
    tunnel[19] = static_cast<std::byte>(inner.size() - 14);
    tunnel[20] = static_cast<std::byte>(IpProto::ipv6);
    inputs.add({{tunnel, wan0}});
}

}  // namespace

std::vector<Input> seeds() {
    Inputs inputs;
    from_table(inputs);
    shapes(inputs);
    slices(inputs);
    neighbors(inputs);
    std::vector<Input> all = inputs.take();
    for (Input& it : happening_seeds()) all.push_back(std::move(it));
    return all;
}

}  // namespace weir::fuzz

// Which slice a packet is of: one row for each thing that may say it, and what they say together in
// one order or another.
#include <gtest/gtest.h>

#include "tests/stage/sliced.hpp"

namespace weir::test {
namespace {

const std::string sids = R"([[sid]]
sid = "fc00:a::5e"
behavior = "End"
slice = "gold"
[[sid]]
sid = "fc00:a::7e"
behavior = "End.DT46"
table = "campus"
slice = "silver"
)";

// The NRP option with a PadN behind it, as the draft has it.
Bytes8 nrp(std::uint8_t id, std::uint8_t flags = 0, std::uint8_t context = 0) {
    return {0x1e, 8, flags, context, 0, 0, 0, 0, 0, id, 1, 2, 0, 0};
}

Classifier forwarder(const std::string& node, const std::string& lan_keys = "",
                     const std::string& wan_keys = "") {
    return Classifier{sliced_text(node, lan_keys, wan_keys, sids)};
}

constexpr std::uint8_t dscp_training = 26 << 2;
PacketBuilder transit(const char* source = "fc00:c::1", std::uint32_t label = 0,
                      std::uint8_t traffic_class = dscp_training) {
    return frame(wan_mac).ip6(source, "fc00:b::1", 64, traffic_class, label);
}
PacketBuilder transit_with(const Bytes8& options, const char* source = "fc00:c::1") {
    return transit(source).hop_by_hop(options).payload(20);
}
PacketBuilder inner(PacketBuilder outer, std::uint16_t port = 9) {
    return outer.ip4("10.1.0.9", "10.5.0.9").udp(9, port).payload(20);
}
// What the scene steers into policy full-2 and, with another port, into reduced-3 and training.
PacketBuilder plain(PacketBuilder outer, std::uint16_t port = 9) {
    return outer.ip4("10.1.0.9", "10.2.0.9").udp(9, port).payload(20);
}

TEST(Classify, WithoutAnythingSaidIsBestEffort) {
    Classifier node = forwarder("");
    EXPECT_EQ(node.slice_of(plain(frame(lan_mac)), lan), "best-effort");
    EXPECT_EQ(node.slice_of(transit("fc00:c::1", 0, 63 << 2).payload(20), wan), "best-effort");
    EXPECT_EQ(node.slice_of(transit_with(nrp(5)), wan), "training");  // nrp is off
    EXPECT_EQ(node.slice_of(transit_with({0xbe, 4, 0, 0, 0, 0}), wan), "training");
}

TEST(Classify, BySidRuleAndDscp) {
    Classifier node = forwarder("");
    EXPECT_EQ(node.slice_of(plain(frame(lan_mac), 4791), lan), "training");
    EXPECT_EQ(node.slice_of(transit().payload(20), wan), "training");
    const auto to_sid = [](const char* sid) {
        return frame(wan_mac).ip6("fc00:b::1", sid, 64, dscp_training);
    };
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::5e").srh({"fc00:b::1", "fc00:a::5e"}, 1)), wan),
              "gold");
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::7e")), wan), "silver");
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::d46")), wan), "training");  // binds none
    // Of two in a row the later counts.
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::5e").srh({"fc00:a::7e", "fc00:a::5e"}, 1)), wan),
              "silver");
}

TEST(Classify, ByPortAndPriority) {
    const std::string keys = "slice = \"bronze\"\npcp = { 5 = \"gold\", 0 = \"silver\" }\n";
    Classifier node = forwarder("", keys, keys);
    const auto tagged = [](unsigned priority) { return plain(frame(lan_mac).vlan(0, priority)); };
    EXPECT_EQ(node.slice_of(plain(frame(lan_mac)), lan), "bronze");
    EXPECT_EQ(node.slice_of(tagged(5), lan), "gold");
    EXPECT_EQ(node.slice_of(tagged(0), lan), "silver");
    EXPECT_EQ(node.slice_of(tagged(1), lan), "bronze");
    EXPECT_EQ(node.slice_of(plain(frame(lan_mac).vlan(0, 5), 4791), lan), "training");
    EXPECT_EQ(node.slice_of(plain(frame(lan_mac).vlan(1, 5)), lan), "vlan");
    // What the DSCP says stands before both; one that no slice has says nothing.
    EXPECT_EQ(node.slice_of(transit().payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(transit("fc00:c::1", 0, 63 << 2).payload(20), wan), "bronze");
    EXPECT_EQ(
        node.slice_of(frame(wan_mac).vlan(0, 5).ip6("fc00:c::1", "fc00:b::1").payload(9), wan),
        "gold");
}

TEST(Classify, ByNrpOption) {
    Classifier node = forwarder("nrp = true\n");
    EXPECT_EQ(node.slice_of(transit_with(nrp(5)), wan), "gold");
    EXPECT_EQ(node.slice_of(transit_with(nrp(0)), wan), "best-effort");
    EXPECT_EQ(node.slice_of(transit_with(nrp(5, 0x80)), wan), "gold");
    EXPECT_EQ(node.slice_of(transit_with(nrp(99)), wan), "training");
    EXPECT_EQ(node.slice_of(transit_with(nrp(99, 0x7f)), wan), "training");
    EXPECT_EQ(node.slice_of(transit_with(nrp(99, 0x80)), wan), "nrp_unknown");
    EXPECT_EQ(node.slice_of(transit_with(nrp(5, 0x80, 1)), wan), "training");  // of another kind
    EXPECT_EQ(node.slice_of(transit().payload(20), wan), "training");
    // Nobody outside names our slices.
    EXPECT_EQ(node.slice_of(transit_with(nrp(5), "2001:db8::1"), wan), "training");
    EXPECT_EQ(node.slice_of(frame(lan_mac).ip6("fd00:1::9", "fd00:5::1").hop_by_hop(nrp(5)), lan),
              "best-effort");
    // The endpoint finds SRH and inner packet behind it, and a SID's slice stands before it.
    const auto to_sid = [](const char* sid) {
        return frame(wan_mac).ip6("fc00:b::1", sid, 64, dscp_training).hop_by_hop(nrp(3));
    };
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::e").srh({"fc00:b::1", "fc00:a::e"}, 1)), wan),
              "bronze");
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::d46")), wan), "bronze");
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::d46").srh({"fc00:a::d46"}, 0)), wan), "bronze");
    EXPECT_EQ(node.slice_of(inner(to_sid("fc00:a::7e")), wan), "silver");
}

// RFC 8200 section 4.2 and RFC 9673: who reads the header obeys all of it.
TEST(Classify, ByNrpOptionBesideOthers) {
    Classifier node = forwarder("nrp = true\n");
    const auto beside = [](Bytes8 options, std::uint8_t id = 5) {
        const Bytes8 last = nrp(id);
        options.insert(options.end(), last.begin(), last.end() - 4);
        while ((options.size() + 2) % 8 != 0) options.push_back(0);
        return transit_with(options);
    };
    EXPECT_EQ(node.slice_of(beside({0x3e, 4, 1, 2, 3, 4}), wan), "gold");
    EXPECT_EQ(node.slice_of(beside({5, 2, 0, 0, 0, 0}), wan), "gold");
    EXPECT_EQ(node.slice_of(beside({0x1e, 2, 0, 0, 0, 0}), wan), "gold");  // too short to be one
    EXPECT_EQ(node.slice_of(beside({0x1e, 8, 0, 0, 0, 0, 0, 0, 0, 7}), wan), "silver");
    EXPECT_EQ(node.slice_of(beside({0x7e, 0}), wan), "option_unknown");
    EXPECT_EQ(node.slice_of(beside({0xbe, 0}), wan), "option_unknown");
    EXPECT_EQ(node.pointer, 42U);  // its sender is told where
    EXPECT_EQ(node.slice_of(transit_with({1, 5, 0, 0, 0, 0}), wan), "extension_headers");
    EXPECT_EQ(node.slice_of(transit().hop_by_hop(nrp(5)).poke(55, 2), wan), "truncated");
    EXPECT_EQ(node.slice_of(transit().payload(1).poke(20, 0), wan), "truncated");
    EXPECT_EQ(node.slice_of(beside(Bytes8(31, 0)), wan), "extension_headers");  // bounded
}

TEST(Classify, BySourceBits) {
    Classifier node = forwarder(source_bits);
    EXPECT_EQ(node.slice_of(transit("fc00:c::5:1").payload(20), wan), "gold");
    EXPECT_EQ(node.slice_of(transit("fc00:c::ff07:1").payload(20), wan), "silver");
    EXPECT_EQ(node.slice_of(transit("fc00:c::1").payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(transit("fc00:c::9:1").payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(transit("2001:db8::5:1").payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(frame(lan_mac).ip6("fd00:1::5:9", "fd00:5::1").payload(9), lan),
              "best-effort");
    EXPECT_EQ(node.slice_of(inner(frame(wan_mac).ip6("fc00:b::5:1", "fc00:a::d46")), wan), "gold");
}

TEST(Classify, ByLabelBits) {
    Classifier node = forwarder(label_bits);
    EXPECT_EQ(node.slice_of(transit("fc00:c::1", 0x05123).payload(20), wan), "gold");
    EXPECT_EQ(node.slice_of(transit("fc00:c::1", 0x00123).payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(transit("fc00:c::1", 0x09123).payload(20), wan), "training");
    EXPECT_EQ(node.slice_of(transit("2001:db8::1", 0x05123).payload(20), wan), "training");
}

// A packet of which each source says something else: the first of the order wins.
TEST(Classify, InTheOrderOfTheFile) {
    struct Row {
        const char* order;
        const char* slice;
    };
    const auto slice_of = [](const char* order, const PacketBuilder& packet) {
        Classifier node = forwarder("nrp = true\n" + source_bits + "classify = [" + order + "]\n",
                                    "", "slice = \"best-effort\"\npcp = { 5 = \"bronze\" }\n");
        return node.slice_of(packet, wan);
    };
    // nrp says gold, source silver, dscp training, pcp bronze.
    const PacketBuilder transiting = frame(wan_mac)
                                         .vlan(0, 5)
                                         .ip6("fc00:c::7:1", "fc00:b::1", 64, dscp_training)
                                         .hop_by_hop(nrp(5))
                                         .payload(20);
    for (const auto& [order, slice] : {Row{R"("nrp", "source", "dscp", "pcp", "port")", "gold"},
                                       Row{R"("source", "nrp", "dscp", "pcp")", "silver"},
                                       Row{R"("dscp", "nrp", "source", "pcp")", "training"},
                                       Row{R"("pcp", "dscp", "nrp", "source")", "bronze"},
                                       Row{R"("port", "pcp", "dscp", "nrp")", "best-effort"},
                                       Row{R"("sid", "steer", "label", "dscp")", "training"},
                                       Row{R"("sid")", "best-effort"}, Row{"", "best-effort"}})
        EXPECT_EQ(slice_of(order, transiting), slice) << order;
    // And the SID silver, its outer header bronze by nrp.
    const PacketBuilder to_sid =
        inner(frame(wan_mac).ip6("fc00:b::1", "fc00:a::7e", 64, dscp_training).hop_by_hop(nrp(3)));
    for (const auto& [order, slice] :
         {Row{R"("sid", "nrp", "dscp")", "silver"}, Row{R"("nrp", "sid", "dscp")", "bronze"},
          Row{R"("dscp", "nrp", "sid")", "training"}, Row{R"("nrp")", "bronze"}})
        EXPECT_EQ(slice_of(order, to_sid), slice) << order;
    // A strict option is obeyed whatever stands before it.
    EXPECT_EQ(slice_of(R"("dscp", "nrp")", transit_with(nrp(99, 0x80))), "nrp_unknown");
    EXPECT_EQ(slice_of(R"("dscp")", transit_with(nrp(99, 0x80))), "training");
}

TEST(Classify, RulesInTheOrderOfTheFile) {
    const std::string keys = "slice = \"bronze\"\npcp = { 5 = \"gold\" }\n";
    Classifier port_first = forwarder("classify = [\"port\", \"steer\"]\n", keys);
    EXPECT_EQ(port_first.slice_of(plain(frame(lan_mac), 4791), lan), "bronze");
    Classifier priority_first = forwarder("classify = [\"pcp\", \"steer\", \"port\"]\n", keys);
    EXPECT_EQ(priority_first.slice_of(plain(frame(lan_mac).vlan(0, 5), 4791), lan), "gold");
    EXPECT_EQ(priority_first.slice_of(plain(frame(lan_mac), 4791), lan), "training");
    EXPECT_EQ(priority_first.slice_of(plain(frame(lan_mac)), lan), "bronze");
    Classifier no_rules = forwarder("classify = [\"port\"]\n", keys);
    EXPECT_EQ(no_rules.slice_of(plain(frame(lan_mac), 4791), lan), "bronze");
}

// What the edge writes, byte by byte: the option, and DSCP of the slice that was chosen.
TEST(Classify, EdgeWritesTheOption) {
    Classifier edge = forwarder("nrp = true\n", "slice = \"gold\"\n");
    ASSERT_EQ(edge.slice_of(plain(frame(lan_mac)), lan), "gold");
    const auto label = static_cast<std::uint32_t>(
        std::to_integer<unsigned>(edge.sent[15] & std::byte{15}) << 16U |
        std::to_integer<unsigned>(edge.sent[16]) << 8U | std::to_integer<unsigned>(edge.sent[17]));
    EXPECT_EQ(edge.sent, frame(wan_gateway, wan_mac)
                             .ip6("fc00:a::1", "fc00:b::e1", 64, 10 << 2, label)
                             .hop_by_hop(nrp(5))
                             .srh({"fc00:b::d46", "fc00:b::e1"}, 1)
                             .ip4("10.1.0.9", "10.2.0.9", 63)
                             .udp(9, 9)
                             .payload(20)
                             .build());
}

// The option costs 16 bytes of what a policy carries.
TEST(Classify, TheOptionCountsForTheMtu) {
    Classifier edge = forwarder("nrp = true\n");
    const auto sized = [](std::size_t payload) {
        return frame(lan_mac).ip6("fd00:1::9", "fd00:2::9").payload(payload);
    };
    EXPECT_EQ(edge.slice_of(sized(1404), lan), "best-effort");
    EXPECT_EQ(edge.sent.size(), 14U + 1500U);
    EXPECT_EQ(edge.slice_of(sized(1405), lan), "packet_too_big");
    EXPECT_EQ(edge.pointer, 1444U);
}

}  // namespace
}  // namespace weir::test

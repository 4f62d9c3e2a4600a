// What can not say which slice a packet is of: each with its arithmetic.
#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsClassify, SourcesOfASlice) {
    expect_errors({
        {R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::1"
classify = ["sid", "dcsp", "port", 7, "sid"]
nrp = "yes"
[[port]]
name = "lan0"
device = "tap:lan0"
slice = "gold"
pcp = { 5 = "gold", 8 = "gold", 05 = "gold", 6 = "silver", 7 = 1 }
[[slice]]
id = 1
name = "gold"
dscp = 1
)",
         {std::string{"t:5:20: node.classify[1]: is \"dcsp\", not one of sid | steer | nrp | "} +
              "source | label | dscp | pcp | port; did you mean \"dscp\"?",
          "t:5:36: node.classify[3]: found a number in a list of sources",
          "t:6:7: node.nrp: expected true | false, found text",
          "t:11:21: port[0].pcp.8: 802.1Q has priorities 0 to 7",
          "t:11:33: port[0].pcp.05: 802.1Q has priorities 0 to 7",
          "t:11:50: port[0].pcp.6: there is no slice \"silver\"",
          "t:11:64: port[0].pcp.7: expected the name of a slice"}},
        {R"([node]
name = "a"
locator = "fc00:a::/32"
source = "fc00:a::1"
classify = ["sid", "dscp", "sid"]
)" + ports_part,
         {"t:5:28: node.classify[2]: sid stands there twice, and only its first place counts; "
          "leave one out"}},
    });
    // TOML itself refuses one priority twice, however it is written.
    EXPECT_EQ(errors_of("port = [{ pcp = { 5 = \"x\", \"5\" = \"y\" } }]\n").size(), 1U);
}

// In [node] from line 5 on; slices of id 10 and 300 follow.
std::string with_bits(const std::string& keys, const std::string& source = "fc00:a::1",
                      const std::string& more = "") {
    return "[node]\nname = \"a\"\nlocator = \"fc00:a::/32\"\nsource = \"" + source + "\"\n" + keys +
           R"(domain = ["fc00::/16", "fc00:a::/64", "fc00:a::/80"]
[[slice]]
id = 10
name = "gold"
dscp = 1
[[slice]]
id = 300
name = "iron"
dscp = 2
queues = 1024
)" + more + ports_part;
}

TEST(ErrorsClassify, BitsOfTheSource) {
    expect_errors({
        {with_bits("slice_bits = { in = \"source\", first = 16 }\n"),
         {"t:5:14: node.slice_bits.count: is missing: of the field"}},
        {with_bits("slice_bits = { in = \"adress\", first = 128, count = 0 }\n"),
         {"t:5:21: node.slice_bits.in: is \"adress\", not one of source | label",
          "t:5:39: node.slice_bits.first: 128 is out of range 0..127",
          "t:5:52: node.slice_bits.count: 0 is out of range 1..32"}},
        {with_bits("slice_bits = { in = \"source\", first = 120, count = 9 }\n"),
         {"t:5:52: node.slice_bits.count: 9 bits from bit 120 end at bit 128, and the source has "
          "bits 0 to 127; lower first or count"}},
        {with_bits("slice_bits = { in = \"source\", first = 16, count = 8 }\n"),
         {"t:5:51: node.slice_bits.count: slice iron has id 300, and 8 bits hold at most 255; "
          "raise "
          "count to 9 or give the slice a smaller id"}},
        {with_bits("source_entropy = 9\nslice_bits = { in = \"source\", first = 8, count = 9 }\n",
                   "fc00:a::1:0"),
         {"t:6:39: node.slice_bits.first: bits 8 to 16 of the source overlap the low 9 of "
          "source_entropy; begin at bit 9, or lower source_entropy to 8",
          "t:6:39: node.slice_bits.first: bits 8 to 16 of source fc00:a::1:0 are not 0, but carry "
          "the slice; clear them or choose others"}},
        {with_bits("slice_bits = { in = \"source\", first = 88, count = 9 }\n"),
         {"t:5:39: node.slice_bits.first: bits 88 to 96 of the source reach into node.locator "
          "fc00:a::/32, whose 32 bits leave 96; lower first or count until they end below bit 96"}},
        {with_bits("slice_bits = { in = \"source\", first = 87, count = 9 }\n"), {}},
        // Of the prefixes that hold the source the widest counts.
        {with_bits("slice_bits = { in = \"source\", first = 60, count = 9 }\n", "fd00::1",
                   "[[sid]]\nsid = \"fc00:a::1\"\nbehavior = \"End\"\n"),
         {}},
        {with(with_bits("slice_bits = { in = \"source\", first = 60, count = 9 }\n"),
              "\"fc00::/16\", ", ""),
         {"t:5:39: node.slice_bits.first: bits 60 to 68 of the source reach into node.domain "
          "fc00:a::/64, whose 64 bits leave 64; lower first or count until they end below bit "
          "64"}},
        {with_bits("slice_bits = { in = \"source\", first = 16, count = 9 }\n", "fc00:a::1",
                   "[[sid]]\nsid = \"fc00:a::a:1\"\nbehavior = \"End\"\n"
                   "[[sid]]\nsid = \"fc00:a::b:1\"\nbehavior = \"End\"\n"),
         {"t:17:7: sid[0].sid: fc00:a::a:1 is one of the sources that node.slice_bits makes "
          "(fc00:a::a:1/128)"}},
    });
}

TEST(ErrorsClassify, BitsOfTheLabel) {
    expect_errors({
        {with_bits("slice_bits = { in = \"label\", first = 12, count = 9 }\n"),
         {"t:5:50: node.slice_bits.count: 9 bits from bit 12 end at bit 20, and the label has bits "
          "0 to 19; lower first or count"}},
        {with_bits("slice_bits = { in = \"label\", first = 0, count = 11 }\n"),
         {"t:5:49: node.slice_bits.count: 11 of the 20 bits of a flow label leave 9 to tell flows "
          "apart, and the 1024 queues of slice iron need 10; lower count to 10"}},
        {with(with_bits("slice_bits = { in = \"label\", first = 0, count = 13 }\n"),
              "queues = 1024\n", ""),
         {"t:5:49: node.slice_bits.count: 13 of the 20 bits of a flow label leave 7 to tell flows "
          "apart, and ways of equal cost need 8; lower count to 12"}},
        {with_bits("slice_bits = { in = \"label\", first = 12, count = 8 }\n"),
         {"t:5:50: node.slice_bits.count: slice iron has id 300, and 8 bits hold at most 255; give "
          "the slice a smaller id"}},
        {with_bits("slice_bits = { in = \"label\", first = 10, count = 10 }\n"), {}},
    });
}

// What IPv6 needs is refused where only the option takes it away.
TEST(ErrorsClassify, TheOptionCountsForTheMtu) {
    const auto text = [](const std::string& nrp) {
        return R"([[steer]]
match = { to = "fd00:2::/48" }
policy = "to-b"
)" + policy_part +
               "[node]\nname = \"a\"\nlocator = \"fc00:a::/32\"\nsource = \"fc00:a::1\"\n" + nrp +
               with(ports_part, "role = \"wan\"\n", "role = \"wan\"\nmtu = 1344\n");
    };
    expect_errors({
        {text(""), {}},
        {text("nrp = true\n"),
         {"t:6:23: policy[0].paths[0].segments: 80 bytes of encapsulation leave 1264 of the mtu "
          "1344 of port wan0, and IPv6 needs 1280; raise that mtu to 1360 or shorten the path"}},
    });
}

TEST(NotesOfClassify, NameWhatIsNotAskedAndWhoSaysNothing) {
    using Lines = std::vector<std::string>;
    const auto notes = [](const std::string& order, const std::string& keys) {
        return config_of("[[slice]]\nid = 1\nname = \"gold\"\ndscp = 1\n" +
                         with(rest, "[node]\n", "[node]\nclassify = [" + order + "]\n") + keys)
            .notes;
    };
    const std::string slice = "slice = \"gold\"\n";  // of wan0, which stands last
    EXPECT_EQ(notes(R"("port")", slice), Lines{});
    EXPECT_EQ(
        notes(R"("dscp")", slice),
        (Lines{"node.classify leaves out port, which the file gives slices: no packet of this "
               "node gets them by it"}));
    EXPECT_EQ(notes(R"("nrp", "dscp", "pcp")", ""),
              (Lines{"node.classify names nrp and pcp, to which the file gives no slice: without "
                     "effect"}));
}

}  // namespace
}  // namespace weir

// What an edge writes, the hops behind it read: all are of one mind on the slice of a packet.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/stage/sliced.hpp"

namespace weir::test {
namespace {

// The scene from the other end of its policies: b is a, and a is b.
std::string other_end(const std::string& text) {
    std::string turned = text;
    for (std::size_t at = turned.find("fc00:"); at != std::string::npos;
         at = turned.find("fc00:", at + 5))
        if (turned[at + 6] == ':' || turned[at + 6] == '/')
            turned[at + 5] = turned[at + 5] == 'a'   ? 'b'
                             : turned[at + 5] == 'b' ? 'a'
                                                     : turned[at + 5];
    return turned;
}

struct Agreement {
    const char* name;
    const char* source;  // the only one the hops go by
    std::string node;    // keys of every node
};
// To where the edge sends from.
const std::string far_route = R"([[route]]
to = "fd00:2::/48"
table = "campus"
via = [{ address = "fd00:1::2", port = "lan0" }]
)";

class TwoHops : public testing::TestWithParam<Agreement> {};

Frame to_port(Frame sent, const MacAddr& mac) {
    std::copy_n(reinterpret_cast<const std::byte*>(mac.octets.data()), 6, sent.begin());
    return sent;
}

// The edge has the slice from its port; the hop in between and the last one know it from nothing
// but what the edge wrote.
TEST_P(TwoHops, AreOfOneMind) {
    const Agreement& by = GetParam();
    struct Slice {
        const char* name;
        std::uint8_t dscp;
    };
    for (const auto& [slice, dscp] :
         {Slice{"training", 26}, Slice{"gold", 10}, Slice{"silver", 12}, Slice{"bronze", 14}}) {
        const std::string hops = by.node + "classify = [\"" + by.source + "\"]\n";
        Classifier edge{sliced_text(by.node, std::string{"slice = \""} + slice + "\"\n")};
        Classifier middle{sliced_text(hops)};
        Classifier far{other_end(sliced_text(hops, "", "", far_route))};
        const Frame in = frame(lan_mac).ip6("fd00:1::9", "fd00:2::9").udp(1, 2).payload(20).build();
        EXPECT_EQ(edge.slice_of(in, lan), slice);
        EXPECT_EQ(middle.slice_of(to_port(edge.sent, wan_mac), wan), slice);
        EXPECT_EQ(far.slice_of(to_port(middle.sent, wan_mac), wan), slice);
        // The SID is of best effort, whose DSCP goes through.
        EXPECT_EQ(far.sent,
                  frame(lan_gateway6, lan_mac)
                      .ip6("fd00:1::9", "fd00:2::9", 62, static_cast<std::uint8_t>(dscp << 2))
                      .udp(1, 2)
                      .payload(20)
                      .build());
    }
}

INSTANTIATE_TEST_SUITE_P(
    By, TwoHops,
    testing::Values(Agreement{"dscp", "dscp", ""}, Agreement{"nrp", "nrp", "nrp = true\n"},
                    Agreement{"source", "source", source_bits},
                    Agreement{"label", "label", label_bits},
                    Agreement{"nrp_beside_bits", "nrp", "nrp = true\n" + source_bits},
                    Agreement{"label_beside_nrp", "label", "nrp = true\n" + label_bits}),
    [](const auto& param) { return std::string{param.param.name}; });

}  // namespace
}  // namespace weir::test

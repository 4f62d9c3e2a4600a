#include "srv6/slice_bits.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace weir {
namespace {

Ipv6Header header(const char* source, std::uint32_t label) {
    Ipv6Header ip{};
    ip.version_class_label = be32{0x6ab00000U | label};
    ip.source = *parse_ipv6(source);
    return ip;
}

TEST(SliceBits, AreCountedFromTheRightEnd) {
    const Ipv6Header ip = header("fc00:a::1234:5678", 0xabcde);
    const auto in_source = [&](std::uint8_t first, std::uint8_t count) {
        return SliceBits{SliceField::source, first, count}.read(ip);
    };
    EXPECT_EQ(in_source(0, 8), SliceNumber{0x78});
    EXPECT_EQ(in_source(8, 8), SliceNumber{0x56});
    EXPECT_EQ(in_source(4, 12), SliceNumber{0x567});
    EXPECT_EQ(in_source(0, 32), SliceNumber{0x12345678});
    EXPECT_EQ(in_source(96, 32), SliceNumber{0xfc00000a});
    EXPECT_EQ((SliceBits{SliceField::label, 12, 8}.read(ip)), SliceNumber{0xab});
    EXPECT_EQ((SliceBits{SliceField::label, 0, 4}.read(ip)), SliceNumber{0xe});
}

TEST(SliceBits, AreWrittenWhereTheyAreRead) {
    Ipv6Header ip = header("fc00:a::1:0:78", 0xabcde);
    SliceBits{SliceField::source, 8, 16}.write(ip.source, SliceNumber{0x1005});
    EXPECT_EQ(to_string(ip.source), "fc00:a::1:10:578");
    const SliceBits label{SliceField::label, 12, 8};
    ip.set_flow_label(label.write(ip.flow_label(), SliceNumber{5}));
    EXPECT_EQ(ip.version_class_label.host(), 0x6ab05cdeU);  // nothing else moved
}

// RFC 6437 section 2: 0 is no label. And what is left of it is what flows differ in.
RC_GTEST_PROP(SliceBits, LeaveALabelToEveryFlow, ()) {
    const auto count = *rc::gen::inRange<unsigned>(1, 13);
    const auto first = *rc::gen::inRange<unsigned>(0, 21 - count);
    const SliceBits bits{SliceField::label, static_cast<std::uint8_t>(first),
                         static_cast<std::uint8_t>(count)};
    const SliceNumber slice{*rc::gen::inRange<std::uint32_t>(0, bits.largest() + 1)};
    const FlowLabel flow{*rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 1U << 20U),
                                         rc::gen::just<std::uint32_t>(bits.largest() << first))};
    Ipv6Header ip = header("::2", 0);
    const FlowLabel written = bits.write(flow, slice);
    ip.set_flow_label(written);
    RC_ASSERT(bits.read(ip) == slice);
    const auto others = static_cast<std::uint32_t>(~bits.mask()) & 0xfffffU;
    const std::uint32_t left = static_cast<std::uint32_t>(written) & others;
    RC_ASSERT(left != 0U);
    if ((static_cast<std::uint32_t>(flow) & others) != 0)
        RC_ASSERT(left == (static_cast<std::uint32_t>(flow) & others));
}

}  // namespace
}  // namespace weir

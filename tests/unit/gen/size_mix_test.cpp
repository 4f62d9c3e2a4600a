#include "tools/gen/size_mix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <string>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

TEST(SizeMix, ImixRaisesOnlyItsSmallestToWhatTheHeadersNeed) {
    const SizeMix plain{"imix", 50};
    EXPECT_EQ(std::vector<std::uint16_t>(plain.sizes().begin(), plain.sizes().end()),
              (std::vector<std::uint16_t>{54, 590, 1514}));
    const SizeMix ipv6{"imix", 84};
    EXPECT_EQ(ipv6.sizes().front(), 84);
    EXPECT_EQ(ipv6.pattern().size(), 12U);
}

TEST(SizeMix, RefusesWhatIsNoSizeOrDoesNotFit) {
    for (const char* text : {"", "x", "64,", "64:", "64:0", "63", "65536", "64:4097", "64 ", "-64",
                             "64:2000,65:2000,66:2000", "imix,64"})
        EXPECT_THROW((SizeMix{text, 64}), Error) << text;
    try {
        const SizeMix mix{"60", 64};
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::usage);
        EXPECT_NE(std::string{error.what()}.find("between 64"), std::string::npos) << error.what();
    }
}

RC_GTEST_PROP(SizeMix, EverySizeHasItsShareAndIsSpreadEvenly, ()) {
    const auto weights = *rc::gen::resize(
        8, rc::gen::nonEmpty(rc::gen::container<std::vector<unsigned>>(rc::gen::inRange(1U, 12U))));
    std::string text;
    unsigned total = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        text += (i == 0 ? "" : ",") + std::to_string(64 + i) + ":" + std::to_string(weights[i]);
        total += weights[i];
    }
    const SizeMix mix{text, 64};
    RC_ASSERT(mix.pattern().size() == total);
    std::vector<unsigned> so_far(weights.size(), 0);
    for (std::size_t at = 0; at < total; ++at) {
        ++so_far[mix.pattern()[at]];
        // No size is ever a whole packet per size ahead of or behind its share.
        for (std::size_t i = 0; i < weights.size(); ++i) {
            const double share = static_cast<double>((at + 1) * weights[i]) / total;
            RC_ASSERT(std::abs(so_far[i] - share) < static_cast<double>(weights.size()));
        }
    }
    RC_ASSERT(so_far == weights);
}

}  // namespace
}  // namespace weir

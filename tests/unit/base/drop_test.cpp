#include "dataplane/base/drop.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace weir {
namespace {

// The names are labels of weir_drops_total: dashboards rely on them.
TEST(Drop, EachReasonHasItsOwnPrometheusName) {
    std::set<std::string_view> names;
    for (const DropText& text : drop_texts) {
        EXPECT_TRUE(names.insert(text.name).second) << text.name << " twice";
        EXPECT_FALSE(text.help.empty()) << text.name;
        EXPECT_TRUE(std::ranges::all_of(text.name, [](char c) {
            return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
        })) << text.name;
    }
    EXPECT_EQ(names.size(), drop_count);
}

TEST(Drop, NamesFollowTheirValues) {
    EXPECT_EQ(name(Drop::none), "none");
    EXPECT_EQ(name(Drop::srh_malformed), "srh_malformed");
    EXPECT_EQ(name(Drop::stopped), "stopped");
    EXPECT_EQ(static_cast<std::size_t>(Drop::stopped) + 1, drop_count);
}

}  // namespace
}  // namespace weir

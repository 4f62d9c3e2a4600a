#include "dataplane/base/ids.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

namespace weir {
namespace {

template <class Container, class Id>
concept IndexedBy = requires(Container c, Id id) { c[id]; };

// An id of another kind, or a bare number, does not index.
static_assert(IndexedBy<IdVector<PortId, int>, PortId>);
static_assert(!IndexedBy<IdVector<PortId, int>, SliceId>);
static_assert(!IndexedBy<IdVector<PortId, int>, int>);

TEST(IdVector, PushBackReturnsTheIdOfTheItem) {
    IdVector<SidId, std::string> names;
    const SidId first = names.push_back("a");
    const SidId second = names.push_back("b");
    EXPECT_EQ(names[first], "a");
    EXPECT_EQ(names[second], "b");
    EXPECT_EQ(index(second), 1U);
}

TEST(IdVector, ContainsExactlyItsIds) {
    const IdVector<PolicyId, int> two{10, 20};
    EXPECT_TRUE(two.contains(PolicyId{1}));
    EXPECT_FALSE(two.contains(PolicyId{2}));
    EXPECT_FALSE((IdVector<PolicyId, int>{}.contains(PolicyId{0})));
    EXPECT_EQ(two.size(), 2U);
}

TEST(IdVector, HoldsDefaultsWhereOnlyASizeIsGiven) {
    IdVector<PortId, int> ports(3);
    ports[PortId{2}] = 7;
    int sum = 0;
    for (const int p : ports) sum += p;
    EXPECT_EQ(sum, 7);
    EXPECT_EQ(ports.data()[2], 7);
}

}  // namespace
}  // namespace weir

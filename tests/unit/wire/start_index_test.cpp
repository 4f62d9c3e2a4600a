#include "dataplane/wire/start_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace weir {
namespace {

template <class Key>
class StartIndexOf : public testing::Test {};
using Keys = testing::Types<std::uint32_t, std::uint64_t>;
TYPED_TEST_SUITE(StartIndexOf, Keys);

template <class Key>
std::size_t by_binary_search(const std::vector<Key>& starts, Key key) {
    const auto above = std::ranges::upper_bound(starts, key) - starts.begin();
    return static_cast<std::size_t>(std::max<std::ptrdiff_t>(above - 1, 0));
}

template <class Key>
void expect_all_found(const std::vector<Key>& starts) {
    const StartIndex<Key> index{starts};
    std::vector<Key> keys{0,
                          1,
                          std::numeric_limits<Key>::max() - 1,
                          std::numeric_limits<Key>::max(),
                          std::numeric_limits<Key>::max() / 2,
                          std::numeric_limits<Key>::max() / 2 + 1};
    for (const Key start : starts)
        for (const Key off : {Key{0}, Key{1}, static_cast<Key>(-1)}) keys.push_back(start + off);
    for (const Key key : keys)
        ASSERT_EQ(index.last_not_above(key), by_binary_search(starts, key))
            << key << " among " << starts.size();
}

// Sizes around every power of a node's width, where a level begins and nodes come out full.
TYPED_TEST(StartIndexOf, EverySizeAgreesWithBinarySearch) {
    std::mt19937_64 random{1};
    for (std::size_t size = 0; size < 700; ++size) {
        std::vector<TypeParam> starts{0};
        while (starts.size() < size) starts.push_back(static_cast<TypeParam>(random()));
        std::ranges::sort(starts);
        starts.erase(std::ranges::unique(starts).begin(), starts.end());
        expect_all_found(starts);
    }
}

TYPED_TEST(StartIndexOf, ManyLevels) {
    std::mt19937_64 random{2};
    for (const std::size_t size : {4096u, 4097u, 65'537u, 300'000u}) {
        std::vector<TypeParam> starts;
        for (std::size_t i = 0; i < size; ++i) starts.push_back(static_cast<TypeParam>(random()));
        std::ranges::sort(starts);
        starts.erase(std::ranges::unique(starts).begin(), starts.end());
        expect_all_found(starts);
    }
}

TYPED_TEST(StartIndexOf, TheLargestKeyMayBeAStart) {
    expect_all_found<TypeParam>({0, std::numeric_limits<TypeParam>::max()});
    std::vector<TypeParam> full;
    for (TypeParam i = 0; i < 16; ++i)
        full.push_back(std::numeric_limits<TypeParam>::max() - 15 + i);
    expect_all_found(full);
}

}  // namespace
}  // namespace weir

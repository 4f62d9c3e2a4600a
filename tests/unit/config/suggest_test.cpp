#include "dataplane/config/suggest.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <cctype>

namespace weir {
namespace {

const auto word_gen = rc::gen::container<std::string>(rc::gen::inRange('a', 'e'));

TEST(EditDistanceLaw, ZeroOnlyToItself) {
    EXPECT_TRUE(rc::check([]() {
        const auto a = *word_gen, b = *word_gen;
        RC_PRE(a.size() <= 64 && b.size() <= 64);
        RC_ASSERT((edit_distance(a, b) == 0) == (a == b));
        RC_ASSERT(edit_distance(a, b) == edit_distance(b, a));
    }));
}

TEST(EditDistanceLaw, OneEditIsOne) {
    EXPECT_TRUE(rc::check([]() {
        auto word = *rc::gen::suchThat(
            word_gen, [](const auto& w) { return w.size() >= 2 && w.size() < 64; });
        const auto at = *rc::gen::inRange<std::size_t>(0, word.size() - 1);
        auto inserted = word, removed = word, replaced = word, swapped = word;
        inserted.insert(at, 1, 'z');
        removed.erase(at, 1);
        replaced[at] = 'z';
        std::swap(swapped[at], swapped[at + 1]);
        RC_ASSERT(edit_distance(word, inserted) == 1U);
        RC_ASSERT(edit_distance(word, removed) == 1U);
        RC_ASSERT(edit_distance(word, replaced) == 1U);
        RC_ASSERT(edit_distance(word, swapped) == (word == swapped ? 0U : 1U));
    }));
}

TEST(EditDistance, IgnoresCaseAndBoundsItsWork) {
    EXPECT_EQ(edit_distance("End.DT46", "end.dt46"), 0U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance(std::string(65, 'a'), std::string(65, 'a')), 64U);
}

TEST(Nearest, TakesTheNearestThatIsNearEnough) {
    constexpr std::array<std::string_view, 4> words{"guarantee", "limit", "weight", "id"};
    EXPECT_EQ(nearest("wieght", words), "weight");
    EXPECT_EQ(nearest("gaurentee", words), "guarantee");
    EXPECT_EQ(nearest("limits", words), "limit");
    EXPECT_EQ(nearest("colour", words), "");
    EXPECT_EQ(nearest("xy", words), "");  // two edits away from "id": nothing of it is left
    EXPECT_EQ(nearest("", words), "");
    EXPECT_EQ(did_you_mean("wieght", words), "; did you mean \"weight\"?");
    EXPECT_EQ(did_you_mean("colour", words), "");
}

// What goes to a terminal is short and printable whatever stood in the file.
TEST(QuotedLaw, Printable) {
    EXPECT_TRUE(rc::check([](const std::string& text) {
        const auto shown = in_quotes(text);
        RC_ASSERT(shown.size() <= 60 * 4 + 5);
        for (const char c : shown) RC_ASSERT(std::isprint(static_cast<unsigned char>(c)) != 0);
    }));
}

TEST(Quoted, EscapesAndCuts) {
    EXPECT_EQ(in_quotes("lan0"), "\"lan0\"");
    EXPECT_EQ(in_quotes("a\"b\\c\x1b[m"), "\"a\\\"b\\\\c\\x1b[m\"");
    EXPECT_EQ(in_quotes(std::string(61, 'x')), "\"" + std::string(60, 'x') + "...\"");
}

}  // namespace
}  // namespace weir

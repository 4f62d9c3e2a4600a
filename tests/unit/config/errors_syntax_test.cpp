#include "tests/unit/config/support.hpp"

namespace weir {
namespace {

TEST(ErrorsSyntax, AllAtOnceEachAtItsPlace) {
    expect_errors({
        {R"(x = "abc
y = 3
)",
         {"t:1:9: not TOML: Error while parsing string: unescaped control characters other than "
          "TAB (U+0009) are explicitly prohibited; reading ends at the first such error"}},
        {R"(a = 1
a = 2
)",
         {"t:2:5: not TOML: Error while parsing key-value pair: cannot redefine existing integer "
          "'a'; reading ends at the first such error"}},
        {R"(a.b.c.d.e.f.g.h.i.j = 1
)",
         {"t:1:18: a key with more than 8 dots; no key of weir has so many"}},
        {R"(x = [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]
)",
         {"t:1:21: lists and tables nested more than 16 deep; no key of weir is so deep"}},
        {R"(x = """a"""
)",
         {"t:1:5: multi-line strings are not read; no value of weir needs one"}},
        {R"(x = 5"a"
)",
         {"t:1:6: a quote in the middle of a word"}},
        {R"(é = 1
)",
         {"t:1:1: characters outside ASCII may stand only in quotes and comments"}},
        {R"(x = 99999999999999999999
)",
         {"t:1:25: not TOML: Error while parsing decimal integer: '99999999999999999999' is not "
          "representable in 64 bits; reading ends at the first such error"}},
        {R"([slice.x
)",
         {"t:1:9: not TOML: Error while parsing table header: expected ']', saw '\\n'; reading "
          "ends at the first such error"}},
    });
}

}  // namespace
}  // namespace weir

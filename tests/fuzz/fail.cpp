#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.hpp"

namespace weir::fuzz {

void fail(const char* what) {
    std::fprintf(stderr, "fuzz target: %s\n", what);
    std::abort();
}

}  // namespace weir::fuzz

#include <gtest/gtest.h>

#include "dataplane/io/eal.hpp"

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    const weir::Eal eal{{}};
    return RUN_ALL_TESTS();
}

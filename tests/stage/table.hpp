#pragma once
// Every way a frame can go, one row each: the stage tests assert it, the fuzzers start from it.
#include <ostream>
#include <variant>
#include <vector>

#include "tests/stage/scene.hpp"

namespace weir::test {

using Want = std::variant<std::monostate, PacketBuilder, Drop, Punt>;

struct Case {
    const char* name;
    PortId in;
    PacketBuilder frame_in;
    PortId out;  // of a frame
    Want want;
    std::uint32_t value = 0;  // with a Drop that goes to control as an error: pointer or MTU
};
inline std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const std::vector<Case>& cases();

}  // namespace weir::test

#pragma once
// Bytes by rapidcheck, which knows only integers.
#include <rapidcheck.h>

#include "tests/unit/control/golden.hpp"

namespace weir {

inline std::byte any_byte() { return static_cast<std::byte>(*rc::gen::arbitrary<std::uint8_t>()); }
inline Octets any_bytes() {
    Octets bytes;
    for (const std::uint8_t octet : *rc::gen::arbitrary<std::vector<std::uint8_t>>())
        bytes.push_back(static_cast<std::byte>(octet));
    return bytes;
}

}  // namespace weir

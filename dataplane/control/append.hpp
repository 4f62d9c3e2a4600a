#pragma once
// Builds packets front to back.
#include <cstddef>
#include <span>
#include <vector>

#include "dataplane/wire/cursor.hpp"

namespace weir {

inline void append(std::vector<std::byte>& out, std::span<const std::byte> bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}
template <WireHeader T>
void append(std::vector<std::byte>& out, const T& header) {
    append(out, std::as_bytes(std::span{&header, 1}));
}

}  // namespace weir

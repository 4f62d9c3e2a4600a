#pragma once
// The compiled programs, carried in the executable.
#include <span>

namespace weir {

std::span<const unsigned char> weir_xdp_bytes();
std::span<const unsigned char> weir_socket_bytes();

}  // namespace weir

#pragma once
// The XDP program that an interface has before we come.
#include <string>

#include "dataplane/io/kernel_interface.hpp"

namespace weir {

inline constexpr const char* xdp_program_name = "weir_xdp";

// Detaches the program of a weir that was killed (the caller holds the interface's lock, so no weir
// lives that could own it). Anybody else's is named, with the command that removes it, in the
// Error{device} that this throws.
void make_room_for_xdp(const KernelInterface& interface, const std::string& port);

}  // namespace weir

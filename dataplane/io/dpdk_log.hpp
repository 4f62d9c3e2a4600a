#pragma once
// DPDK and libbpf print to stderr what no user asked for. Here their lines go to the log at level
// debug, and the first error is kept, because a driver tells its reason nowhere else (and what
// follows the first only says that something failed).
#include <string>

namespace weir {

void capture_dpdk_log();
// Forgets what was said before; to be called ahead of what may fail.
void forget_complaints();
// " (DPDK says: ...)" with the first error since then, or nothing: the tail of a sentence about a
// failed call.
std::string dpdk_says();

}  // namespace weir

#pragma once
// DPDK and libbpf print to stderr what no user asked for. Here their lines go to the log at level
// debug, and the last complaint is kept, because a driver tells its reason nowhere else.
#include <string>

namespace weir {

void capture_dpdk_log();
// The last line logged by DPDK or libbpf since the previous call; empty if there was none.
std::string take_last_complaint();
// " (DPDK says: ...)", or nothing: the tail of a sentence about a failed call.
std::string dpdk_says();

}  // namespace weir

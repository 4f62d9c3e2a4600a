#pragma once
// The file descriptors of this process. DPDK's drivers for kernel interfaces keep their sockets,
// programs and maps to themselves, and forget to close some: what was opened while a device was
// made is found here by its kind.
#include <set>
#include <vector>

namespace weir {

std::set<int> open_descriptors();
// Sockets of that domain (AF_XDP, AF_PACKET) that are open now and were not in `before`.
std::vector<int> sockets_since(const std::set<int>& before, int domain);

}  // namespace weir

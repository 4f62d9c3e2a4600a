#pragma once
// The file descriptors of this process. DPDK's drivers for kernel interfaces keep their sockets,
// programs and maps to themselves, and forget to close some: what was opened while a device was
// made is found here by its kind.
#include <set>
#include <string>
#include <vector>

namespace weir {

std::set<int> open_descriptors();
// What it refers to: "socket:[4711]", "anon_inode:bpf-map"; empty if it is closed.
std::string descriptor_target(int fd);
// Sockets of that domain (AF_XDP, AF_PACKET) that are open now and were not in `before`.
std::vector<int> sockets_since(const std::set<int>& before, int domain);

}  // namespace weir

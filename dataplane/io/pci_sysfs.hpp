#pragma once
// Network devices on the PCI bus, as sysfs shows them. Read before DPDK is asked, because a device
// that the kernel drives must not be handed to EAL: some drivers would take it away.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct PciNic {
    std::string address;     // 0000:17:00.0
    std::string driver;      // empty: none is bound
    std::string interfaces;  // of the kernel on it, comma separated
    int numa_node = -1;      // -1: unknown, or one node only
    std::string iommu_group;
};

// `root`: where sysfs lies, "/sys" but in tests.
std::vector<PciNic> pci_nics(const std::filesystem::path& root = "/sys");
// Why DPDK cannot drive it and the command that mends it; none if it can.
std::optional<std::string> why_unusable(const PciNic& nic);
// Throws Error{device} with that, or with the addresses there are if this is none.
void require_bound_to_dpdk(const std::string& address, const std::filesystem::path& root = "/sys");

}  // namespace weir

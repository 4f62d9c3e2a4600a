#include "dataplane/io/numa.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "dataplane/io/device_string.hpp"
#include "dataplane/io/kernel_interface.hpp"
#include "dataplane/io/pci_sysfs.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

// /sys/devices/system/cpu/cpu5/node1; -1 where the kernel knows of no nodes.
int node_of_core(unsigned core, const fs::path& root) {
    std::error_code error;
    const fs::path directory = root / "devices/system/cpu" / fmt::format("cpu{}", core);
    for (const auto& entry : fs::directory_iterator{directory, error}) {
        const std::string name = entry.path().filename();
        if (name.starts_with("node") && name.size() > 4) return std::stoi(name.substr(4));
    }
    return -1;
}

std::string pci_address(const DeviceString& device) {
    std::string interface;
    if (const auto* pci = std::get_if<PciDevice>(&device)) return pci->address;
    if (const auto* xdp = std::get_if<AfXdpDevice>(&device)) interface = xdp->interface;
    if (const auto* packet = std::get_if<AfPacketDevice>(&device)) interface = packet->interface;
    const auto found = KernelInterface::find(interface);
    return found ? found->bus() : "";
}

}  // namespace

std::vector<std::string> numa_mismatches(const Config& config, const fs::path& root) {
    std::set<int> nodes;
    for (const unsigned core : config.workers.cores) nodes.insert(node_of_core(core, root));
    std::vector<std::string> sentences;
    const auto nics = pci_nics(root);
    for (const auto& port : config.ports) {
        const std::string address = pci_address(parse_device(port.device));
        const auto nic = std::ranges::find(nics, address, &PciNic::address);
        if (nic == nics.end() || nic->numa_node < 0 || nodes.contains(nic->numa_node)) continue;
        sentences.push_back(
            fmt::format("port {} ({}): its device is on NUMA node {} and no worker runs there: set "
                        "[workers] cores to cores of that node (\"lscpu -e\")",
                        port.name, port.device, nic->numa_node));
    }
    return sentences;
}

}  // namespace weir

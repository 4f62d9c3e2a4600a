#include "dataplane/io/devices.hpp"

#include <fmt/format.h>
#include <linux/capability.h>

#include <algorithm>

#include "dataplane/io/kernel_interface.hpp"
#include "dataplane/io/pci_sysfs.hpp"
#include "dataplane/io/xdp/limits.hpp"

namespace weir {
namespace {

DeviceRow row_of(const PciNic& nic) {
    DeviceRow row;
    row.name = nic.address;
    row.driver = nic.driver;
    row.numa_node = nic.numa_node;
    if (const auto why = why_unusable(nic))
        row.why_not = *why;
    else
        row.usable.push_back(nic.address);
    return row;
}

void judge(DeviceRow& row, const KernelInterface& interface) {
    std::string missing;
    for (const auto& [capability, name] :
         {std::pair{CAP_NET_ADMIN, "CAP_NET_ADMIN"}, std::pair{CAP_NET_RAW, "CAP_NET_RAW"},
          std::pair{CAP_BPF, "CAP_BPF"}})
        if (!has_capability(capability))
            missing += (missing.empty() ? "" : ", ") + std::string{name};
    if (!missing.empty()) {
        row.why_not = missing + " missing: run weir as root";
        return;
    }
    const std::string& name = interface.name();
    if (row.mtu > xdp_max_mtu)
        row.why_not = fmt::format("MTU {} is above {} of af_xdp: \"ip link set {} mtu {}\"",
                                  row.mtu, xdp_max_mtu, name, xdp_max_mtu);
    else
        row.usable.push_back("af_xdp:" + name);
    if (const unsigned queues = interface.receive_queues(); queues > 1 && row.why_not.empty())
        row.why_not = fmt::format(
            "af_xdp wants a worker for each of its {} receive queues, or "
            "\"{}\"",
            queues, interface.set_queues_command(1));
    row.usable.push_back("af_packet:" + name);
}

DeviceRow row_of(const KernelInterface& interface, const std::vector<PciNic>& nics) {
    const std::string bus = interface.bus();
    const auto nic = std::ranges::find(nics, bus, &PciNic::address);
    DeviceRow row;
    row.name = interface.name();
    row.driver = interface.driver();
    row.numa_node = nic == nics.end() ? -1 : nic->numa_node;
    row.link = interface.running();
    row.speed = interface.speed();
    row.mtu = interface.mtu();
    judge(row, interface);
    return row;
}

}  // namespace

std::vector<DeviceRow> list_devices(const std::filesystem::path& root) {
    std::vector<DeviceRow> rows;
    const auto nics = pci_nics(root);
    for (const auto& nic : nics) rows.push_back(row_of(nic));
    for (const auto& interface : KernelInterface::all())
        if (interface.ethernet()) rows.push_back(row_of(interface, nics));
    return rows;
}

}  // namespace weir

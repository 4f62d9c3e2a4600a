#include "dataplane/io/pci_sysfs.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;

std::string target_of(const fs::path& link) {
    std::error_code error;
    return fs::read_symlink(link, error).filename();
}

unsigned long number_in(const fs::path& path, unsigned long otherwise) {
    std::ifstream file{path};
    std::string text;
    if (!(file >> text)) return otherwise;
    return std::strtoul(text.c_str(), nullptr, 0);
}

std::string names_in(const fs::path& directory) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{directory, error})
        names.push_back(entry.path().filename());
    std::ranges::sort(names);
    std::string joined;
    for (const auto& name : names) joined += (joined.empty() ? "" : ",") + name;
    return joined;
}

// virtio keeps its interface one level down (0000:00:03.0/virtio2/net/eth0).
std::string interfaces_of(const fs::path& device) {
    std::string names = names_in(device / "net");
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{device, error})
        if (names.empty() && entry.path().filename().string().starts_with("virtio"))
            names = names_in(entry.path() / "net");
    return names;
}

// These stay bound to their kernel driver, which DPDK's works beside.
bool shares_with_kernel(const std::string& driver) {
    return driver == "mlx5_core" || driver == "mlx4_core" || driver == "mana";
}

bool is_for_user_space(const std::string& driver) {
    return driver == "vfio-pci" || driver == "uio_pci_generic" || driver == "igb_uio";
}

}  // namespace

std::vector<PciNic> pci_nics(const fs::path& root) {
    std::vector<PciNic> nics;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator{root / "bus/pci/devices", error}) {
        if (number_in(entry.path() / "class", 0) >> 8 != 0x0200) continue;  // Ethernet
        nics.push_back({.address = entry.path().filename(),
                        .driver = target_of(entry.path() / "driver"),
                        .interfaces = interfaces_of(entry.path()),
                        .numa_node = static_cast<int>(static_cast<long>(
                            number_in(entry.path() / "numa_node", static_cast<unsigned long>(-1)))),
                        .iommu_group = target_of(entry.path() / "iommu_group")});
    }
    std::ranges::sort(nics, {}, &PciNic::address);
    return nics;
}

std::optional<std::string> why_unusable(const PciNic& nic) {
    if (shares_with_kernel(nic.driver)) return {};
    if (is_for_user_space(nic.driver)) {
        const std::string group = "/dev/vfio/" + nic.iommu_group;
        if (nic.driver != "vfio-pci" || nic.iommu_group.empty() ||
            access(group.c_str(), R_OK | W_OK) == 0)
            return {};
        return fmt::format("{} cannot be opened ({}): \"chown $USER {}\"", group,
                           std::strerror(errno), group);
    }
    const std::string no_iommu =
        nic.iommu_group.empty()
            ? "echo 1 > /sys/module/vfio/parameters/enable_unsafe_noiommu_mode && "
            : "";
    return fmt::format(
        "{}{}: \"modprobe vfio-pci && {}dpdk-devbind.py --bind=vfio-pci {}\"",
        nic.driver.empty() ? "no driver is bound to it"
                           : fmt::format("the kernel's {} drives it", nic.driver),
        nic.interfaces.empty()
            ? ""
            : fmt::format(", and binding another takes {} from the kernel", nic.interfaces),
        no_iommu, nic.address);
}

void require_bound_to_dpdk(const std::string& address, const fs::path& root) {
    const auto nics = pci_nics(root);
    const auto found = std::ranges::find(nics, address, &PciNic::address);
    if (found == nics.end()) {
        std::string there;
        for (const auto& nic : nics) there += (there.empty() ? "" : ", ") + nic.address;
        throw Error{ExitCode::device,
                    fmt::format("device {}: there is no network device at that PCI address; there "
                                "{}: \"weir --devices\" says more",
                                address, there.empty() ? "is none at all" : "are " + there)};
    }
    if (const auto why = why_unusable(*found))
        throw Error{ExitCode::device, fmt::format("device {}: {}", address, *why)};
}

}  // namespace weir

// What is read of a machine, from a sysfs made for the purpose.
#include <gtest/gtest.h>

#include "dataplane/base/error.hpp"
#include "dataplane/io/devices.hpp"
#include "dataplane/io/hugepages.hpp"
#include "dataplane/io/numa.hpp"
#include "dataplane/io/pci_sysfs.hpp"
#include "tests/unit/io/scratch.hpp"

namespace weir {
namespace {

struct Nic {
    std::string address = {};
    std::string driver = {};
    std::string interface = {};
    int node = -1;
    std::string group = "7";
    std::string pci_class = "0x020000";
};

void add(const Scratch& sysfs, const Nic& nic) {
    const std::filesystem::path device = "bus/pci/devices/" + nic.address;
    sysfs.write(device / "class", nic.pci_class);
    sysfs.write(device / "numa_node", std::to_string(nic.node));
    if (!nic.driver.empty())
        sysfs.link(device / "driver", "../../../bus/pci/drivers/" + nic.driver);
    if (!nic.group.empty())
        sysfs.link(device / "iommu_group", "../../../kernel/iommu_groups/" + nic.group);
    if (!nic.interface.empty()) sysfs.write(device / nic.interface / "address", "");
}

std::string refusal(const Scratch& sysfs, const std::string& address) {
    try {
        require_bound_to_dpdk(address, sysfs.path());
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::device);
        return error.what();
    }
    return "";
}

TEST(PciNics, AreTheEthernetsOfTheBus) {
    const Scratch sysfs;
    add(sysfs, {.address = "0000:3b:00.1", .driver = "ice", .interface = "net/ens2f1", .node = 1});
    add(sysfs,
        {.address = "0000:00:03.0", .driver = "virtio-pci", .interface = "virtio2/net/eth0"});
    add(sysfs, {.address = "0000:00:1f.0", .driver = "nvme", .pci_class = "0x010802"});
    const auto nics = pci_nics(sysfs.path());
    ASSERT_EQ(nics.size(), 2U);
    EXPECT_EQ(nics[0].address, "0000:00:03.0");
    EXPECT_EQ(nics[0].interfaces, "eth0");
    EXPECT_EQ(nics[0].numa_node, -1);
    EXPECT_EQ(nics[1].driver, "ice");
    EXPECT_EQ(nics[1].interfaces, "ens2f1");
    EXPECT_EQ(nics[1].numa_node, 1);
}

TEST(PciNics, AreRefusedWhileTheKernelDrivesThem) {
    const Scratch sysfs;
    add(sysfs, {.address = "0000:3b:00.0", .driver = "ice", .interface = "net/ens2f0"});
    add(sysfs, {.address = "0000:3b:00.1"});
    add(sysfs, {.address = "0000:3b:00.2", .driver = "mlx5_core", .interface = "net/ens3"});
    add(sysfs, {.address = "0000:3b:00.3", .driver = "uio_pci_generic", .group = ""});
    add(sysfs, {.address = "0000:3b:00.4", .driver = "igc", .group = ""});
    EXPECT_EQ(refusal(sysfs, "0000:3b:00.0"),
              "device 0000:3b:00.0: the kernel's ice drives it, and binding another takes ens2f0 "
              "from the kernel: \"modprobe vfio-pci && dpdk-devbind.py --bind=vfio-pci "
              "0000:3b:00.0\"");
    EXPECT_NE(refusal(sysfs, "0000:3b:00.1").find("no driver is bound to it"), std::string::npos);
    EXPECT_EQ(refusal(sysfs, "0000:3b:00.2"), "");  // works beside the kernel's driver
    EXPECT_EQ(refusal(sysfs, "0000:3b:00.3"), "");
    EXPECT_NE(refusal(sysfs, "0000:3b:00.4").find("enable_unsafe_noiommu_mode"), std::string::npos);
    const std::string unknown = refusal(sysfs, "0000:99:00.0");
    EXPECT_NE(unknown.find("there are 0000:3b:00.0, 0000:3b:00.1"), std::string::npos) << unknown;
}

TEST(PciNics, AreRefusedWhereTheirGroupIsClosed) {
    const Scratch sysfs;
    add(sysfs, {.address = "0000:3b:00.0", .driver = "vfio-pci", .group = "no-such-group"});
    EXPECT_NE(refusal(sysfs, "0000:3b:00.0").find("/dev/vfio/no-such-group cannot be opened"),
              std::string::npos);
}

TEST(Devices, ListNicsWithWhatMendsThem) {
    const Scratch sysfs;
    add(sysfs, {.address = "0000:3b:00.0", .driver = "ice", .interface = "net/ens2f0", .node = 1});
    add(sysfs, {.address = "0000:3b:00.2", .driver = "mlx5_core"});
    const auto rows = list_devices(sysfs.path());
    ASSERT_GE(rows.size(), 2U);  // and the interfaces of this machine
    EXPECT_EQ(rows[0].name, "0000:3b:00.0");
    EXPECT_EQ(rows[0].numa_node, 1);
    EXPECT_TRUE(rows[0].usable.empty());
    EXPECT_NE(rows[0].why_not.find("dpdk-devbind.py"), std::string::npos);
    EXPECT_EQ(rows[1].usable, std::vector<std::string>{"0000:3b:00.2"});
    EXPECT_EQ(rows[1].why_not, "");
    for (const auto& row : rows) {
        EXPECT_NE(row.name, "lo");
        EXPECT_TRUE(!row.usable.empty() || !row.why_not.empty()) << row.name;
    }
}

TEST(Numa, WarnsOfAPortFarFromEveryWorker) {
    const Scratch sysfs;
    add(sysfs, {.address = "0000:3b:00.0", .driver = "vfio-pci", .node = 1});
    add(sysfs, {.address = "0000:3b:00.1", .driver = "vfio-pci", .node = 0});
    add(sysfs, {.address = "0000:3b:00.2", .driver = "vfio-pci", .node = -1});
    sysfs.write("devices/system/cpu/cpu2/node0/x", "");
    sysfs.write("devices/system/cpu/cpu9/node1/x", "");
    Config config;
    for (const char* address : {"0000:3b:00.0", "0000:3b:00.1", "0000:3b:00.2"}) {
        PortConfig port;
        port.name = "p" + std::string{address}.substr(11);
        port.device = address;
        config.ports.push_back(port);
    }
    config.workers.cores = {2};
    const auto far = numa_mismatches(config, sysfs.path());
    ASSERT_EQ(far.size(), 1U);
    EXPECT_TRUE(far[0].starts_with("port p0 (0000:3b:00.0): its device is on NUMA node 1"))
        << far[0];
    config.workers.cores = {2, 9};
    EXPECT_TRUE(numa_mismatches(config, sysfs.path()).empty());
}

void set_free(const Scratch& sysfs, const std::string& size, const std::string& pages) {
    sysfs.write("kernel/mm/hugepages/hugepages-" + size + "kB/free_hugepages", pages);
}

TEST(Hugepages, AreCountedBySize) {
    const Scratch sysfs;
    set_free(sysfs, "2048", "100");
    set_free(sysfs, "1048576", "3");
    EXPECT_EQ(free_hugepage_bytes(HugePages::two_mb, sysfs.path()), Bytes{200ULL << 20});
    EXPECT_EQ(free_hugepage_bytes(HugePages::one_gb, sysfs.path()), Bytes{3ULL << 30});
}

TEST(Hugepages, AutomaticDoesWithoutThemWhereTheyAreTooFew) {
    const Scratch sysfs;
    EXPECT_EQ(resolve_hugepages(HugePages::automatic, Bytes{1}, sysfs.path()), HugePages::none);
    set_free(sysfs, "2048", "100");
    EXPECT_EQ(resolve_hugepages(HugePages::automatic, Bytes{(200ULL << 20) + 1}, sysfs.path()),
              HugePages::none);
    EXPECT_EQ(resolve_hugepages(HugePages::none, Bytes{1}, sysfs.path()), HugePages::none);
}

TEST(Hugepages, AskedForAndMissingNamesTheCommand) {
    const Scratch sysfs;
    set_free(sysfs, "2048", "10");
    try {
        resolve_hugepages(HugePages::two_mb, Bytes{101ULL << 20}, sysfs.path());
        FAIL() << "10 pages are no 101 MB";
    } catch (const Error& error) {
        const std::string said = error.what();
        EXPECT_EQ(error.code(), ExitCode::device);
        EXPECT_NE(said.find("101 MB of hugepages are needed and 20 MB are free"),
                  std::string::npos);
        EXPECT_NE(said.find("\"echo 51 > "), std::string::npos) << said;
        EXPECT_NE(said.find("hugepages-2048kB/nr_hugepages\""), std::string::npos) << said;
    }
}

}  // namespace
}  // namespace weir

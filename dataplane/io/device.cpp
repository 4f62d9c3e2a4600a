#include "dataplane/io/device.hpp"

#include <fmt/format.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "dataplane/base/error.hpp"
#include "dataplane/io/dpdk_log.hpp"

namespace weir {
namespace {

Error failure(const DevicePlan& plan, const std::string& port, const std::string& what, int error) {
    return Error{ExitCode::device,
                 fmt::format("port {}: {}: {}{}{}", port, what, rte_strerror(std::abs(error)),
                             dpdk_says(), way_out(plan))};
}

}  // namespace

Device::Device(const DevicePlan& plan, const std::string& port) {
    forget_complaints();
    if (plan.bus == "vdev") {
        if (rte_eth_dev_get_port_by_name(plan.name.c_str(), &id_) == 0)
            throw Error{
                ExitCode::device,
                fmt::format("port {}: this process has a device {} already: give it another "
                            "number, like {}1",
                            port, plan.name, plan.name)};
        const int error = rte_eal_hotplug_add("vdev", plan.name.c_str(), plan.arguments.c_str());
        if (error < 0)
            throw failure(plan, port,
                          fmt::format("DPDK does not attach {} ({})", plan.name, plan.arguments),
                          error);
        virtual_name_ = plan.name;
    }
    if (rte_eth_dev_get_port_by_name(plan.name.c_str(), &id_) == 0) return;
    if (!virtual_name_.empty()) rte_eal_hotplug_remove("vdev", virtual_name_.c_str());
    throw Error{ExitCode::device,
                fmt::format("port {}: no Ethernet driver of DPDK took {}{}: \"dpdk-devbind.py "
                            "--status-dev net\" shows what drives it",
                            port, plan.name, dpdk_says())};
}

Device::~Device() {
    if (started_) rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    if (!virtual_name_.empty()) rte_eal_hotplug_remove("vdev", virtual_name_.c_str());
}

void Device::start(const DevicePlan& plan, const std::string& port) {
    using namespace std::chrono_literals;
    const auto* memif = std::get_if<MemifDevice>(&plan.device);
    const auto deadline = std::chrono::steady_clock::now() + 3s;
    int error = rte_eth_dev_start(id_);
    while (error < 0 && memif != nullptr && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(50ms);
        error = rte_eth_dev_start(id_);
    }
    if (error < 0 && memif != nullptr)
        throw Error{ExitCode::device,
                    fmt::format("port {}: nobody listens on memif socket {}: start its server "
                                "first, or set role=server here",
                                port, memif->socket)};
    if (error < 0) throw failure(plan, port, "the device does not start", error);
    started_ = true;
}

}  // namespace weir

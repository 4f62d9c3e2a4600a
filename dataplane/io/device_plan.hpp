#pragma once
// What a device string comes to on this machine: which driver with which arguments, how many
// queues, and everything that can be found wrong before DPDK is asked.
#include <cstdint>
#include <optional>
#include <string>

#include "dataplane/config/config.hpp"
#include "dataplane/io/device_string.hpp"
#include "dataplane/io/kernel_interface.hpp"

namespace weir {

struct DevicePlan {
    DeviceString device;
    std::string bus;        // "vdev" or "pci"
    std::string name;       // of the device in DPDK; unique in this process
    std::string arguments;  // of its driver
    std::uint16_t receive_queues = 1;
    bool paired = false;          // as many transmit queues as receive queues: the driver insists
    bool chains_unasked = false;  // longer frames arrive as chains without an offload's being set
    bool mtu_is_ours = false;     // the driver's own limit means nothing (see docs/nics.md)
    std::uint16_t receive_descriptors = 0;
    std::uint16_t transmit_descriptors = 0;
    std::optional<KernelInterface> interface;  // exists now: af_xdp, af_packet
    std::optional<MacAddr> mac;                // given to the device: tap, memif
};

// Throws Error{device} that names the port. `frame_room`: bytes of a frame that one buffer of the
// pool takes, headroom apart.
DevicePlan plan_device(const PortConfig& config, const NodeConfig& node, unsigned workers,
                       std::uint16_t frame_room);

// What to try where DPDK fails for reasons of its own: the tail of a sentence.
std::string way_out(const DevicePlan& plan);

// A locally administered address that stays the same from start to start.
MacAddr stable_mac(const std::string& node, const std::string& port, unsigned salt);

}  // namespace weir

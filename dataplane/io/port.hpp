#pragma once
// One DPDK device, started on construction and stopped, closed and forgotten on destruction. Throws
// Error{ExitCode::device} with one sentence that names the port, the reason and the command that
// mends it. Receive queue q is polled by one worker, the transmit queue by the worker that owns the
// port's egress.
#include <rte_ethdev.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/io/targets.hpp"

struct rte_mempool;

namespace weir {

// What the device itself counted; cumulative since start.
struct DeviceCounters {
    std::uint64_t received_packets = 0, received_bytes = 0;
    std::uint64_t sent_packets = 0, sent_bytes = 0;
    struct Missed {
        std::string cause;  // label of weir_port_receive_missed_packets_total: "ring_full",
                            // "no_buffer", ...
        std::uint64_t packets;
    };
    std::vector<Missed> missed;
};

// Of the pool's buffers that the device keeps, what cannot be known: how many its receive rings may
// lack of those they were filled with, how many that were sent its transmit rings have not given
// back. Both are 0 where the driver copies packets.
struct DeviceBuffers {
    std::uint32_t lag = 0;
    std::uint32_t in_flight = 0;
};

class Device;         // attached to DPDK
class InterfaceLock;  // held while the port lives
class KernelSide;     // the kernel interface behind the device, where there is one
class Steering;       // what of its traffic is taken
struct DevicePlan;

class Port {
public:
    // `workers`: how many receive queues are wanted at most. `pool`: where received packets lie.
    Port(const PortConfig& config, const NodeConfig& node, unsigned workers, rte_mempool& pool);
    ~Port();
    Port(const Port&) = delete;
    Port& operator=(const Port&) = delete;

    std::uint16_t receive(std::uint16_t queue, std::span<Packet*> packets) noexcept {
        return rte_eth_rx_burst(device_, queue, packets.data(),
                                static_cast<std::uint16_t>(packets.size()));
    }
    // Takes packets from the front; returns how many. Those are the device's now.
    std::uint16_t transmit(std::span<Packet*> packets) noexcept {
        return rte_eth_tx_burst(device_, 0, packets.data(),
                                static_cast<std::uint16_t>(packets.size()));
    }

    const std::string& name() const { return name_; }
    const MacAddr& mac() const { return mac_; }
    std::uint16_t receive_queues() const { return receive_queues_; }
    std::uint16_t device() const { return device_; }
    bool chains() const { return chains_; }            // the device sends multi-segment packets
    bool checks_ipv4() const { return checks_ipv4_; }  // the device verifies IPv4 header checksums
    // May wait for the kernel's lock (rtnl), so it is for a thread that has nothing else to do.
    bool link_up() const noexcept;
    // link_up() asks the NIC itself, which takes its time: not every millisecond.
    bool slow_link() const noexcept { return slow_link_; }
    std::optional<BitsPerSecond> speed() const;
    DeviceCounters counters() const;
    DeviceBuffers buffers() const { return buffers_; }

    // What of the traffic on this interface is weir's: AF_XDP and AF_PACKET ports take that and
    // leave the rest to the kernel, other devices take everything. Called before the first snapshot
    // that needs it and after the last (control thread).
    using Targets = weir::Targets;
    void set_targets(const Targets& targets);

private:
    void configure(const PortConfig& config, const DevicePlan& plan, rte_mempool& pool);
    void discard_received();

    // In the order of construction: the device goes first, the lock last.
    std::string name_;
    std::unique_ptr<InterfaceLock> lock_;
    std::unique_ptr<Steering> steering_;
    std::unique_ptr<KernelSide> kernel_;
    std::unique_ptr<Device> owner_;
    std::uint16_t device_ = RTE_MAX_ETHPORTS;
    MacAddr mac_{};
    std::uint16_t receive_queues_ = 0;
    DeviceBuffers buffers_;
    bool nic_ = false;
    bool slow_link_ = false;
    bool chains_ = false;
    bool checks_ipv4_ = false;
};

}  // namespace weir

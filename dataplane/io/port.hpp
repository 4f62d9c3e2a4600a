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

class XdpSteering;  // the XDP program of an af_xdp port

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
    bool link_up() const noexcept;                     // control thread
    std::optional<BitsPerSecond> speed() const;
    DeviceCounters counters() const;

    // What of the traffic on this interface is weir's: for AF_XDP ports tells the XDP program,
    // elsewhere does nothing. Called before the first snapshot that needs it and after the last
    // (control thread).
    struct Targets {
        std::vector<Ipv4Prefix> ipv4;  // our addresses (/32), steered prefixes, SIDs' routes
        std::vector<Ipv6Prefix> ipv6;
    };
    void set_targets(const Targets& targets);

private:
    std::string name_;
    std::uint16_t device_ = RTE_MAX_ETHPORTS;
    std::string vdev_;  // removed again on destruction; empty for PCI
    MacAddr mac_{};
    std::uint16_t receive_queues_ = 0;
    bool chains_ = false;
    bool checks_ipv4_ = false;
    std::unique_ptr<class InterfaceLock> lock_;
    std::unique_ptr<XdpSteering> xdp_;
};

}  // namespace weir

#include "dataplane/io/port.hpp"

#include <fmt/format.h>
#include <rte_errno.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "dataplane/base/error.hpp"
#include "dataplane/io/descriptors.hpp"
#include "dataplane/io/device.hpp"
#include "dataplane/io/device_plan.hpp"
#include "dataplane/io/dpdk_log.hpp"
#include "dataplane/io/interface_lock.hpp"
#include "dataplane/io/kernel_side.hpp"
#include "dataplane/io/leaks_of_others.hpp"
#include "dataplane/io/runtime_directory.hpp"
#include "dataplane/io/tap_mtu.hpp"
#include "dataplane/io/xdp/limits.hpp"
#include "dataplane/io/xdp/steering.hpp"

namespace weir {
namespace {

constexpr std::uint32_t vdev_ring_packets = 1024;

[[noreturn]] void refuse(const PortConfig& config, const std::string& why) {
    throw Error{ExitCode::device, fmt::format("port {} ({}): {}", config.name, config.device, why)};
}

void check(const PortConfig& config, const DevicePlan& plan, const std::string& what, int result) {
    if (result < 0)
        refuse(config, fmt::format("{}: {}{}{}", what, rte_strerror(std::abs(result)), dpdk_says(),
                                   way_out(plan)));
}

// The MTU that DPDK is told. Some drivers name a limit that they do not have (docs/nics.md); with
// those the true one was checked when the device was planned.
std::uint16_t mtu_for(const PortConfig& config, const DevicePlan& plan,
                      const rte_eth_dev_info& info) {
    const std::uint32_t overhead = info.max_mtu != UINT16_MAX && info.max_rx_pktlen > info.max_mtu
                                       ? info.max_rx_pktlen - info.max_mtu
                                       : RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
    const std::uint32_t most = std::min<std::uint32_t>(info.max_mtu, info.max_rx_pktlen - overhead);
    if (config.mtu <= most) return config.mtu;
    if (!plan.mtu_is_ours)
        refuse(config, fmt::format("mtu {} is above {}, the most this device takes: set mtu = {}",
                                   config.mtu, most, most));
    return static_cast<std::uint16_t>(most);
}

rte_eth_conf device_configuration(const PortConfig& config, const DevicePlan& plan,
                                  const rte_eth_dev_info& info, std::uint16_t frame_room) {
    rte_eth_conf conf{};
    conf.rxmode.mtu = mtu_for(config, plan, info);
    if (!std::holds_alternative<TapDevice>(plan.device))  // which would sum each packet in software
        conf.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM;
    if (config.mtu + RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN > frame_room && !plan.chains_unasked) {
        const auto fits = frame_room - RTE_ETHER_HDR_LEN - RTE_VLAN_HLEN;
        if ((info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER) == 0)
            refuse(config, fmt::format("mtu {} takes more than one buffer and this device cannot "
                                       "chain them: set mtu = {}",
                                       config.mtu, fits));
        conf.rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER;
    }
    conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
    // A TAP claims hashes that cost it a filter per queue; the kernel spreads its flows anyway.
    if (plan.bus == "pci" && plan.receive_queues > 1) {
        conf.rx_adv_conf.rss_conf.rss_hf =
            (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP) & info.flow_type_rss_offloads;
        if (conf.rx_adv_conf.rss_conf.rss_hf != 0) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    }
    // Then the driver's interrupt writes the link's state, and to ask for it costs nothing.
    if (plan.bus == "pci" && (*info.dev_flags & RTE_ETH_DEV_INTR_LSC) != 0) conf.intr_conf.lsc = 1;
    return conf;
}

std::unique_ptr<InterfaceLock> lock_for(const DevicePlan& plan, const PortConfig& config,
                                        const NodeConfig& node) {
    const std::string key = lock_key(plan.device);
    if (key.empty()) return nullptr;
    return std::make_unique<InterfaceLock>(runtime_directory(), key, config.name, node.name);
}

// What DPDK 22.11's drivers keep of the pool (`docs/nics.md`). The rings of an AF_XDP socket are
// the driver's; a virtual device may be a ring itself, as net_ring is.
DeviceBuffers buffers_of(const DevicePlan& plan, std::uint32_t receive, std::uint32_t transmit) {
    struct Ask {
        std::uint32_t receive, transmit;
        DeviceBuffers operator()(const PciDevice&) const { return {receive, transmit}; }
        DeviceBuffers operator()(const AfXdpDevice&) const {
            return {receive, std::max(transmit, xdp_ring_packets)};
        }
        DeviceBuffers operator()(const AfPacketDevice&) const { return {}; }
        DeviceBuffers operator()(const TapDevice&) const { return {}; }
        DeviceBuffers operator()(const MemifDevice&) const { return {}; }
        DeviceBuffers operator()(const VdevDevice&) const {
            const std::uint32_t most = receive + std::max(transmit, vdev_ring_packets);
            return {receive, most};
        }
    };
    return std::visit(Ask{receive, transmit}, plan.device);
}

// The kernel frees the queue of a closed AF_XDP socket a little later (net/xdp/xsk_buff_pool.c,
// xp_put_pool), so one that was closed just now, or killed, may still be in the way.
template <class Setup>
int set_up_receive_queue(const DevicePlan& plan, Setup setup) {
    using namespace std::chrono_literals;
    if (!std::holds_alternative<AfXdpDevice>(plan.device)) return setup();
    const LeaksOfOthers driver;  // 22.11 frees neither its UMEM nor its program
    int result = setup();
    for (const auto pause : {100ms, 300ms}) {
        if (result == 0) break;
        std::this_thread::sleep_for(pause);
        result = setup();
    }
    return result;
}

MacAddr device_mac(std::uint16_t device) {
    rte_ether_addr address{};
    rte_eth_macaddr_get(device, &address);
    MacAddr mac{};
    std::memcpy(mac.octets.data(), address.addr_bytes, mac.octets.size());
    return mac;
}

}  // namespace

Port::Port(const PortConfig& config, const NodeConfig& node, unsigned workers, rte_mempool& pool)
    : name_{config.name} {
    const auto frame_room =
        static_cast<std::uint16_t>(rte_pktmbuf_data_room_size(&pool) - packet_headroom);
    DevicePlan plan = plan_device(config, node, workers, frame_room);
    lock_ = lock_for(plan, config, node);
    std::optional<MacAddr> kernel_mac;
    if (const auto* tap = std::get_if<TapDevice>(&plan.device)) {
        // The kernel's end of the wire is not ours: two MACs, or both would have one link-local
        // address. An interface that was there before keeps its own.
        const auto before = KernelInterface::find(tap->interface);
        kernel_mac = before ? before->mac() : stable_mac(node.name, config.name, 1);
    }
    if (plan.interface) kernel_ = std::make_unique<KernelSide>(*plan.interface, config.mtu);
    const std::set<int> before = open_descriptors();
    steering_ = Steering::make(plan, config.name, pool);
    owner_ = std::make_unique<Device>(plan, config.name);
    device_ = owner_->id();
    configure(config, plan, pool);
    mac_ = device_mac(device_);
    if (steering_) steering_->adopt(before, mac_);
    if (steering_) kernel_->watch(steering_->sockets(), plan.device);
    owner_->start(plan, config.name);
    if (std::holds_alternative<AfPacketDevice>(plan.device)) discard_received();
    // Only now, because the start of a TAP gives the kernel's end the port's MAC.
    if (const auto* tap = std::get_if<TapDevice>(&plan.device))
        if (const auto interface = KernelInterface::find(tap->interface)) {
            interface->set_mac(*kernel_mac);
            kernel_ = std::make_unique<KernelSide>(*interface, config.mtu);
        }
    // Neighbour solicitations come to groups. (Of kernel interfaces, KernelSide sees to it.)
    if (!kernel_) rte_eth_allmulticast_enable(device_);
    nic_ = plan.bus == "pci";
}

Port::~Port() = default;

void Port::configure(const PortConfig& config, const DevicePlan& plan, rte_mempool& pool) {
    rte_eth_dev_info info{};
    check(config, plan, "the device tells nothing of itself", rte_eth_dev_info_get(device_, &info));
    const auto frame_room =
        static_cast<std::uint16_t>(rte_pktmbuf_data_room_size(&pool) - packet_headroom);
    const rte_eth_conf conf = device_configuration(config, plan, info, frame_room);

    receive_queues_ = std::min(plan.receive_queues, info.max_rx_queues);
    if (config.receive_queues > info.max_rx_queues)
        refuse(config, fmt::format("{} receive queues asked, {} supported", config.receive_queues,
                                   info.max_rx_queues));
    const std::uint16_t transmit_queues = plan.paired ? receive_queues_ : std::uint16_t{1};
    std::uint16_t receive_descriptors = plan.receive_descriptors;
    std::uint16_t transmit_descriptors = plan.transmit_descriptors;
    check(config, plan, "the device cannot be configured",
          rte_eth_dev_configure(device_, receive_queues_, transmit_queues, &conf));
    if (std::holds_alternative<TapDevice>(plan.device) && conf.rxmode.mtu < config.mtu &&
        !raise_tap_mtu(device_, config.mtu))
        refuse(config, fmt::format("mtu {} is above {}, the most this DPDK's TAP driver sends: set "
                                   "mtu = {}",
                                   config.mtu, conf.rxmode.mtu, conf.rxmode.mtu));
    check(config, plan, "the device has no rings of that size",
          rte_eth_dev_adjust_nb_rx_tx_desc(device_, &receive_descriptors, &transmit_descriptors));
    const int socket = rte_eth_dev_socket_id(device_);
    const auto socket_id =
        socket < 0 ? static_cast<unsigned>(SOCKET_ID_ANY) : static_cast<unsigned>(socket);
    rte_eth_rxconf receive = info.default_rxconf;
    receive.offloads = conf.rxmode.offloads;
    rte_eth_txconf transmit = info.default_txconf;
    transmit.offloads = conf.txmode.offloads;
    for (std::uint16_t q = 0; q < receive_queues_; ++q)
        check(config, plan, fmt::format("receive queue {} cannot be set up", q),
              set_up_receive_queue(plan, [&] {
                  return rte_eth_rx_queue_setup(device_, q, receive_descriptors, socket_id,
                                                &receive, &pool);
              }));
    for (std::uint16_t q = 0; q < transmit_queues; ++q)
        check(config, plan, fmt::format("transmit queue {} cannot be set up", q),
              rte_eth_tx_queue_setup(device_, q, transmit_descriptors, socket_id, &transmit));
    buffers_ = buffers_of(plan, std::uint32_t{receive_queues_} * receive_descriptors,
                          std::uint32_t{transmit_queues} * transmit_descriptors);
    slow_link_ = plan.bus == "pci" && conf.intr_conf.lsc == 0;
    chains_ = (conf.txmode.offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS) != 0;
    checks_ipv4_ = (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM) != 0;
}

// What an unfiltered socket took before it had its filter is not ours.
void Port::discard_received() {
    Packet* packets[32];
    for (std::uint16_t queue = 0; queue < receive_queues_; ++queue)
        while (const std::uint16_t n = receive(queue, packets)) rte_pktmbuf_free_bulk(packets, n);
}

bool Port::link_up() const noexcept {
    if (kernel_) return kernel_->interface().running();
    rte_eth_link link{};
    return rte_eth_link_get_nowait(device_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

std::optional<BitsPerSecond> Port::speed() const {
    if (kernel_ && steering_) return kernel_->interface().speed();
    if (!nic_) return {};  // what a virtual device says of its speed is made up
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(device_, &link) < 0 || link.link_speed == 0) return {};
    return BitsPerSecond{std::uint64_t{link.link_speed} * 1'000'000};
}

DeviceCounters Port::counters() const {
    rte_eth_stats stats{};
    rte_eth_stats_get(device_, &stats);
    DeviceCounters counters{stats.ipackets, stats.ibytes, stats.opackets, stats.obytes, {}};
    if (kernel_) {
        counters.missed = kernel_->missed();
    } else {
        counters.missed = {
            {"ring_full", stats.imissed}, {"no_buffer", stats.rx_nombuf}, {"error", stats.ierrors}};
    }
    return counters;
}

void Port::set_targets(const Targets& targets) {
    if (steering_) steering_->set_targets(targets);
}

}  // namespace weir

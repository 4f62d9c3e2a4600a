#include "dataplane/io/device_plan.hpp"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "dataplane/base/error.hpp"
#include "dataplane/io/packet.hpp"
#include "dataplane/io/pci_sysfs.hpp"
#include "dataplane/io/xdp/limits.hpp"

namespace weir {
namespace {

// TPACKET_V2 puts 66 bytes before the frame, in frames of 2,048 that must not exceed a buffer.
constexpr std::uint16_t packet_ring_frame = 2048;
constexpr std::uint16_t packet_ring_mtu = packet_ring_frame - 66 - 14;
constexpr std::uint16_t max_packet_ring = 1024;

class Planner {
public:
    Planner(const PortConfig& config, const NodeConfig& node, unsigned workers,
            std::uint16_t frame_room)
        : config_{config}, node_{node}, frame_room_{frame_room} {
        plan_.device = parse_device(config.device);
        plan_.bus = "vdev";
        const unsigned wanted = config.receive_queues != 0 ? config.receive_queues : workers;
        plan_.receive_queues = static_cast<std::uint16_t>(std::clamp(wanted, 1U, 128U));
        plan_.receive_descriptors = config.receive_descriptors;
        plan_.transmit_descriptors = config.transmit_descriptors;
    }

    DevicePlan plan() {
        std::visit([this](const auto& device) { plan_for(device); }, plan_.device);
        return std::move(plan_);
    }

private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error{ExitCode::device,
                    fmt::format("port {} ({}): {}", config_.name, config_.device, why)};
    }

    std::string own_name(const char* driver) const {
        static std::atomic<unsigned> next{0};
        return fmt::format("{}_weir{}", driver, next.fetch_add(1));
    }

    KernelInterface existing(const std::string& name) const {
        if (const auto interface = KernelInterface::find(name)) {
            if (interface->ethernet()) return *interface;
            refuse(
                fmt::format("interface {} is not an Ethernet: \"weir --devices\" lists those "
                            "that are",
                            name));
        }
        std::string there;
        for (const auto& interface : KernelInterface::all())
            if (interface.ethernet()) there += (there.empty() ? "" : ", ") + interface.name();
        refuse(
            fmt::format("there is no interface {} in this network namespace; there {}: "
                        "\"weir --devices\" says more",
                        name, there.empty() ? "is none at all" : "are " + there));
    }

    void require(int capability, const char* name) const {
        if (!has_capability(capability))
            refuse(
                fmt::format("{} is missing: run weir as root, or \"setcap "
                            "cap_net_admin,cap_net_raw,cap_bpf,cap_ipc_lock=ep\" on it",
                            name));
    }

    void plan_for(const PciDevice& pci) {
        plan_.bus = "pci";
        plan_.name = pci.address;
        require_bound_to_dpdk(pci.address);
    }

    void plan_for(const AfXdpDevice& xdp) {
        plan_.interface = existing(xdp.interface);
        require(CAP_NET_ADMIN, "CAP_NET_ADMIN");
        require(CAP_NET_RAW, "CAP_NET_RAW");
        require(CAP_BPF, "CAP_BPF");
        check_xdp_mtu();
        plan_for_queues_of(*plan_.interface);
        plan_.paired = true;
        plan_.mtu_is_ours = true;
        plan_.receive_descriptors = std::bit_ceil(plan_.receive_descriptors);
        plan_.name = own_name("net_af_xdp");
        // Copied, because a zero-copy socket loses each packet whose buffer crosses two pages that
        // do not lie side by side (net/xdp, xp_desc_crosses_non_contig_pg), and the driver lays
        // them so. Then nothing has to be woken to receive, and an empty poll needs no system call.
        plan_.arguments = fmt::format("iface={},queue_count={},force_copy=1,busy_budget=0",
                                      xdp.interface, plan_.receive_queues);
    }

    // A socket takes one queue; what the NIC spreads over queues without one goes to the kernel.
    void plan_for_queues_of(const KernelInterface& interface) {
        const unsigned queues = interface.receive_queues();
        const unsigned polled =
            std::min<unsigned>(plan_.receive_queues, interface.combined_queues());
        if (queues > polled)
            refuse(fmt::format(
                "{} spreads its packets over {} receive queues and weir polls {}, so "
                "the others would pass it by: \"{}\"",
                interface.name(), queues, polled, interface.set_queues_command(polled)));
        plan_.receive_queues = static_cast<std::uint16_t>(queues);
    }

    void check_xdp_mtu() const {
        if (config_.mtu > xdp_driver_mtu)
            refuse(
                fmt::format("mtu {} is above {}, where DPDK's AF_XDP driver ends because a frame "
                            "lies in one page: set mtu = {} or less, or take another device",
                            config_.mtu, xdp_driver_mtu, xdp_max_mtu));
        if (config_.mtu > xdp_max_mtu)
            refuse(
                fmt::format("mtu {} is above {}, what is left of a page for an AF_XDP frame: set "
                            "mtu = {} or less",
                            config_.mtu, xdp_max_mtu, xdp_max_mtu));
        if (config_.mtu + xdp_frame_overhead + xdp_headroom > frame_room_)
            refuse(fmt::format("mtu {} needs packet buffers of {} bytes, and the pool's have {}",
                               config_.mtu, config_.mtu + xdp_frame_overhead + xdp_headroom,
                               frame_room_));
    }

    void plan_for(const AfPacketDevice& packet) {
        plan_.interface = existing(packet.interface);
        require(CAP_NET_RAW, "CAP_NET_RAW");
        if (config_.mtu > packet_ring_mtu)
            refuse(
                fmt::format("mtu {} is above {}, what fits a packet socket's frame of one "
                            "buffer: set mtu = {} or less, or use af_xdp",
                            config_.mtu, packet_ring_mtu, packet_ring_mtu));
        plan_.mtu_is_ours = true;
        const unsigned frames = std::min(max_packet_ring, std::bit_ceil(plan_.receive_descriptors));
        plan_.name = own_name("net_af_packet");
        plan_.arguments = fmt::format(
            "iface={},qpairs={},framesz={},blocksz=65536,framecnt={},qdisc_bypass=1",
            packet.interface, plan_.receive_queues, packet_ring_frame, std::max(frames, 32U));
    }

    void plan_for(const TapDevice& tap) {
        require(CAP_NET_ADMIN, "CAP_NET_ADMIN");
        if (access("/dev/net/tun", R_OK | W_OK) < 0)
            refuse(
                fmt::format("/dev/net/tun cannot be opened: {}: \"modprobe tun\", and give this "
                            "user access to it",
                            std::strerror(errno)));
        const auto taken = KernelInterface::find(tap.interface);
        if (taken && taken->driver() != "tun")
            refuse(
                fmt::format("there is an interface {} already, driven by {}: give the TAP "
                            "another name",
                            tap.interface, taken->driver()));
        plan_.mac = stable_mac(node_.name, config_.name, 0);
        plan_.paired = true;
        plan_.mtu_is_ours = true;
        // A packet is one readv() over as many buffers: a ring there is none.
        plan_.receive_descriptors = static_cast<std::uint16_t>(config_.mtu / 2048 + 2);
        plan_.receive_queues = std::min<std::uint16_t>(plan_.receive_queues, 16);
        plan_.name = own_name("net_tap");
        plan_.arguments = fmt::format("iface={},mac={}", tap.interface, to_string(*plan_.mac));
    }

    void plan_for(const MemifDevice& memif) {
        plan_.mac = stable_mac(node_.name, config_.name, 0);
        plan_.mtu_is_ours = true;
        plan_.chains_unasked = true;
        // Its peer fills one ring per transmit queue of its own; ask for more by receive_queues.
        if (config_.receive_queues == 0) plan_.receive_queues = 1;
        const auto socket =
            memif.abstract ? memif.socket : std::filesystem::absolute(memif.socket).string();
        if (memif.server && !memif.abstract) remove_dead_socket(socket);
        const int log2_ring = std::clamp(
            static_cast<int>(std::bit_width(std::max(1U, 0U + plan_.receive_descriptors) - 1U)), 6,
            14);
        plan_.name = own_name("net_memif");
        plan_.arguments =
            fmt::format("role={},id={},socket={},socket-abstract={},rsize={},mac={}",
                        memif.server ? "server" : "client", memif.id, socket,
                        memif.abstract ? "yes" : "no", log2_ring, to_string(*plan_.mac));
    }

    // A killed server leaves its socket behind, and nobody can bind over it.
    void remove_dead_socket(const std::string& path) const {
        const int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        const bool dead =
            connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 &&
            errno == ECONNREFUSED;
        close(fd);
        if (dead) unlink(path.c_str());
    }

    void plan_for(const VdevDevice& vdev) {
        plan_.name = vdev.name;
        plan_.arguments = vdev.arguments;
        plan_.chains_unasked = true;
    }

    const PortConfig& config_;
    const NodeConfig& node_;
    std::uint16_t frame_room_;
    DevicePlan plan_;
};

}  // namespace

DevicePlan plan_device(const PortConfig& config, const NodeConfig& node, unsigned workers,
                       std::uint16_t frame_room) {
    return Planner{config, node, workers, frame_room}.plan();
}

std::string way_out(const DevicePlan& plan) {
    if (std::holds_alternative<AfXdpDevice>(plan.device))
        return fmt::format(
            ": \"ss --xdp -p\" shows who else has its queue, and device = "
            "\"af_packet:{}\" does without XDP",
            plan.interface->name());
    if (std::holds_alternative<VdevDevice>(plan.device))
        return ": check its name and arguments against DPDK's \"Network Interface Controller "
               "Drivers\"";
    return ": \"dmesg | tail\" may say more";
}

MacAddr stable_mac(const std::string& node, const std::string& port, unsigned salt) {
    std::uint64_t hash = 0xcbf29ce484222325 ^ salt;  // FNV-1a
    for (const char c : fmt::format("{}\n{}", node, port))
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    MacAddr mac{{0x02}};
    for (std::size_t i = 1; i < 6; ++i) mac.octets[i] = static_cast<std::uint8_t>(hash >> (8 * i));
    return mac;
}

}  // namespace weir

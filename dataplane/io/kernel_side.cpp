#include "dataplane/io/kernel_side.hpp"

#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace weir {

KernelSide::KernelSide(const KernelInterface& interface, std::uint16_t mtu)
    : interface_{interface}, dropped_at_start_{interface.transmit_dropped()} {
    if (interface_.mtu() != mtu) interface_.set_mtu(mtu);
    if (!interface_.up()) interface_.set_up();
    // A packet socket of protocol 0 receives nothing; its membership ends with it, even by SIGKILL.
    membership_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    packet_mreq request{};
    request.mr_ifindex = static_cast<int>(interface_.index());
    request.mr_type = PACKET_MR_ALLMULTI;
    setsockopt(membership_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
}

KernelSide::~KernelSide() {
    if (membership_ >= 0) close(membership_);
}

void KernelSide::watch(std::vector<int> sockets, const DeviceString& device) {
    sockets_ = std::move(sockets);
    xdp_ = std::holds_alternative<AfXdpDevice>(device);
    packet_ = std::holds_alternative<AfPacketDevice>(device);
    // The kernel's own transmissions are no arrivals.
    for (const int fd : sockets_)
        if (const int on = 1; packet_)
            setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on);
}

std::uint64_t KernelSide::packet_drops() const {
    const std::lock_guard lock{mutex_};
    for (const int fd : sockets_) {
        tpacket_stats stats{};
        socklen_t size = sizeof stats;
        if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
            packet_drops_ += stats.tp_drops;
    }
    return packet_drops_;
}

std::vector<DeviceCounters::Missed> KernelSide::missed() const {
    if (packet_) return {{"ring_full", packet_drops()}};
    if (!xdp_) return {{"ring_full", interface_.transmit_dropped() - dropped_at_start_}};
    // In copy mode `rx_dropped` is a frame that found no free buffer or fitted none.
    std::uint64_t full = 0;
    std::uint64_t no_buffer = 0;
    for (const int fd : sockets_) {
        xdp_statistics stats{};
        socklen_t size = sizeof stats;
        if (getsockopt(fd, SOL_XDP, XDP_STATISTICS, &stats, &size) < 0) continue;
        full += stats.rx_ring_full;
        no_buffer += stats.rx_dropped;
    }
    return {{"ring_full", full}, {"no_buffer", no_buffer}};
}

}  // namespace weir

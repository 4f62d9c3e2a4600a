#pragma once
// The kernel interface behind an af_xdp, af_packet or tap port: its state, the multicast it must
// let in, and the packets it lost before the device saw them.
#include <cstdint>
#include <mutex>
#include <vector>

#include "dataplane/io/device_plan.hpp"
#include "dataplane/io/port.hpp"

namespace weir {

class KernelSide {
public:
    // Brings the interface up with the port's MTU, and with all multicast groups let in for as long
    // as this object lives (neighbour solicitations for our addresses go to groups that the kernel
    // has not joined). Throws Error{device}.
    KernelSide(const KernelInterface& interface, std::uint16_t mtu);
    ~KernelSide();
    KernelSide(const KernelSide&) = delete;
    KernelSide& operator=(const KernelSide&) = delete;

    const KernelInterface& interface() const { return interface_; }
    // The sockets that the driver opened on the interface; none for a TAP.
    void watch(std::vector<int> sockets, const DeviceString& device);
    std::vector<DeviceCounters::Missed> missed() const;
    const std::vector<int>& sockets() const { return sockets_; }

private:
    std::uint64_t packet_drops() const;

    KernelInterface interface_;
    int membership_ = -1;
    std::vector<int> sockets_;
    bool xdp_ = false;
    bool packet_ = false;
    std::uint64_t dropped_at_start_ = 0;
    mutable std::mutex mutex_;  // PACKET_STATISTICS forgets what it told
    mutable std::uint64_t packet_drops_ = 0;
};

}  // namespace weir

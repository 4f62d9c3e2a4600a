#pragma once
// What of a shared interface's traffic goes to weir: two maps of prefixes in the kernel, read by
// the XDP program of an af_xdp port or by the socket filter of an af_packet port. The XDP program
// is loaded and attached by DPDK's driver, from memory; the maps are found among the descriptors
// that the driver opened, and so need no privilege beyond its own.
#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dataplane/io/device_plan.hpp"
#include "dataplane/io/targets.hpp"

struct rte_mempool;
struct bpf_object;

namespace weir {

class Steering {
public:
    // Null for a device that is all weir's. For af_xdp: makes room on the interface (see
    // make_room_for_xdp) and adds the program to `plan.arguments`. Throws Error{device}.
    static std::unique_ptr<Steering> make(DevicePlan& plan, const std::string& port,
                                          const rte_mempool& pool);
    // After the device: closes what its driver forgot, which otherwise keeps the queue bound.
    ~Steering();
    Steering(const Steering&) = delete;
    Steering& operator=(const Steering&) = delete;

    // Once the device has its queues: takes hold of the maps. `before`: the descriptors that were
    // open before it was made. Nothing is weir's until set_targets().
    void adopt(const std::set<int>& before, const MacAddr& mac);
    // Frames to an address that the host itself has stay the kernel's, but for an address that is
    // literally in `targets` and not link-local.
    void set_targets(const Targets& targets);
    const std::vector<int>& sockets() const { return sockets_; }

private:
    explicit Steering(const std::string& port) : port_{port} {}
    void adopt_xdp(const std::set<int>& before);
    void adopt_packet();

    // Key of a map (target_maps.h), of which the IPv4 one has 8 bytes; what is said of it.
    using Entries = std::map<std::array<unsigned char, 20>, unsigned>;
    void replace(int map, Entries& now, Entries wanted);

    std::string port_;
    bool xdp_ = false;
    int program_file_ = -1;         // af_xdp: the object, for the driver to load
    bpf_object* filter_ = nullptr;  // af_packet
    std::vector<int> sockets_;
    // Descriptors to close after the device, if they are still what they were.
    std::map<int, std::string> forgotten_;
    int ipv4_map_ = -1;
    int ipv6_map_ = -1;
    int port_map_ = -1;
    Entries ipv4_;
    Entries ipv6_;
};

}  // namespace weir

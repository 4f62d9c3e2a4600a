#pragma once
// What the stage benchmarks forward: two ports, 10 policies of 3 segments, 1,000 flows, 4,096
// buffers in circulation; and the loop that measures one burst as a worker would run it.
#include <rte_cycles.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/bed.hpp"

namespace weir::bench {

struct Scale {
    unsigned policies = 10;
    unsigned sids = 3;
    unsigned routes = 4;
    unsigned flows = 1000;
    unsigned destinations = 1000;
    unsigned slices = 0;   // of the policies, in turn; 0: best effort takes all
    unsigned queues = 64;  // of each
};

Config scene(const Scale& scale);

inline constexpr PortId lan{0}, wan{1};

// 64-byte frames (60 without FCS) of `flows` flows spread over the policies: UDP over IPv4 or IPv6.
std::vector<test::Frame> plain_frames(const Scale& scale, bool ipv6);
// SRv6 frames with two segments, the active one `sid` of ours; IPv4 or IPv6 inside.
std::vector<test::Frame> srv6_frames(const Scale& scale, const std::string& sid, bool last,
                                     bool ipv6);
// IPv6 to routed prefixes, no SRH, in at the wan port.
std::vector<test::Frame> routed_frames(const Scale& scale);

// As a device would leave it.
void put(Packet& packet, const test::Frame& frame);

// Buffers that go round in order, so that each is as cold as 4,096 others make it.
class Circulation {
public:
    Circulation(rte_mempool& pool, std::size_t buffers);
    ~Circulation();
    // 32 buffers filled with the next frames.
    std::span<Packet*> refill(const std::vector<test::Frame>& frames);
    void give_back(std::span<Packet*> packets);

private:
    std::vector<Packet*> ring_;
    std::size_t next_ = 0;
    std::size_t frame_ = 0;
    std::vector<Packet*> burst_;
};

// Cycles per packet of `work` on bursts of 32, from receive's return to transmit's call: the median
// burst, over enough bursts for several rounds of all buffers.
double cycles_per_packet(Circulation& circulation, const std::vector<test::Frame>& frames,
                         const std::function<void(std::span<Packet*>)>& work,
                         const std::function<void()>& after);

// TSC cycles in which the core makes one of its own now: additions of which each waits for the one
// before. Machines for rent change it within seconds, the TSC does not.
double tsc_per_core_cycle();

// The main() of a benchmark: an Eal with so much memory and, as what ships has them, huge pages
// where there are some (with small ones the reference loop alone waits 12 cycles for address
// translation).
int main_of(Bytes memory, void (*run)());

}  // namespace weir::bench

#pragma once
// The rings between threads. Each has one producer and one consumer for the life of a Node.
#include <memory>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/spsc_ring.hpp"
#include "dataplane/io/packet.hpp"

namespace weir {

using PacketRing = SpscRing<Packet*>;

struct NeighborAsk {
    PortId port{};
    Ipv6Addr address;  // IPv4 mapped
};

// Between one worker and the control thread.
struct ControlRings {
    PacketRing punts{1024};     // worker -> control: protocol, ICMP errors due
    PacketRing resolves{1024};  // worker -> control: packets without a MAC; apart, so that a burst
                                // to an unknown neighbor does not keep its ARP reply out
    PacketRing injects{4096};   // control -> worker
    SpscRing<NeighborAsk> asks{
        64};  // worker -> control: next hops that packets wait for at a way out
};

// Between workers: ring[from][to], present only where from != to. A Node has two: for frames that
// are ready for their port, and for packets as they came (Spreader).
class Handoffs {
public:
    static constexpr std::size_t capacity = 4096;
    explicit Handoffs(std::size_t workers) : workers_{workers}, rings_(workers * workers) {
        for (std::size_t i = 0; i < rings_.size(); ++i)
            if (i / workers != i % workers) rings_[i] = std::make_unique<PacketRing>(capacity);
    }
    // Null where both are the same worker.
    PacketRing* ring(WorkerId from, WorkerId to) const {
        return rings_[index(from) * workers_ + index(to)].get();
    }
    // Those that end at this worker.
    std::vector<PacketRing*> to(WorkerId worker) const {
        std::vector<PacketRing*> all;
        for (std::size_t from = 0; from < workers_; ++from)
            if (PacketRing* it = ring(static_cast<WorkerId>(from), worker)) all.push_back(it);
        return all;
    }
    std::size_t workers() const { return workers_; }

private:
    std::size_t workers_;
    std::vector<std::unique_ptr<PacketRing>> rings_;
};

}  // namespace weir

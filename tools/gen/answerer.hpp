#pragma once
// Answers ARP and ND for our addresses on one port, and finds a gateway's MAC, with the resolver
// that weir itself uses. The thread that receives on the port calls hear() and tick(), the one that
// transmits calls speak(); they may be two.
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "dataplane/base/spsc_ring.hpp"
#include "dataplane/control/resolver.hpp"
#include "dataplane/io/port.hpp"
#include "tools/gen/obedience.hpp"

namespace weir {

struct OwnAddresses {
    std::vector<Ipv4Prefix> ipv4;  // with the length of their subnet
    std::vector<Ipv6Prefix> ipv6;
};

class Answerer {
public:
    Answerer(Port& port, rte_mempool& pool, const MacAddr& mac, const OwnAddresses& own,
             std::uint64_t ticks_per_second);
    ~Answerer();
    Answerer(const Answerer&) = delete;
    Answerer& operator=(const Answerer&) = delete;

    // Begins to ask for the MAC of `gateway`, once.
    void ask_for(const std::variant<Ipv4Addr, Ipv6Addr>& gateway);
    std::optional<MacAddr> gateway_mac() const;

    // Whether `frame` was ARP, ND or, where somebody obeys it, MAC control. `now` in ticks.
    bool hear(std::span<const std::byte> frame, std::uint64_t now);
    // Receives what waits on the port and hears it: for a port that nobody else reads.
    void listen(std::uint64_t now);
    void tick(std::uint64_t now);
    // What it hears of pauses goes there, from now on.
    void obey_by(Obedience& obedience) { obedience_ = &obedience; }
    void speak();

private:
    Instant instant(std::uint64_t at) const;
    void hand_over(const ResolverOutput& out);

    Port& port_;
    rte_mempool& pool_;
    std::uint64_t ticks_per_second_;
    NeighborTable table_{64};
    Resolver resolver_{table_, {}};
    std::optional<NeighborId> gateway_;
    SpscRing<Packet*> frames_{64};
    Obedience* obedience_ = nullptr;
};

}  // namespace weir

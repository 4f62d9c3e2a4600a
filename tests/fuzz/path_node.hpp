#pragma once
// A Bed of the packet path's target: it knows several configurations, says after each step whether
// every packet is accounted for, and is as it was made again after each input.
#include <optional>
#include <utility>
#include <vector>

#include "dataplane/worker/cut.hpp"
#include "tests/support/bed.hpp"

namespace weir::fuzz {

class Node {
public:
    // The first of `configs` is where each input begins.
    Node(const std::vector<Config>& configs, std::uint32_t buffers, bool devices_take_chains,
         std::size_t workers);

    // The law of each step: what came, and what was held before it, ended in exactly one way or is
    // held now; all books close; no buffer is out but of those that are held, here and by control.
    void close(const test::Outcome& outcome, std::size_t came, std::size_t held_by_control = 0);

    test::Outcome reload(std::size_t which) {
        stirred_ = true;
        current_ = which % snapshots_.size();
        return bed.adopt(snapshots_[current_]);
    }
    const Config& config() const { return *bed.snapshot().config; }
    void set_link(PortId port, bool up) {
        stirred_ = true;
        bed.egress(port).set_link(up, bed.now);
    }
    // Most that the device of this port takes in one loop.
    void limit(PortId port, std::size_t most) {
        stirred_ = true;
        bed.takes(port) = most;
    }
    // Gateways that configurations name, and whoever answered since.
    void forget(std::size_t which);
    void answer(std::size_t which);
    void answer(const NeighborAsk& ask);

    // Ends with what is held, and begins anew.
    void rest();

    test::Bed bed;

private:
    struct Gateway {
        NeighborId id;
        std::optional<MacAddr> mac;  // at first
    };
    std::size_t walk(std::size_t held_by_control);  // audits, and says how many it holds

    std::vector<std::shared_ptr<const Snapshot>> snapshots_;
    std::size_t current_ = 0;
    std::vector<Gateway> gateways_;
    std::vector<NeighborId> answered_;  // who is no gateway
    std::vector<OwnedPort> ports_;
    Cut cut_;
    std::size_t held_ = 0;
    bool stirred_ = false;  // something happened, or was held: rest() has work
};

}  // namespace weir::fuzz

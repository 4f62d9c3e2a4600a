#include "tests/fuzz/path_node.hpp"

#include "dataplane/control/compile.hpp"
#include "tests/fuzz/target.hpp"

namespace weir::fuzz {
namespace {

// Longer than anything that a half remembers of its neighbors, its tokens or its rates.
constexpr Nanos rest_time{10'000'000'000};

}  // namespace

Node::Node(const std::vector<Config>& configs, std::uint32_t buffers, bool devices_take_chains,
           std::size_t workers)
    : bed{configs.front(), buffers, devices_take_chains, workers} {
    snapshots_.push_back(bed.shared_snapshot());
    for (std::size_t i = 1; i < configs.size(); ++i) snapshots_.push_back(bed.compile(configs[i]));
    // Each once, so that the first input of a process finds the same queues as the last one.
    for (std::size_t i = snapshots_.size(); i-- > 0;) reload(i);
    // A gateway that nobody has a MAC of yet.
    const NeighborId unknown = bed.neighbors().find(PortId{2}, parse_ipv6("fd00:8::2").value());
    bed.neighbors().clear_mac(unknown);
    for (const auto& [port, address] : gateways_of(configs.front())) {
        const NeighborId id = bed.neighbors().find(port, address);
        gateways_.push_back({id, bed.neighbors().mac(id)});
    }
    for (std::size_t i = 0; i < configs.front().ports.size(); ++i)
        ports_.push_back({static_cast<PortId>(i), &bed.egress(static_cast<PortId>(i))});
    cut_.slices.reserve(ports_.size() * slice_rows);
}

// Walking takes time: where all that came ended and no more and no fewer buffers are out than
// before, the same are held, and books alone tell. An input in which something happened, or was
// held, ends with a walk.
std::size_t Node::walk(std::size_t held_by_control) {
    stirred_ = true;
    take_cut(cut_, bed.shard(), ports_, bed.pool());
    require(cut_.balance.closes(), "the books of the worker do not close");
    for (const SliceBalance& it : cut_.slices)
        require(it.closes(), "the books of a slice do not close");
    require(cut_.buffers_in_use == cut_.balance.held_buffers + held_by_control,
            "a buffer was lost, or given back while it was held");
    return cut_.balance.held;
}

void Node::close(const test::Outcome& outcome, std::size_t came, std::size_t held_by_control) {
    const std::size_t ended = outcome.sent.size() + outcome.punted.size() +
                              outcome.resolves.size() + outcome.drops.size() + outcome.consumed;
    came += outcome.originated;
    const std::size_t before = held_;
    if (ended == came &&
        rte_mempool_in_use_count(&bed.pool()) == cut_.balance.held_buffers + held_by_control) {
        Balance books = balance_of(bed.shard());
        books.held = held_;
        require(books.closes(), "the books of the worker do not close");
    } else {
        held_ = walk(held_by_control);
    }
    require(ended + held_ == came + before, "a packet ended in no way, or in more than one");
    for (const auto& sent : outcome.sent) {
        require(sent.frame.size() >= 34 &&
                    sent.frame.size() <= config().ports[sent.port].mtu + std::size_t{14},
                "a frame that no port sends");
        require(bed.egress(sent.port).link_up(), "a frame was sent without a link");
    }
    if (before == 0 || held_ != 0) return;
    for (const PortCounters& port : bed.shard().ports)
        for (const IncomingCharge& it : port.charges)
            require(it.taken.read() == it.given.read(), "nothing is held, but charged");
}

void Node::forget(std::size_t which) {
    stirred_ = true;
    bed.neighbors().clear_mac(gateways_[which % gateways_.size()].id);
}

void Node::answer(std::size_t which) {
    stirred_ = true;
    const NeighborId id = gateways_[which % gateways_.size()].id;
    bed.neighbors().set_mac(id, test::Bed::neighbor_mac(static_cast<std::uint8_t>(which)));
}

void Node::answer(const NeighborAsk& ask) {
    const bool known = bed.neighbors().find(ask.port, ask.address) != no_neighbor;
    const NeighborId id = bed.neighbors().insert(ask.port, ask.address);
    if (id == no_neighbor) return;
    bed.neighbors().set_mac(id, test::Bed::neighbor_mac(0xee));
    stirred_ = true;
    if (!known) answered_.push_back(id);
}

void Node::rest() {
    if (!stirred_) return;
    if (held_ != 0) {
        std::size_t sum = 0;
        for (const OwnedPort& port : ports_) sum += port.half->held();
        require(sum == held_, "a port holds other packets than the audit finds");
        close(bed.discard(), 0);
    }
    for (const OwnedPort& port : ports_) {
        bed.takes(port.id) = SIZE_MAX;
        set_link(port.id, true);
    }
    if (current_ != 0) reload(0);
    for (const Gateway& it : gateways_) {
        const auto now = bed.neighbors().mac(it.id);
        if (now == it.mac) continue;
        it.mac ? bed.neighbors().set_mac(it.id, *it.mac) : bed.neighbors().clear_mac(it.id);
    }
    for (const NeighborId id : answered_) {
        bed.neighbors().erase(id);
        bed.neighbors().release(id);
    }
    answered_.clear();
    // That hosts may go on is said more than once.
    for (unsigned i = 0; i <= PauseSender::releases; ++i) {
        bed.now = bed.now + rest_time;
        close(bed.loop(), 0);
    }
    require(walk(0) == 0, "a packet is held behind the end");
    require(bed.blocks() == 0, "a block of a packet did not come back");
    stirred_ = false;
}

}  // namespace weir::fuzz

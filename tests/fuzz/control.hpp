#pragma once
// The control thread's half of a node for the packet path's target: gets what a Bed's pipeline
// punts, and gives back what it answers. Made anew for each input, so that an input means the same
// alone.
#include "dataplane/control/publisher.hpp"
#include "dataplane/control/slow_path.hpp"
#include "tests/fuzz/path_node.hpp"
#include "tests/fuzz/target.hpp"

namespace weir::fuzz {

class Control {
public:
    explicit Control(Node& node) : node_{node}, now_{node.bed.now} {
        for (std::size_t i = 0; i < node.config().ports.size(); ++i)
            if (!bed_.egress(static_cast<PortId>(i)).link_up())
                path_.set_link(static_cast<PortId>(i), false, now_);
        publisher_.publish(bed_.shared_snapshot());
        configure(node.config());
    }
    ~Control() {
        path_.stop();
        require(buffers_out() == 0, "control holds a packet behind the end");
        close();
        while (!publisher_.reclaim()) {
        }
    }
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    void configure(const Config& config) {
        IdVector<PortId, MacAddr> macs;
        for (std::size_t i = 0; i < config.ports.size(); ++i)
            macs.push_back(test::Bed::mac(static_cast<PortId>(i)));
        path_.configure(config, macs, now_);
    }

    // What the bed has adopted.
    void reload() {
        configure(node_.config());
        publisher_.publish(bed_.shared_snapshot());
        answer();
    }
    void set_link(PortId port, bool up) {
        path_.set_link(port, up, now_);
        answer();
    }

    // Everything that `outcome` sent here, and whatever follows from the answers.
    void take(const test::Outcome& outcome) {
        push(rings_.punts, outcome.punted);
        push(rings_.resolves, outcome.resolves);
        for (const NeighborAsk& ask : outcome.asks) rings_.asks.push(ask);
        // Each answer may need a neighbor, and that be told so: a few rounds, or it never ends.
        const std::size_t most = 8 + (outcome.punted.size() + outcome.resolves.size()) / 8;
        for (std::size_t round = 0; path_.poll(bed_.snapshot(), now_) != 0; ++round) {
            require(round < most, "control answers its own answers");
            answer();
        }
        answer();  // to those who asked
        close();
    }

    void pass(Nanos time) {
        constexpr int steps = 12;
        for (int i = 0; i < steps; ++i) {
            now_ = now_ + time / steps;
            path_.tick(now_);
            publisher_.reclaim();
            answer();
        }
        for (const NeighborView& it : path_.neighbors(now_))
            require(!it.state.empty(), "a neighbor without a state");
        close();
    }

    // Held, or on their way; none of them is a chain.
    std::size_t buffers_out() const {
        return path_.held_buffers() + rings_.punts.size() + rings_.resolves.size() +
               rings_.injects.size();
    }

private:
    // Between two packets, with nothing in the rings.
    void close() {
        Balance books = balance_of(shard_);
        books.held = path_.held();
        require(books.closes(), "the books of control do not close");
    }

    void push(PacketRing& ring, const std::vector<test::Outcome::Punted>& punted) {
        for (const auto& it : punted) {
            Packet* packet = bed_.exact(it.frame);
            punt_info(*packet) = it.info;
            // The slot is the bed's table's; here the neighbor has another, or none.
            if (it.info.punt == Punt::resolve && it.info.neighbor != no_neighbor)
                punt_info(*packet).neighbor =
                    neighbors_.find(it.info.out, bed_.neighbors().address(it.info.neighbor));
            require(ring.push(packet), "the ring to control is full");
        }
    }

    void answer() {
        Packet* packet = nullptr;
        while (rings_.injects.pop({&packet, 1}) == 1) {
            const std::size_t mtu = node_.config().ports[static_cast<PortId>(packet->port)].mtu;
            if (inject_info(*packet).inject == Inject::frame)
                require(packet->pkt_len >= 34 && packet->pkt_len <= mtu + 14,
                        "control sends a frame that no port sends");
            const test::Outcome outcome = bed_.inject(packet);
            node_.close(outcome, 1, buffers_out());
            push(rings_.punts, outcome.punted);
            push(rings_.resolves, outcome.resolves);
        }
    }

    Node& node_;
    test::Bed& bed_ = node_.bed;
    Instant now_;
    NeighborTable neighbors_{64};
    Publisher publisher_{1};
    Shard shard_{node_.config().ports.size()};
    ControlRings rings_;
    SlowPath path_{{.neighbors = &neighbors_,
                    .publisher = &publisher_,
                    .shard = &shard_,
                    .pool = &bed_.pool(),
                    .rings = {&rings_},
                    .owners = IdVector<PortId, WorkerId>(node_.config().ports.size())}};
};

}  // namespace weir::fuzz

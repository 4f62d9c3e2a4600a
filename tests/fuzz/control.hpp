#pragma once
// The control thread's half of a node for the packet path's target: gets what a Bed's pipeline
// punts, and gives back what it answers. Made anew for each input, so that an input means the same
// alone.
#include "dataplane/control/publisher.hpp"
#include "dataplane/control/slow_path.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/bed.hpp"

namespace weir::fuzz {

class Control {
public:
    Control(test::Bed& bed, const Config& config) : bed_{bed}, config_{config}, now_{bed.now} {
        publisher_.publish(bed.shared_snapshot());
        configure(config);
    }
    ~Control() {
        path_.stop();
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

    // Everything that `outcome` sent here, and whatever follows from the answers.
    void take(const test::Outcome& outcome) {
        push(rings_.punts, outcome.punted);
        push(rings_.resolves, outcome.resolves);
        // Each answer may need a neighbor, and that be told so: a few rounds, or it never ends.
        for (int round = 0; path_.poll(bed_.snapshot(), now_) != 0; ++round) {
            require(round < 8, "control answers its own answers");
            answer();
        }
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
    }

private:
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
            const std::size_t mtu = config_.ports[static_cast<PortId>(packet->port)].mtu;
            if (inject_info(*packet).inject == Inject::frame)
                require(packet->pkt_len >= 34 && packet->pkt_len <= mtu + 14,
                        "control sends a frame that no port sends");
            const test::Outcome outcome = bed_.inject(packet);
            require(outcome.sent.size() + outcome.punted.size() + outcome.resolves.size() +
                            outcome.drops.size() ==
                        1,
                    "what control sent ended in no way, or in more than one");
            push(rings_.punts, outcome.punted);
            push(rings_.resolves, outcome.resolves);
        }
    }

    test::Bed& bed_;
    const Config& config_;
    Instant now_;
    NeighborTable neighbors_{64};
    Publisher publisher_{1};
    Shard shard_{config_.ports.size()};
    ControlRings rings_;
    SlowPath path_{{.neighbors = &neighbors_,
                    .publisher = &publisher_,
                    .shard = &shard_,
                    .pool = &bed_.pool(),
                    .rings = {&rings_},
                    .owners = IdVector<PortId, WorkerId>(config_.ports.size())}};
};

}  // namespace weir::fuzz

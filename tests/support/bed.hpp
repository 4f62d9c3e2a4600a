#pragma once
// A forwarder without devices: one Pipeline with everything it needs, real mbufs, real tables.
// Frames go in as bytes and come out as bytes; used by the stage tests, the fuzzers and the
// benchmarks.
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/config/config.hpp"
#include "dataplane/worker/pipeline.hpp"
#include "tests/support/world.hpp"

namespace weir::test {

using Frame = std::vector<std::byte>;

struct Outcome {
    struct Sent {
        PortId port;
        Frame frame;
        unsigned segments;
    };
    struct Punted {
        PuntInfo info;
        Frame frame;
        unsigned segments;
    };
    std::vector<Sent> sent;
    std::vector<Punted> punted;     // to control: protocol and ICMP errors due
    std::vector<Punted> resolves;   // waiting for a MAC
    std::vector<Drop> drops;        // counted by the pipeline itself
    std::uint64_t consumed = 0;     // pauses of hosts, which end in the worker
    std::uint64_t originated = 0;   // and those to them, which begin there
    std::vector<NeighborAsk> asks;  // next hops that packets wait for at their way out
};

class Bed {
public:
    // With more than one worker, ports belong to them in turn; the first does the work of all.
    explicit Bed(const Config& config, std::uint32_t buffers = 8192,
                 bool devices_take_chains = true, std::size_t workers = 1);
    ~Bed();

    static MacAddr mac(PortId port) { return World::mac(port); }
    static MacAddr neighbor_mac(std::uint8_t n) { return World::neighbor_mac(n); }
    // Makes (port, address) resolved to `mac`; gateways of the configuration are so from the start,
    // with neighbor_mac(their position).
    void resolve(PortId port, const Ipv6Addr& address, const MacAddr& mac);

    // A packet whose bytes end exactly where its buffer ends, so that ASan sees a read one past it;
    // `tail` bytes may follow where the test wants room to shift into.
    Packet* exact(std::span<const std::byte> frame, std::size_t tail = 0);
    // The same bytes split over segments of `first` and `rest` bytes, from the pool.
    Packet* chain(std::span<const std::byte> frame, std::size_t first, std::size_t rest);

    // Blocks of `exact` packets that were not given back yet.
    std::size_t blocks() const { return blocks_; }

    Outcome run(Packet* packet, PortId in);
    Outcome run(std::span<const std::byte> frame, PortId in) { return run(exact(frame), in); }

    // As one loop of a worker that receives these from `in`, now: time does not move.
    Outcome loop(std::span<Packet*> packets = {}, PortId in = {});

    // What control hands back: a frame for a port, or an IP packet of our own.
    Outcome inject(Packet* packet);

    // A reload, to what compile() made of another configuration with the same ports.
    std::shared_ptr<const Snapshot> compile(const Config& config);
    Outcome adopt(std::shared_ptr<const Snapshot> next);
    // The end: what is held is dropped as stopped.
    Outcome discard();

    // Most that the device of a port takes in one loop; at first all.
    std::size_t& takes(PortId port) { return takes_[index(port)]; }

    const Snapshot& snapshot() const { return *snapshot_; }
    std::shared_ptr<const Snapshot> shared_snapshot() const { return snapshot_; }
    Shard& shard() { return *shard_; }
    Pipeline& pipeline() { return *pipeline_; }
    EgressPort& egress(PortId port) { return *egress_[index(port)]; }
    rte_mempool& pool() { return *world_.pool; }
    NeighborTable& neighbors() { return world_.neighbors; }
    Instant now{
        Nanos{1'000'000'000'000}};  // moves on a second with each run, so that no limit interferes

private:
    void note_drops();
    // By the port of another worker, as that one would, but counted here.
    void leave(Packet* packet);
    Outcome collect();  // drops are those since they were noted

    std::size_t blocks_ = 0;
    World world_;
    std::shared_ptr<const Snapshot> snapshot_;
    std::unique_ptr<Shard> shard_;
    ControlRings control_;
    Handoffs handoffs_;
    std::vector<std::unique_ptr<EgressPort>> egress_;
    std::vector<std::size_t> takes_;
    std::vector<PauseTimes> pauses_;
    std::vector<std::array<std::uint64_t, drop_count>> before_;  // by port: drops, when noted
    std::uint64_t consumed_ = 0, originated_ = 0;                // as well
    std::unique_ptr<Pipeline> pipeline_;
};

Frame bytes_of(Packet& packet);  // all segments

}  // namespace weir::test

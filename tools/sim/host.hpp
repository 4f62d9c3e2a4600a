#pragma once
// An end system: NICs that obey priority flow control, and flows that take turns on them, a packet
// each. A flow builds a packet when the NIC has room for it, as an RDMA NIC reads its work queues;
// replies wait ahead of all flows.
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "tools/sim/flow.hpp"
#include "tools/sim/transmitter.hpp"

namespace weir::sim {

class Host final : public Receiver, public Source, public Actor {
public:
    Host(Engine& engine, PacketPool& packets, Flows& flows, NodeId id)
        : engine_{engine}, packets_{packets}, flows_{flows}, id_{id} {}
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;
    ~Host() = default;

    // Ports are numbered from 0; the link that comes in must say the same number.
    std::uint32_t add_port(Link& out, const TransmitterConfig& config);
    Transmitter& port(std::uint32_t port) { return *nics_[port].out; }
    // A flow of which this host is the sender; a source that needs no post begins at once.
    void open(Instant now, Flow& flow);
    // What PacketKind::message means: decode it and call port(n).pause(). The host frees it after.
    void on_message(std::function<void(Instant, const Packet&, std::uint32_t port)> handler) {
        on_message_ = std::move(handler);
    }

    NodeId id() const { return id_; }
    std::uint64_t strays() const { return strays_; }  // packets for another node; freed
    std::size_t replies_held() const;

    void receive(Instant now, PacketId packet, std::uint32_t port) override;
    PacketId next(Instant now, std::uint32_t port, std::uint8_t allowed) override;
    void departed(Instant /*now*/, std::uint32_t /*port*/, PacketId /*packet*/) override {}
    void wake(Instant now, std::uint64_t what) override;

private:
    friend class Flow;
    struct Nic {
        std::unique_ptr<Transmitter> out;
        std::array<Ring<PacketId>, 8> replies;  // by priority
        std::array<Ring<Flow*>, 8> round;
        std::uint8_t replying = 0;  // rings that are not empty
        std::uint8_t sending = 0;
        std::uint8_t last = 0;  // priority served
    };
    void post(Instant now, Flow& flow, Bytes bytes, std::uint64_t tag);
    void data(Instant now, const Packet& packet, std::uint32_t port);
    void reply(Flow& flow, Packet packet, Nic& nic);
    void heard(Instant now, const Packet& packet);
    void enqueue(Flow& flow);
    PacketId build(Instant now, Flow& flow);
    void arm(Flow& flow, Flow::Alarm& alarm, Instant when);

    Engine& engine_;
    PacketPool& packets_;
    Flows& flows_;
    NodeId id_;
    std::vector<Nic> nics_;
    std::function<void(Instant, const Packet&, std::uint32_t)> on_message_;
    std::uint64_t strays_ = 0;
};

}  // namespace weir::sim

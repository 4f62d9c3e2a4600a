#pragma once
// A flow between two hosts: its two ends, what its packets look like, and what became of them.
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "dataplane/base/ids.hpp"
#include "tools/sim/arrivals.hpp"
#include "tools/sim/open_loop.hpp"
#include "tools/sim/roce.hpp"
#include "tools/sim/tcp.hpp"
#include "tools/sim/transport.hpp"

namespace weir::sim {

class Host;

// Who posts messages and hears of their end.
class Application {
public:
    // All of it is at the receiver.
    virtual void delivered(Instant /*now*/, FlowId /*flow*/, std::uint64_t /*tag*/) {}
    // The sender knows that.
    virtual void acknowledged(Instant /*now*/, FlowId /*flow*/, std::uint64_t /*tag*/) {}

protected:
    ~Application() = default;
};

// How the network treats a packet.
struct Treatment {
    SliceId slice{};
    std::uint8_t priority = 0;  // 0..7
    std::uint32_t label = 0;
};

struct FlowConfig {
    NodeId from{};
    NodeId to{};
    Treatment treatment;
    std::optional<Treatment> back;  // of acks, nacks and cnps; that of the data unless said
    bool capable = false;           // ECT
    std::uint32_t overhead = 102;  // bytes on the line beside the payload: 102 for RoCEv2 over IPv6
    std::uint32_t port = 0;        // of the sending host
};

struct FlowCounts {
    std::uint64_t sent = 0;        // packets, repetitions included
    std::uint64_t again = 0;       // repetitions
    std::uint64_t sent_bytes = 0;  // on the line
    std::uint64_t posted = 0;      // messages
    std::uint64_t delivered = 0;
    std::uint64_t delivered_bytes = 0;  // payload, each once
    std::uint64_t marked = 0;           // packets that arrived with CE
    std::uint64_t replies = 0;          // acks, nacks and cnps sent
    std::uint64_t heard = 0;            // of them, arrived
};

class Flow {
public:
    Flow(FlowId id, const FlowConfig& config, std::unique_ptr<Sender> sender,
         std::unique_ptr<Sink> sink)
        : id_{id}, config_{config}, sender_{std::move(sender)}, sink_{std::move(sink)} {}

    // Posts a message. Once its host has opened it.
    void send(Instant now, Bytes bytes, std::uint64_t tag);
    void tell(Application* application) { application_ = application; }

    FlowId id() const { return id_; }
    const FlowConfig& config() const { return config_; }
    const FlowCounts& counts() const { return counts_; }
    const Arrivals& arrivals() const { return arrivals_; }
    Sender& sender() { return *sender_; }

private:
    friend class Host;
    // A wake that is asked for; later ones of a flow that are overtaken by it are ignored.
    struct Alarm {
        Instant at = never;
    };
    FlowId id_;
    FlowConfig config_;
    std::unique_ptr<Sender> sender_;
    std::unique_ptr<Sink> sink_;
    Application* application_ = nullptr;
    Host* host_ = nullptr;
    bool queued_ = false;  // in its host's round
    Alarm pace_;
    Alarm timer_;
    Ring<std::uint64_t> undelivered_;  // tags; posted and delivered in the same order
    FlowCounts counts_;
    Arrivals arrivals_;
};

// All of a run, by their id.
class Flows {
public:
    Flow& add(const FlowConfig& config, std::unique_ptr<Sender> sender,
              std::unique_ptr<Sink> sink) {
        const auto id = static_cast<FlowId>(flows_.size());
        flows_.push_back(std::make_unique<Flow>(id, config, std::move(sender), std::move(sink)));
        return *flows_[id];
    }
    // With the right sink. `config.overhead` and `config.capable` are set from what is sent.
    Flow& add_roce(FlowConfig config, const RoceConfig& roce) {
        config.overhead = roce.overhead;
        config.capable = roce.dcqcn.has_value();
        return add(config, std::make_unique<RoceSender>(roce), std::make_unique<RoceSink>(roce));
    }
    Flow& add_tcp(const FlowConfig& config, const TcpConfig& tcp) {
        return add(config, std::make_unique<TcpSender>(tcp), std::make_unique<TcpSink>());
    }
    Flow& add_open_loop(FlowConfig config, const OpenLoopConfig& open_loop) {
        config.overhead = open_loop.overhead;
        return add(config, std::make_unique<OpenLoopSender>(open_loop),
                   std::make_unique<SilentSink>());
    }
    Flow& operator[](FlowId id) { return *flows_[id]; }
    const Flow& operator[](FlowId id) const { return *flows_[id]; }
    std::size_t size() const { return flows_.size(); }
    auto begin() { return flows_.begin(); }
    auto end() { return flows_.end(); }

private:
    IdVector<FlowId, std::unique_ptr<Flow>> flows_;
};

}  // namespace weir::sim

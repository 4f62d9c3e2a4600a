#pragma once
// A small network: hosts round a switch that only forwards.
#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "tests/unit/sim/net.hpp"
#include "tools/sim/host.hpp"

namespace weir::sim::test {

// Forwards by destination: one queue a port, without end unless `limit` (bytes; tail drop), marked
// from `mark` bytes on.
class Switch final : public Receiver, public Source {
public:
    Switch(Engine& engine, PacketPool& packets) : engine_{engine}, packets_{packets} {}
    std::uint32_t add_port(Link& out, NodeId reaches) {
        Port& port = ports_.emplace_back();
        const auto index = static_cast<std::uint32_t>(ports_.size() - 1);
        port.out = std::make_unique<Transmitter>(engine_, packets_, out, *this, index,
                                                 TransmitterConfig{Bytes{3'000}, Bytes{0}});
        if (way_.size() <= static_cast<std::size_t>(reaches))
            way_.resize(static_cast<std::size_t>(reaches) + 1);
        way_[static_cast<std::size_t>(reaches)] = index;
        return index;
    }
    void receive(Instant now, PacketId packet, std::uint32_t /*port*/) override {
        Packet& it = packets_[packet];
        Port& port = ports_[way_[static_cast<std::size_t>(it.destination)]];
        if (port.bytes + it.wire > limit) {
            ++dropped;
            packets_.free(packet);
            return;
        }
        if (it.capable && port.bytes >= mark) it.marked = true;
        port.bytes += it.wire;
        most = std::max(most, port.bytes);
        port.queue.push(packet);
        port.out->kick(now);
    }
    PacketId next(Instant /*now*/, std::uint32_t port, std::uint8_t /*allowed*/) override {
        Port& from = ports_[port];
        if (from.queue.empty()) return no_packet;
        from.bytes -= packets_[from.queue.front()].wire;
        return from.queue.pop();
    }
    void departed(Instant /*now*/, std::uint32_t /*port*/, PacketId /*packet*/) override {}
    std::size_t held() const {
        std::size_t packets = 0;
        for (const Port& port : ports_) packets += port.queue.size() + port.out->packets_held();
        return packets;
    }
    std::uint64_t limit = UINT64_MAX;
    std::uint64_t mark = UINT64_MAX;
    std::uint64_t dropped = 0;
    std::uint64_t most = 0;

private:
    struct Port {
        std::unique_ptr<Transmitter> out;
        Ring<PacketId> queue;
        std::uint64_t bytes = 0;
    };
    Engine& engine_;
    PacketPool& packets_;
    std::deque<Port> ports_;
    std::vector<std::uint32_t> way_;
};

// Hosts 0 .. n - 1, each joined to one switch by a line of its own; `to_last` is the rate of that
// from the switch to the last of them, if another.
class Star {
public:
    Star(std::uint32_t hosts, const LinkConfig& line, BitsPerSecond to_last = {})
        : middle{engine, packets} {
        for (std::uint32_t i = 0; i < hosts; ++i) {
            auto host = std::make_unique<Host>(engine, packets, flows, NodeId{i});
            LinkConfig up = line, down = line;
            up.stream = 2 * i;
            down.stream = 2 * i + 1;
            if (i + 1 == hosts && to_last.count() != 0) down.rate = to_last;
            ups.push_back(std::make_unique<Link>(engine, packets, up, middle, i));
            downs.push_back(std::make_unique<Link>(engine, packets, down, *host, 0));
            host->add_port(*ups.back(), {Bytes{10'000}, Bytes{0}, true, 0});
            middle.add_port(*downs.back(), NodeId{i});
            all.push_back(std::move(host));
        }
    }
    Flow& opened(Flow& flow) {
        all[static_cast<std::size_t>(flow.config().from)]->open(engine.now(), flow);
        return flow;
    }
    // Link by link, what was delivered.
    std::uint64_t hops() const {
        std::uint64_t sum = 0;
        for (const auto& links : {&ups, &downs})
            for (const auto& link : *links) sum += link->data().delivered;
        return sum;
    }
    Engine engine;
    PacketPool packets;
    Flows flows;
    Switch middle;
    std::vector<std::unique_ptr<Link>> ups;
    std::vector<std::unique_ptr<Link>> downs;
    std::vector<std::unique_ptr<Host>> all;
};

}  // namespace weir::sim::test

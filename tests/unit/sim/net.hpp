#pragma once
// What stands at the ends of a line in these tests: something to send, somewhere to arrive.
#include <cstdint>
#include <deque>
#include <vector>

#include "tools/sim/transmitter.hpp"

namespace weir::sim::test {

using namespace std::chrono_literals;

constexpr Instant at(Nanos since_start) { return Instant{since_start}; }
constexpr BitsPerSecond gigabits(std::uint64_t n) { return BitsPerSecond{n * 1'000'000'000}; }

// Writes down what arrives, and when.
class Notebook final : public Receiver {
public:
    struct Entry {
        Instant when;
        Packet packet;
        bool operator==(const Entry& o) const {
            return when == o.when && packet.sequence == o.packet.sequence &&
                   packet.kind == o.packet.kind;
        }
    };
    explicit Notebook(PacketPool& packets) : packets_{packets} {}
    void receive(Instant now, PacketId packet, std::uint32_t /*port*/) override {
        entries.push_back({now, packets_[packet]});
        packets_.free(packet);
    }
    std::vector<Entry> entries;

private:
    PacketPool& packets_;
};

// Packets in the order of the test, if their priority is allowed.
class Script final : public Source {
public:
    explicit Script(PacketPool& packets) : packets_{packets} {}
    void add(std::uint32_t wire, std::uint8_t priority = 0) {
        Packet packet;
        packet.sequence = next_++;
        packet.wire = wire;
        packet.priority = priority;
        queue.push_back(packets_.make(packet));
    }
    PacketId next(Instant /*now*/, std::uint32_t /*port*/, std::uint8_t allowed) override {
        for (auto it = queue.begin(); it != queue.end(); ++it) {
            if ((allowed >> packets_[*it].priority & 1U) == 0) continue;
            const PacketId packet = *it;
            queue.erase(it);
            return packet;
        }
        return no_packet;
    }
    void departed(Instant now, std::uint32_t /*port*/, PacketId packet) override {
        gone.push_back({now, packets_[packet]});
    }
    std::deque<PacketId> queue;
    std::vector<Notebook::Entry> gone;

private:
    PacketPool& packets_;
    std::uint64_t next_ = 0;
};

}  // namespace weir::sim::test

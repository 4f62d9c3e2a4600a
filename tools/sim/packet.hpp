#pragma once
// A packet of the simulation: what forwarding and flow control look at, and what tells at the end
// that each one came exactly once. Kept in one pool and named by number, as an mbuf by its address.
#include <cstdint>
#include <vector>

#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"

namespace weir::sim {

enum class NodeId : std::uint32_t {};  // hosts and routers, by their order in the scenario
enum class FlowId : std::uint32_t {};
enum class PacketId : std::uint32_t {};
inline constexpr PacketId no_packet{UINT32_MAX};

enum class PacketKind : std::uint8_t { data, ack, nack, cnp, mark, message };

struct Packet {
    FlowId flow{};
    NodeId destination{};
    // data: of the flow; ack, nack: the first one not yet received in order; message: index of its
    // bytes
    std::uint64_t sequence = 0;
    Instant made;              // by the host; ack: the `made` of the packet it answers
    std::uint32_t wire = 0;    // bytes on the line, ethernet_overhead included
    std::uint32_t label = 0;   // flow label, of which buckets are made
    NodeId came_from{};        // the neighbour that sent it here
    std::uint32_t beyond = 0;  // ack, nack: `sequence` + this is the packet that it answers, + 1
    SliceId slice{};
    PacketKind kind = PacketKind::data;
    std::uint8_t priority = 0;  // of IEEE 802.1Q, 0..7
    bool capable = false;       // ECT: may be marked (RFC 3168)
    bool marked = false;        // CE
    bool echo = false;          // ack of TCP: ECE
    bool reduced = false;       // data of TCP: CWR
    bool last = false;          // of a message of the application
};

// Numbers of what packets carry, each with how many carry it; free ones are given out again.
class Carried {
public:
    std::uint64_t take() {
        if (free_.empty()) {
            carriers_.push_back(0);
            return carriers_.size() - 1;
        }
        const std::uint64_t number = free_.back();
        free_.pop_back();
        return number;
    }
    void more(std::uint64_t number) { ++carriers_[number]; }
    void less(std::uint64_t number) {
        if (--carriers_[number] == 0) free_.push_back(number);
    }
    std::size_t live() const { return carriers_.size() - free_.size(); }
    std::size_t most() const { return carriers_.size(); }  // at one time

private:
    std::vector<std::uint32_t> carriers_;
    std::vector<std::uint64_t> free_;
};

// Whether `sequence` is the number of a message.
constexpr bool carries(const Packet& packet) { return packet.kind >= PacketKind::mark; }

class PacketPool {
public:
    PacketId make(const Packet& packet) {
        if (carries(packet)) messages_.more(packet.sequence);
        if (free_.empty()) {
            packets_.push_back(packet);
            return static_cast<PacketId>(packets_.size() - 1);
        }
        const PacketId id = free_.back();
        free_.pop_back();
        packets_[static_cast<std::size_t>(id)] = packet;
        return id;
    }
    void free(PacketId id) {
        if (const Packet& packet = (*this)[id]; carries(packet)) messages_.less(packet.sequence);
        free_.push_back(id);
    }
    Packet& operator[](PacketId id) { return packets_[static_cast<std::size_t>(id)]; }
    const Packet& operator[](PacketId id) const { return packets_[static_cast<std::size_t>(id)]; }
    std::size_t live() const { return packets_.size() - free_.size(); }
    Carried& messages() { return messages_; }
    const Carried& messages() const { return messages_; }

private:
    Carried messages_;
    std::vector<Packet> packets_;
    std::vector<PacketId> free_;
};

// Where a link delivers: a port of a host or router.
class Receiver {
public:
    // The last bit arrived.
    virtual void receive(Instant now, PacketId packet, std::uint32_t port) = 0;

protected:
    ~Receiver() = default;
};

}  // namespace weir::sim

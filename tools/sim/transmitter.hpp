#pragma once
// The transmitting half of a NIC's port: a ring of bytes behind whatever schedules. What lies in
// the ring leaves in order and cannot be taken back. Messages have a ring of their own, which goes
// first and which no pause holds.
//
// A host's NIC obeys IEEE 802.1Qbb: it has a ring for each priority, served round robin, and a
// pause frame holds those it names for so many quanta of 512 bit times (802.3 annex 31B: a later
// frame replaces the time of an earlier one, time 0 releases). It takes effect within the response
// time; the packet being sent completes. A router's NIC has one ring and obeys nothing: its gates
// lie before it.
#include <array>
#include <cstdint>

#include "tools/sim/engine.hpp"
#include "tools/sim/line_clock.hpp"
#include "tools/sim/link.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/ring.hpp"

namespace weir::sim {

// What schedules before a transmitter.
class Source {
public:
    // A packet of one of the priorities in `allowed` (bit n: n) that leaves by `port`, or
    // no_packet. Asked while the ring has room; after no_packet, not before the next kick() or the
    // next packet's end.
    virtual PacketId next(Instant now, std::uint32_t port, std::uint8_t allowed) = 0;
    // The last bit of a packet from next() has left: the NIC has completed it.
    virtual void departed(Instant now, std::uint32_t port, PacketId packet) = 0;

protected:
    ~Source() = default;
};

// 802.1Qbb as decoded: bit n of `enabled` says that quanta[n] holds for priority n.
struct PauseFrame {
    std::uint8_t enabled = 0;
    std::array<std::uint16_t, 8> quanta{};
};

struct TransmitterConfig {
    Bytes nic{0};  // most that is in the ring, the packet being sent included; at least `largest`
    Bytes largest{0};  // packet on the line. 0: one packet may pass `nic`, as Linux' BQL lets it
    bool obeys_pause = false;
    std::uint32_t response =
        0;  // quanta from a pause frame to its effect; 394 at 100G, 905 at 400G
};

class Transmitter final : public Actor {
public:
    Transmitter(Engine& engine, PacketPool& packets, Link& link, Source& source, std::uint32_t port,
                const TransmitterConfig& config);

    // The source may have something new.
    void kick(Instant now);
    // Of PacketKind::message, ahead of all data.
    void send_message(Instant now, PacketId packet);
    // A pause frame came; counted only, unless it obeys.
    void pause(Instant now, const PauseFrame& frame);

    Bytes in_nic() const { return Bytes{in_nic_}; }  // handed over by next() and not completed
    Bytes most_in_nic() const { return Bytes{most_in_nic_}; }
    bool paused(Instant now, unsigned priority) const {
        return pauses_[priority].from <= now && now < pauses_[priority].until;
    }
    Nanos paused_for(unsigned priority) const { return pauses_[priority].sum; }
    std::uint64_t pause_frames() const { return pause_frames_; }
    std::size_t packets_held() const;  // ring, messages and the one being sent

    void wake(Instant now, std::uint64_t what) override;

private:
    struct Pause {
        Instant from;
        Instant until;  // before `from`: none
        Nanos sum{0};   // of all that was asked for and not released
        bool wake = false;
    };
    void advance(Instant now);
    void fill(Instant now);
    void start(Instant now, PacketId packet);
    void complete(Instant now);
    bool has_room(std::uint64_t bytes) const {
        return config_.largest.count() == 0
                   ? bytes < config_.nic.count()
                   : bytes + config_.largest.count() <= config_.nic.count();
    }
    std::uint8_t held(Instant now);  // priorities that are paused
    std::size_t ring_of(const Packet& packet) const {
        return config_.obeys_pause ? packet.priority : 0;
    }

    // Priorities that lie in it: a router's NIC has one ring for all, the first.
    std::uint8_t users_of(std::size_t ring) const {
        return config_.obeys_pause ? static_cast<std::uint8_t>(1U << ring) : std::uint8_t{0xff};
    }

    Engine& engine_;
    PacketPool& packets_;
    Link& link_;
    Source& source_;
    std::uint32_t port_;
    TransmitterConfig config_;
    LineClock clock_;
    PacketId sending_ = no_packet;
    Instant began_;
    bool advancing_ = false;
    std::uint8_t last_served_ = 0;
    std::uint8_t waiting_ = 0;  // rings that are not empty
    std::uint8_t full_ = 0;     // priorities whose ring has no room
    std::uint8_t pausing_ = 0;  // priorities whose pause may not be over
    std::uint64_t in_nic_ = 0;
    std::uint64_t most_in_nic_ = 0;
    std::uint64_t pause_frames_ = 0;
    std::array<Ring<PacketId>, 8> rings_;
    std::array<std::uint64_t, 8> bytes_{};  // of each ring and of its packet being sent
    std::array<Pause, 8> pauses_{};
    Ring<PacketId> messages_;
};

}  // namespace weir::sim

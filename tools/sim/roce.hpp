#pragma once
// A reliable connection of RoCEv2: packet sequence numbers, cumulative acknowledgements every few
// packets and at the end of each message, and one of two ways to repair a loss.
// * Go-back-N (InfiniBand Architecture Specification 1.4, volume 1, section 9.7): the responder
//   takes packets in order only, and says once per gap which it waits for; the requester resends
//   from there on. A loss costs a round trip of packets.
// * Selective (IRN: Mittal et al., "Revisiting network support for RDMA", SIGCOMM 2018): the
//   responder keeps what is behind a gap and names each such packet; the requester resends what is
//   missing, and has no more than `window` packets on the way.
// Numbers do not wrap at 2^24 here: nothing of the behaviour depends on it below 2^23 on the way.
#include <cstdint>
#include <optional>

#include "tools/sim/dcqcn.hpp"
#include "tools/sim/pacer.hpp"
#include "tools/sim/reassembly.hpp"
#include "tools/sim/scoreboard.hpp"
#include "tools/sim/transport.hpp"

namespace weir::sim {

enum class Repair : std::uint8_t { go_back_n, selective };

struct RoceConfig {
    Repair repair = Repair::go_back_n;
    Bytes payload{4096};           // of a full packet (the path MTU of InfiniBand)
    std::uint32_t overhead = 102;  // on the line: Ethernet, IPv6, UDP, BTH, ICRC, preamble to gap
    std::uint32_t ack_every = 16;  // packets
    std::uint64_t window = UINT64_MAX;  // packets on the way; not below ack_every
    Nanos timeout{16'000'000};          // without progress; not below the longest round trip
    std::optional<DcqcnConfig> dcqcn;
};

class RoceSender final : public Sender {
public:
    explicit RoceSender(const RoceConfig& config);
    void post(Instant now, Bytes bytes, std::uint64_t tag) override;
    Instant ready_at(Instant now) override;
    Segment emit(Instant now) override;
    void heard(Instant now, const Packet& packet) override;
    Instant deadline() const override { return deadline_; }
    void expired(Instant now) override;

    std::uint64_t timeouts() const { return timeouts_; }
    std::uint64_t cnps() const { return cnps_; }
    double bits_per_second(Instant now) { return dcqcn_ ? dcqcn_->bits_per_second(now) : 0; }

private:
    bool has_packet();
    std::uint64_t on_the_way() const;
    void progressed(Instant now, std::uint64_t upto);

    RoceConfig config_;
    Outbox outbox_;
    Scoreboard board_{1};       // selective repair marks there; go-back-N knows only how far it is
    std::uint64_t resend_ = 0;  // go-back-N: the next to send, below board_.next() while it repeats
    std::optional<Dcqcn> dcqcn_;
    Pacer pacer_;
    Instant deadline_ = never;
    std::uint64_t timeouts_ = 0;
    std::uint64_t cnps_ = 0;
};

class RoceSink final : public Sink {
public:
    explicit RoceSink(const RoceConfig& config) : config_{config} {}
    std::uint64_t arrived(Instant now, const Packet& data, Replies& replies) override;

private:
    std::uint64_t expected() const;
    std::uint64_t in_order_only(const Packet& data, Replies& replies);
    std::uint64_t any_order(const Packet& data, Replies& replies);
    void acknowledge(const Packet& data, Replies& replies, PacketKind kind) const;

    RoceConfig config_;
    std::uint64_t expected_ = 0;  // go-back-N
    bool gap_named_ = false;
    Reassembly reassembly_;            // selective
    std::uint32_t unanswered_ = 0;     // packets since the last acknowledgement
    std::optional<Instant> notified_;  // the last CNP
};

}  // namespace weir::sim

#pragma once
// A TCP-like flow as background: slow start, NewReno's or CUBIC's window (window.hpp), fast
// retransmit and recovery by selective acknowledgement (RFC 6675; a
// segment is lost when one three later is acknowledged: Mathis, Mahdavi, "Forward acknowledgement",
// SIGCOMM 1996), retransmission timeout
// (RFC 6298, with time stamps of RFC 7323 for samples), ECN (RFC 3168). Counted in segments; no
// handshake, no flow control by the receiver, every segment is acknowledged.
#include <cstdint>
#include <optional>

#include "tools/sim/reassembly.hpp"
#include "tools/sim/scoreboard.hpp"
#include "tools/sim/transport.hpp"
#include "tools/sim/window.hpp"

namespace weir::sim {

struct TcpConfig {
    Growth growth = Growth::cubic;
    Bytes payload{1440};                     // of a full segment
    std::uint32_t initial_window = 10;       // segments (RFC 6928)
    std::uint64_t most_window = UINT64_MAX;  // what the receiver would announce
    Nanos least_timeout{200'000'000};        // Linux; RFC 6298 asks for 1 s
};

class TcpSender final : public Sender {
public:
    explicit TcpSender(const TcpConfig& config);
    void post(Instant now, Bytes bytes, std::uint64_t tag) override;
    Instant ready_at(Instant now) override;
    Segment emit(Instant now) override;
    void heard(Instant now, const Packet& packet) override;
    Instant deadline() const override { return deadline_; }
    void expired(Instant now) override;

    const Window& window() const { return window_; }
    Nanos timeout() const { return timeout_; }
    std::uint64_t timeouts() const { return timeouts_; }
    std::uint64_t fast_retransmits() const { return fast_retransmits_; }

private:
    void sample(Nanos round_trip);

    TcpConfig config_;
    Outbox outbox_;
    Scoreboard board_{3};
    Window window_;
    std::uint64_t recover_ = 0;        // until all below it is acknowledged no loss counts again
    bool recovering_ = false;          // fast: the window does not grow
    std::uint64_t answered_ = 0;       // until more than this is acknowledged no echo counts again
    std::uint64_t limited_below_ = 0;  // when these were sent, it was the window that held back
    bool say_reduced_ = false;
    std::optional<Nanos> smooth_;  // of the round trip
    Nanos variation_{0};
    Nanos timeout_{1'000'000'000};
    Instant deadline_ = never;
    std::uint64_t timeouts_ = 0;
    std::uint64_t fast_retransmits_ = 0;
};

class TcpSink final : public Sink {
public:
    std::uint64_t arrived(Instant now, const Packet& data, Replies& replies) override;

private:
    Reassembly reassembly_;
    bool echo_ = false;  // from a mark until the sender says that it has reduced
};

}  // namespace weir::sim

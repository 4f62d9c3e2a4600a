#include "tools/sim/tcp.hpp"

#include <algorithm>

namespace weir::sim {

TcpSender::TcpSender(const TcpConfig& config)
    : config_{config},
      outbox_{config.payload},
      window_{config.growth, double(config.initial_window)} {}

void TcpSender::post(Instant /*now*/, Bytes bytes, std::uint64_t tag) { outbox_.post(bytes, tag); }

Instant TcpSender::ready_at(Instant now) {
    if (!board_.to_repair() && board_.next() >= outbox_.end()) return never;
    if (static_cast<double>(board_.in_flight() + 1) <= window_.segments() &&
        board_.next() - board_.first() < config_.most_window)
        return now;
    limited_below_ = board_.next();
    return never;
}

Segment TcpSender::emit(Instant now) {
    const bool repair = board_.to_repair();
    const std::uint64_t sequence = repair ? board_.repair() : board_.next();
    if (!repair) board_.sent_new();
    Segment segment = outbox_.at(sequence);
    segment.again = repair;
    segment.reduced = say_reduced_ && !repair;
    if (segment.reduced) say_reduced_ = false;
    if (deadline_ == never) deadline_ = now + timeout_;
    return segment;
}

void TcpSender::heard(Instant now, const Packet& packet) {
    const std::uint64_t before = board_.first();
    const std::uint64_t fresh = board_.acknowledge(packet.sequence);
    const bool one =
        packet.beyond > 0 && board_.acknowledge_one(packet.sequence + packet.beyond - 1);
    if (fresh > 0 || one) sample(now - packet.made);
    if (board_.first() != before) {
        outbox_.settled(board_.first(), [&](std::uint64_t tag) { completed_.push(tag); });
        deadline_ = board_.first() < board_.next() ? now + timeout_ : never;
    }
    if (board_.first() >= recover_) recovering_ = false;
    const bool lost = board_.lost_any() && board_.first() >= recover_;
    if (lost || (packet.echo && !recovering_ && board_.first() > answered_)) {
        window_.congested();
        answered_ = board_.next();
        say_reduced_ = true;
    } else if (!recovering_ && fresh > 0 && before < limited_below_ &&
               (answered_ == 0 || board_.first() > answered_)) {
        window_.acknowledged(now, fresh, *smooth_);
    }
    if (!lost) return;
    ++fast_retransmits_;
    recovering_ = true;
    recover_ = board_.next();
}

void TcpSender::sample(Nanos round_trip) {
    if (!smooth_) {
        smooth_ = round_trip;
        variation_ = round_trip / 2;
    } else {
        const Nanos off = round_trip > *smooth_ ? round_trip - *smooth_ : *smooth_ - round_trip;
        variation_ = (3 * variation_ + off) / 4;
        smooth_ = (7 * *smooth_ + round_trip) / 8;
    }
    timeout_ = std::max(config_.least_timeout, *smooth_ + 4 * variation_);
}

void TcpSender::expired(Instant now) {
    if (now < deadline_) return;
    ++timeouts_;
    window_.timed_out();
    board_.timed_out();
    recovering_ = false;       // the window grows again from one
    recover_ = board_.next();  // and is not reduced for what was sent before
    answered_ = 0;
    timeout_ = std::min(2 * timeout_, Nanos{60'000'000'000});
    deadline_ = now + timeout_;
}

std::uint64_t TcpSink::arrived(Instant /*now*/, const Packet& data, Replies& replies) {
    if (data.reduced) echo_ = false;
    if (data.marked) echo_ = true;
    const std::uint64_t completed = reassembly_.add(data.sequence, data.last);
    Packet ack;
    ack.kind = PacketKind::ack;
    ack.sequence = reassembly_.expected();
    ack.made = data.made;
    ack.echo = echo_;
    if (data.sequence >= ack.sequence)
        ack.beyond = static_cast<std::uint32_t>(data.sequence - ack.sequence + 1);
    replies.add(ack);
    return completed;
}

}  // namespace weir::sim

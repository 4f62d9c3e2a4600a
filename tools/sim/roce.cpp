#include "tools/sim/roce.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace weir::sim {

RoceSender::RoceSender(const RoceConfig& config) : config_{config}, outbox_{config.payload} {
    if (config.window < config.ack_every)
        throw std::invalid_argument{fmt::format(
            "a window of {} packets waits for an acknowledgement each {}: make it no smaller",
            config.window, config.ack_every)};
    if (config.dcqcn) dcqcn_.emplace(*config.dcqcn);
}

void RoceSender::post(Instant /*now*/, Bytes bytes, std::uint64_t tag) { outbox_.post(bytes, tag); }

std::uint64_t RoceSender::on_the_way() const {
    return config_.repair == Repair::selective ? board_.in_flight() : resend_ - board_.first();
}

bool RoceSender::has_packet() {
    if (on_the_way() >= config_.window) return false;
    if (config_.repair == Repair::go_back_n) return resend_ < outbox_.end();
    return board_.to_repair() || board_.next() < outbox_.end();
}

Instant RoceSender::ready_at(Instant now) {
    if (!has_packet()) return never;
    return dcqcn_ ? std::max(now, pacer_.ready_at()) : now;
}

Segment RoceSender::emit(Instant now) {
    const bool repair =
        config_.repair == Repair::selective ? board_.to_repair() : resend_ < board_.next();
    std::uint64_t sequence = board_.next();
    if (repair && config_.repair == Repair::selective)
        sequence = board_.repair();
    else if (repair)
        sequence = resend_;
    else
        board_.sent_new();
    resend_ = sequence + 1;
    Segment segment = outbox_.at(sequence);
    segment.again = repair;
    if (deadline_ == never) deadline_ = now + config_.timeout;
    if (dcqcn_) {
        const std::uint32_t wire = segment.payload + config_.overhead;
        dcqcn_->sent(now, wire);
        pacer_.sent(now, wire, dcqcn_->bits_per_second(now));
    }
    return segment;
}

void RoceSender::heard(Instant now, const Packet& packet) {
    if (packet.kind == PacketKind::cnp) {
        ++cnps_;
        if (dcqcn_) dcqcn_->notified(now);
        return;
    }
    progressed(now, packet.sequence);
    if (packet.kind != PacketKind::nack) return;
    if (config_.repair == Repair::selective)
        board_.acknowledge_one(packet.sequence + packet.beyond - 1);
    else if (packet.sequence == board_.first())
        resend_ = std::min(resend_, packet.sequence);
}

void RoceSender::progressed(Instant now, std::uint64_t upto) {
    const std::uint64_t before = board_.first();
    board_.acknowledge(upto);
    if (board_.first() == before) return;
    resend_ = std::max(resend_, board_.first());
    outbox_.settled(board_.first(), [&](std::uint64_t tag) { completed_.push(tag); });
    deadline_ = board_.first() < board_.next() ? now + config_.timeout : never;
}

void RoceSender::expired(Instant now) {
    if (now < deadline_) return;
    ++timeouts_;
    board_.timed_out();
    resend_ = board_.first();
    deadline_ = now + config_.timeout;
}

std::uint64_t RoceSink::expected() const {
    return config_.repair == Repair::selective ? reassembly_.expected() : expected_;
}

std::uint64_t RoceSink::arrived(Instant now, const Packet& data, Replies& replies) {
    if (data.marked && config_.dcqcn && (!notified_ || now - *notified_ >= cnp_interval)) {
        notified_ = now;
        Packet cnp;
        cnp.kind = PacketKind::cnp;
        cnp.made = now;
        replies.add(cnp);
    }
    return config_.repair == Repair::selective ? any_order(data, replies)
                                               : in_order_only(data, replies);
}

std::uint64_t RoceSink::in_order_only(const Packet& data, Replies& replies) {
    if (data.sequence > expected_) {
        if (!gap_named_) acknowledge(data, replies, PacketKind::nack);
        gap_named_ = true;
        return 0;
    }
    const bool fresh = data.sequence == expected_;
    if (fresh) {
        ++expected_;
        gap_named_ = false;
    }
    // A repeated one is acknowledged again as often: what acknowledged it first may be lost.
    if (++unanswered_ >= config_.ack_every || data.last) {
        acknowledge(data, replies, PacketKind::ack);
        unanswered_ = 0;
    }
    return fresh && data.last ? 1 : 0;
}

std::uint64_t RoceSink::any_order(const Packet& data, Replies& replies) {
    const std::uint64_t before = reassembly_.expected();
    const std::uint64_t completed = reassembly_.add(data.sequence, data.last);
    const bool behind_gap = data.sequence > before;
    const bool filled = reassembly_.expected() > before + 1;
    if (behind_gap || filled || data.last || ++unanswered_ >= config_.ack_every) {
        acknowledge(data, replies, behind_gap ? PacketKind::nack : PacketKind::ack);
        unanswered_ = 0;
    }
    return completed;
}

void RoceSink::acknowledge(const Packet& data, Replies& replies, PacketKind kind) const {
    Packet reply;
    reply.kind = kind;
    reply.sequence = expected();
    reply.made = data.made;
    if (data.sequence >= reply.sequence)
        reply.beyond = static_cast<std::uint32_t>(data.sequence - reply.sequence + 1);
    replies.add(reply);
}

}  // namespace weir::sim

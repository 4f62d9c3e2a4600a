#include "tools/sim/transmitter.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <stdexcept>

namespace weir::sim {

namespace {
constexpr std::uint64_t sent = UINT64_MAX;  // any other wake names the priority whose pause ends
constexpr std::uint8_t bit(std::size_t priority) {
    return static_cast<std::uint8_t>(1U << priority);
}
}  // namespace

Transmitter::Transmitter(Engine& engine, PacketPool& packets, Link& link, Source& source,
                         std::uint32_t port, const TransmitterConfig& config)
    : engine_{engine},
      packets_{packets},
      link_{link},
      source_{source},
      port_{port},
      config_{config},
      clock_{link.rate()} {
    if (!has_room(0))
        throw std::invalid_argument{
            fmt::format("port {}: a NIC of {} bytes has no room for a packet of {}: give it more",
                        port, config.nic.count(), config.largest.count())};
}

void Transmitter::kick(Instant now) { advance(now); }

void Transmitter::send_message(Instant now, PacketId packet) {
    messages_.push(packet);
    advance(now);
}

void Transmitter::pause(Instant now, const PauseFrame& frame) {
    ++pause_frames_;
    if (!config_.obeys_pause) return;
    for (unsigned priority = 0; priority < pauses_.size(); ++priority) {
        if ((frame.enabled & bit(priority)) == 0) continue;
        Pause& pause = pauses_[priority];
        const Nanos quantum_times =
            Bytes{frame.quanta[priority] * std::uint64_t{64}} / link_.rate();
        const bool pending = now < pause.until;
        if (pending) pause.sum -= pause.until - std::max(now, pause.from);
        if (!pending) pause.from = now + Bytes{config_.response * std::uint64_t{64}} / link_.rate();
        pause.until = now + quantum_times;
        if (pause.until <= pause.from) {  // released, or over before it takes effect
            pause.until = now;
            pausing_ = static_cast<std::uint8_t>(pausing_ & ~bit(priority));
            continue;
        }
        pause.sum += pause.until - std::max(now, pause.from);
        pausing_ |= bit(priority);
        if (!pause.wake) engine_.wake_at(pause.until, *this, priority);
        pause.wake = true;
    }
    advance(now);
}

std::size_t Transmitter::packets_held() const {
    std::size_t held = messages_.size() + (sending_ == no_packet ? 0 : 1);
    for (const auto& ring : rings_) held += ring.size();
    return held;
}

void Transmitter::wake(Instant now, std::uint64_t what) {
    if (what == sent) {
        complete(now);
    } else {
        Pause& pause = pauses_[what];
        pause.wake = now < pause.until;
        if (pause.wake) engine_.wake_at(pause.until, *this, what);
    }
    advance(now);
}

std::uint8_t Transmitter::held(Instant now) {
    std::uint8_t held = 0;
    for (unsigned left = pausing_; left != 0; left &= left - 1) {
        const auto priority = static_cast<unsigned>(std::countr_zero(left));
        if (paused(now, priority)) held |= bit(priority);
        if (now >= pauses_[priority].until)
            pausing_ = static_cast<std::uint8_t>(pausing_ & ~bit(priority));
    }
    return held;
}

// The source may kick while it is asked: that is answered by the loop that asked it.
void Transmitter::advance(Instant now) {
    if (advancing_) return;
    advancing_ = true;
    fill(now);
    if (sending_ == no_packet) {
        if (!messages_.empty()) {
            start(now, messages_.pop());
        } else if (const unsigned ready = waiting_ & ~(pausing_ == 0 ? 0U : held(now));
                   ready != 0) {
            // The next one round from the one served last.
            const unsigned behind = ready & ~((2U << last_served_) - 1U);
            const int ring = std::countr_zero(behind != 0 ? behind : ready);
            last_served_ = static_cast<std::uint8_t>(ring);
            Ring<PacketId>& from = rings_[last_served_];
            start(now, from.pop());
            if (from.empty()) waiting_ = static_cast<std::uint8_t>(waiting_ & ~bit(last_served_));
        }
    }
    advancing_ = false;
}

void Transmitter::fill(Instant now) {
    const std::uint8_t paused = pausing_ == 0 ? std::uint8_t{0} : held(now);
    for (;;) {
        const auto allowed = static_cast<std::uint8_t>(~(full_ | paused));
        if (allowed == 0) return;
        const PacketId packet = source_.next(now, port_, allowed);
        if (packet == no_packet) return;
        const Packet& it = packets_[packet];
        const std::size_t ring = ring_of(it);
        assert((allowed & bit(it.priority)) != 0);
        rings_[ring].push(packet);
        waiting_ |= bit(ring);
        bytes_[ring] += it.wire;
        in_nic_ += it.wire;
        most_in_nic_ = std::max(most_in_nic_, in_nic_);
        if (!has_room(bytes_[ring])) full_ |= users_of(ring);
    }
}

void Transmitter::start(Instant now, PacketId packet) {
    sending_ = packet;
    began_ = now;
    engine_.wake_at(clock_.end_of(now, packets_[packet].wire), *this, sent);
}

void Transmitter::complete(Instant now) {
    const PacketId packet = sending_;
    const Packet& it = packets_[packet];
    if (it.kind != PacketKind::message) {
        const std::size_t ring = ring_of(it);
        bytes_[ring] -= it.wire;
        in_nic_ -= it.wire;
        if (has_room(bytes_[ring])) full_ = static_cast<std::uint8_t>(full_ & ~users_of(ring));
        source_.departed(now, port_, packet);
    }
    sending_ = no_packet;
    link_.carry(began_, now, packet);
}

}  // namespace weir::sim

#include "tools/gen/sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "dataplane/base/error.hpp"
#include "tools/gen/buffers.hpp"
#include "tools/gen/clock.hpp"

namespace weir {
namespace {

// A burst is what the thread sends anyway without looking at the clock again, and some.
constexpr Nanos burst_time{100'000};
constexpr std::uint64_t bursts = 4;

std::optional<Pacer> make_pacer(const Options& o, std::uint64_t largest_cost,
                                std::uint64_t ticks_per_second) {
    if (!o.rate) return {};
    const std::uint64_t rate = o.rate->per_second;
    const auto peak = static_cast<std::uint64_t>(static_cast<double>(rate) * o.peak) + 1;
    const std::uint64_t burst =
        std::max(bursts * o.burst * largest_cost, to_ticks(burst_time, rate));
    return Pacer{{.rate = rate,
                  .peak = peak,
                  .burst = burst,
                  .catch_up = to_ticks(o.catch_up, ticks_per_second),
                  .hertz = ticks_per_second}};
}

}  // namespace

Sender::Sender(Port& port, rte_mempool& pool, const Options& options, const PacketBuilder& builder,
               const SizeMix& mix, std::uint64_t ticks_per_second)
    : port_{port},
      pool_{pool},
      builder_{builder},
      noise_{builder, options.traffic, mix.sizes().size(), options.random_percent, options.seed},
      rate_{options.rate},
      burst_{options.burst},
      limit_{options.count},
      ticks_per_second_{ticks_per_second},
      pattern_(mix.pattern().begin(), mix.pattern().end()),
      next_sequence_(options.traffic.flows, 0) {
    const std::size_t room = rte_pktmbuf_data_room_size(&pool_) - packet_headroom;
    for (const std::uint16_t size : mix.sizes()) {
        const bool bits = rate_ && rate_->unit == SendRate::Unit::bits;
        cost_.push_back(bits ? 8 * (std::uint64_t{size} + options.overhead) : 1);
        segments_.push_back((size + room - 1) / room);
        if (size > room && !port.chains())
            throw Error{ExitCode::device,
                        fmt::format("device {}: a frame of {} bytes does not fit its buffers of {} "
                                    "and it takes no chains of them; lower --size",
                                    port.name(), size, room)};
    }
    pacer_ = make_pacer(options, *std::max_element(cost_.begin(), cost_.end()), ticks_per_second);
    // Where the number of flows and the length of the pattern share a factor, each flow would meet
    // only some of the sizes: whenever both begin anew together, the pattern moves on by one.
    pattern_shift_ = std::lcm<std::uint64_t>(options.traffic.flows, pattern_.size());
    until_shift_ = pattern_shift_;
    packets_.reserve(burst_);
    pending_.reserve(burst_);
    stock_.reserve(burst_ + *std::max_element(segments_.begin(), segments_.end()));
}

void Sender::start(std::uint64_t now) noexcept {
    started_ = ended_ = now;
    if (pacer_) pacer_->start(now, cost_[pattern_[0]]);
}

bool Sender::poll(std::uint64_t now) noexcept {
    if (pacer_) pacer_->advance(now);
    ended_ = now;
    if (flush()) {
        build(now);
        flush();
    }
    if (pacer_) pacer_->clip();
    return !counted_all() || head_ != packets_.size();
}

bool Sender::stock_up(std::size_t segments) noexcept {
    if (stock_.size() >= segments) [[likely]]
        return true;
    const std::size_t have = stock_.size();
    stock_.resize(std::max(burst_, segments));
    if (take_buffers(pool_, std::span{stock_}.subspan(have))) return true;
    stock_.resize(have);
    no_buffer_.add();
    return false;
}

Packet* Sender::take_from_stock() noexcept {
    Packet* packet = stock_.back();
    stock_.pop_back();
    return packet;
}

void Sender::build(std::uint64_t now) noexcept {
    packets_.clear();
    pending_.clear();
    head_ = 0;
    while (packets_.size() < burst_ && !counted_all()) {
        const std::size_t which = pattern_[pattern_at_];
        if (!stock_up(segments_[which]) || (pacer_ && !pacer_->take(cost_[which]))) break;
        Packet* packet = take_from_stock();
        // Noise costs as much as the frame whose turn it is: its own length is random.
        pending_.push_back(noise_.due() ? write_noise(*packet)
                                        : write_counted(*packet, which, now));
        packets_.push_back(packet);
        step_pattern();
    }
}

void Sender::step_pattern() noexcept {
    if (++pattern_at_ == pattern_.size()) pattern_at_ = 0;
    if (--until_shift_ != 0) return;
    until_shift_ = pattern_shift_;
    if (++pattern_at_ == pattern_.size()) pattern_at_ = 0;
}

Sender::Pending Sender::write_counted(Packet& packet, std::size_t which,
                                      std::uint64_t now) noexcept {
    const std::uint32_t flow = flow_;
    const std::size_t size = builder_.size(which);
    const std::size_t first = std::min(size, room(packet).size());
    builder_.write(room(packet).first(first), which, flow, next_sequence_[flow]++, now);
    set_length(packet, first);
    Packet* last = &packet;
    for (std::size_t at = first; at < size;) {
        Packet* const next = take_from_stock();
        const std::size_t part = std::min(size - at, room(*next).size());
        std::memcpy(room(*next).data(), builder_.bytes(which).data() + at, part);
        next->data_len = static_cast<std::uint16_t>(part);
        last = last->next = next;
        ++packet.nb_segs;
        packet.pkt_len += static_cast<std::uint32_t>(part);
        at += part;
    }
    if (++flow_ == next_sequence_.size()) flow_ = 0;
    ++numbered_;
    return {static_cast<std::uint32_t>(size), flow};
}

Sender::Pending Sender::write_noise(Packet& packet) noexcept {
    const std::size_t length = noise_.make(room(packet));
    set_length(packet, length);
    return {static_cast<std::uint32_t>(length), no_flow};
}

// Whether all that waited is with the device now.
bool Sender::flush() noexcept {
    const std::size_t waiting = packets_.size() - head_;
    if (waiting == 0) return true;
    const std::size_t taken = port_.transmit(std::span{packets_}.subspan(head_));
    std::uint64_t packets = 0, bytes = 0;
    for (std::size_t i = head_; i < head_ + taken; ++i) {
        if (pending_[i].flow == no_flow) [[unlikely]] {
            sent_noise_.add(pending_[i].bytes);
            continue;
        }
        ++packets;
        bytes += pending_[i].bytes;
    }
    sent_.packets.add(packets);
    sent_.bytes.add(bytes);
    head_ += taken;
    if (taken == waiting) return true;
    refused_.add();
    return false;
}

void Sender::finish() noexcept {
    for (std::size_t i = head_; i < packets_.size(); ++i)
        if (pending_[i].flow != no_flow) --next_sequence_[pending_[i].flow];
    give_back(std::span{packets_}.subspan(head_));
    give_back(stock_);
    packets_.clear();
    stock_.clear();
    head_ = 0;
}

Sent Sender::result() const {
    Sent sent;
    sent.packets = sent_.packets.read();
    sent.bytes = sent_.bytes.read();
    sent.random_packets = sent_noise_.packets.read();
    sent.random_bytes = sent_noise_.bytes.read();
    sent.seconds = static_cast<double>(ended_ - started_) / static_cast<double>(ticks_per_second_);
    sent.asked = rate_;
    sent.forgone = pacer_ ? pacer_->forgone() : 0;
    sent.refused = refused_.read();
    sent.no_buffer = no_buffer_.read();
    return sent;
}

}  // namespace weir

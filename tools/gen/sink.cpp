#include "tools/gen/sink.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <numeric>

#include "dataplane/wire/ethernet.hpp"
#include "dataplane/wire/ip.hpp"
#include "tools/gen/buffers.hpp"
#include "tools/gen/clock.hpp"

namespace weir {
namespace {

constexpr std::size_t burst = 64;
// Beyond this (some minutes) the stamp was not made by this machine's clock.
constexpr std::uint64_t longest_latency = std::uint64_t{1} << 40U;

// ARP, or ICMPv6 behind no other header. Those are short: longer frames' bytes are not touched.
bool may_be_question(Packet& packet) {
    constexpr std::size_t longest = 128, next_header_at = sizeof(EthernetHeader) + 6;
    if (packet.pkt_len > longest) return false;
    const auto frame = bytes(packet);
    if (frame.size() <= next_header_at) return false;
    const EtherType type = reinterpret_cast<const EthernetHeader*>(frame.data())->ether_type();
    return type == EtherType::arp ||
           (type == EtherType::ipv6 &&
            static_cast<IpProto>(frame[next_header_at]) == IpProto::icmpv6);
}

double monotonic_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

SequenceTracker::Begin begin_of(const Options& o) {
    return o.sends() || o.from_start ? SequenceTracker::Begin::zero
                                     : SequenceTracker::Begin::first_seen;
}

}  // namespace

Sink::Sink(Port& port, Answerer* answerer, const Options& options, std::uint64_t ticks_per_second)
    : port_{port},
      answerer_{answerer},
      fast_{options.fast},
      verify_{options.verify},
      stream_{options.traffic.stream},
      tracker_{options.window, begin_of(options)},
      bins_{to_ticks(options.bins, ticks_per_second), ticks()},
      bin_width_{std::chrono::duration<double>(options.bins).count()},
      bins_begin_{monotonic_seconds()} {}

void Sink::poll() noexcept {
    std::array<Packet*, burst> packets;
    for (std::uint16_t queue = 0; queue < port_.receive_queues(); ++queue) {
        const std::span got{packets.data(), port_.receive(queue, packets)};
        if (got.empty()) continue;
        if (fast_) {
            count_only(got);
        } else {
            for (Packet* packet : got) __builtin_prefetch(rte_pktmbuf_mtod(packet, void*));
            const std::uint64_t now = ticks();
            for (Packet* packet : got) receive(*packet, now);
        }
        give_back(got);
    }
}

void Sink::count_only(std::span<Packet*> packets) noexcept {
    const std::uint64_t now = ticks();
    std::uint64_t counted = 0, length = 0;
    for (Packet* packet : packets) {
        if (answerer_ != nullptr && may_be_question(*packet) &&
            answerer_->hear(bytes(*packet), now)) [[unlikely]]
            continue;
        ++counted;
        length += packet->pkt_len;
    }
    if (counted == 0) return;
    bins_.add(now, counted, length);
    last_ = last_new_ = now;
    if (first_ == 0) first_ = last_;
    ours_.packets.add(counted);
    ours_.bytes.add(length);
    unique_.add(counted);
}

void Sink::receive(Packet& packet, std::uint64_t now) noexcept {
    const auto found = find_stamp(bytes(packet));
    if (!found || found->stamp->stream != stream_) [[unlikely]] {
        if (answerer_ == nullptr || !answerer_->hear(bytes(packet), now)) other_.add();
        return;
    }
    if (verify_ && !intact(packet, *found)) {
        damaged_.add();
        return;
    }
    ours_.add(packet.pkt_len);
    bins_.add(now, 1, packet.pkt_len);
    last_ = now;
    if (first_ == 0) first_ = now;
    const Arrival arrival =
        tracker_.receive(found->stamp->flow.host(), found->stamp->sequence.host());
    if (arrival == Arrival::in_order || arrival == Arrival::reordered) {
        unique_.add();
        last_new_ = now;
    }
    const std::uint64_t latency = now - found->stamp->time.host();
    if (latency <= longest_latency)
        latency_.record(latency);
    else
        untimed_.add();
}

bool Sink::intact(Packet& packet, const Found& found) {
    if (packet.nb_segs == 1) return checksums_ok(bytes(packet), found);
    whole_.clear();
    for (Packet* segment = &packet; segment != nullptr; segment = segment->next) {
        const auto part = bytes(*segment);
        whole_.insert(whole_.end(), part.begin(), part.end());
    }
    return checksums_ok(whole_, found);
}

void Sink::count_loss(Received& received, const std::vector<std::uint64_t>* sent) const {
    if (fast_) {
        received.loss_known = sent != nullptr;
        received.total.unique = received.packets;
        if (sent == nullptr) return;
        const auto all = std::accumulate(sent->begin(), sent->end(), std::uint64_t{0});
        received.total.lost = all - std::min(all, received.packets);
        return;
    }
    const auto add = [&](std::uint16_t flow, std::optional<std::uint64_t> of) {
        received.flows.push_back({flow, tracker_.counts(flow, of)});
        received.total += received.flows.back().counts;
    };
    for (std::size_t flow = 0; sent != nullptr && flow < sent->size(); ++flow)
        add(static_cast<std::uint16_t>(flow), (*sent)[flow]);
    for (const std::uint16_t flow : tracker_.flows_seen())
        if (sent == nullptr || flow >= sent->size()) add(flow, {});
}

Received Sink::result(const std::vector<std::uint64_t>* sent, std::uint64_t started,
                      std::uint64_t ticks_per_second) const {
    const auto since_start = [&](std::uint64_t at) {
        return at < started
                   ? 0
                   : static_cast<double>(at - started) / static_cast<double>(ticks_per_second);
    };
    Received received;
    received.packets = packets();
    received.bytes = byte_count();
    received.other = other_.read();
    received.damaged = damaged_.read();
    received.first = since_start(first_);
    received.last = since_start(last_);
    received.latency = latency_;
    received.untimed = untimed_.read();
    if (bin_width_ > 0) received.bins = BinRows{bin_width_, bins_begin_, bins_.bins()};
    count_loss(received, sent);
    return received;
}

}  // namespace weir

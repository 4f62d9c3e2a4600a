#include "dataplane/worker/egress.hpp"

#include <cstring>

namespace weir {

EgressPort::EgressPort(const SliceQueues::Setup& setup, const NeighborTable& neighbors, Instant now,
                       HostLink hosts)
    : counters_{setup.mine->ports[setup.port]},
      queues_{setup, now},
      now_{now},
      neighbors_{neighbors},
      port_{setup.port},
      pauses_{setup.port, hosts.times, setup.all, counters_},
      hosts_{hosts},
      mine_{*setup.mine} {
    counters_.residence = std::make_unique<ResidenceRows>(slice_rows);
}

void EgressPort::adopt(const Snapshot& snapshot, Instant now) {
    // A slice's buffer may be another one then.
    waiting_.walk([&](Packet& packet) { queues_.let_go(packet); });
    queues_.adopt(snapshot, now);
    waiting_.filter([&](Packet& packet) {
        const Drop drop = queues_.reserve(packet);
        if (drop != Drop::none) drop_held(packet, row_of(egress_tag(packet).slice), drop);
        return drop == Drop::none;
    });
    adopt_hosts(snapshot, now);
    find_room();
    straight_ = !queues_.shapes() && !pauses_.any();
}

Drop EgressPort::queue(Packet& packet) noexcept {
    // Whoever sent it knows a MAC, maybe that which others wait for: they go first.
    if (!waiting_.empty()) [[unlikely]]
        look_if_neighbors_changed();
    // ARP and ND ask again when there is a link; what they ask without one would only pile up.
    const bool vain = !link_up() && egress_tag(packet).slice == control_slice;
    const Drop drop = vain ? Drop::port_down : queues_.admit(packet, now_);
    if (drop == Drop::none)
        row(packet).admitted.add(packet.pkt_len);
    else
        row(packet).refused.add();
    return drop;
}

void EgressPort::change_link(bool up, Instant now) noexcept {
    link_ = up;
    find_room();
    if (!up) {
        down_since_ = now;
        return;
    }
    queues_.tick(now);
    pay_again(ready_begin_, down_since_, now);
}

// What is in the burst from there on has paid, but buckets have earned since. It pays once more, up
// to what they did, or more than a burst of theirs would leave at once.
void EgressPort::pay_again(std::size_t from, Instant then, Instant now) noexcept {
    Bytes due = queues_.earned(now - then);
    for (std::size_t i = from; i < ready_end_ && due > Bytes{0}; ++i) {
        const Bytes length{std::min<std::uint64_t>(noted_[i].length, due.count())};
        queues_.pay_again(noted_[i].slice, static_cast<std::uint32_t>(length.count()));
        due -= length;
    }
}

Drop EgressPort::admit_waiting(Packet& packet) noexcept {
    if (waiting_.has_failed(wait_info(packet).next_hop, now_)) return Drop::neighbor_failed;
    if (!queues_.may_wait(packet)) return Drop::neighbor_queue_full;
    set_queued_at(packet, now_);
    if (const Drop drop = queues_.reserve(packet); drop != Drop::none) return drop;
    if (waiting_.push(packet, now_)) return Drop::none;
    queues_.let_go(packet);
    return Drop::neighbor_queue_full;
}

Drop EgressPort::wait(Packet& packet) noexcept {
    EgressTag tag = egress_tag(packet);
    tag.slice = static_cast<std::uint16_t>(tag.slice & ~waits_for_mac);
    set_egress_tag(packet, tag);
    changes_ = never;  // its MAC may be known since it was asked for
    const Drop drop = admit_waiting(packet);
    find_room();
    if (drop == Drop::none)
        row(packet).admitted.add(packet.pkt_len);
    else
        row(packet).refused.add();
    return drop;
}

void EgressPort::look_if_neighbors_changed() noexcept {
    const std::uint64_t changes = neighbors_.changes();
    if (changes == changes_ && changes % 2 == 0) return;
    look_at_neighbors();
    changes_ = changes;
}

// What knows its MAC now goes to its queue; what has waited too long is lost.
void EgressPort::look_at_neighbors() noexcept {
    const auto drop = [&](Packet& packet, Drop why) {
        drop_held(packet, row_of(egress_tag(packet).slice), why);
    };
    waiting_.release(
        link_, now_,
        [&](const Ipv6Addr& next_hop) {
            const NeighborId id = neighbors_.find(port_, next_hop);
            return id == no_neighbor ? 0 : neighbors_.word(id);
        },
        [&](Packet& packet, std::uint64_t mac) {
            const std::uint64_t octets = mac >> 16U;
            std::memcpy(rte_pktmbuf_mtod(&packet, void*), &octets, sizeof(MacAddr));
            if (const Drop why = queues_.enqueue(packet); why != Drop::none) drop(packet, why);
        },
        [&](Packet& packet) {
            queues_.let_go(packet);
            drop(packet, Drop::neighbor_failed);
        });
    find_room();
}

// What the device left comes first, and all room is behind it.
inline void EgressPort::close_up() noexcept {
    if (ready_begin_ == 0) return;
    const auto from = static_cast<std::ptrdiff_t>(ready_begin_);
    const auto to = static_cast<std::ptrdiff_t>(ready_end_);
    std::copy(ready_.begin() + from, ready_.begin() + to, ready_.begin());
    std::copy(noted_.begin() + from, noted_.begin() + to, noted_.begin());
    ready_end_ -= ready_begin_;
    ready_begin_ = 0;
}

void EgressPort::fill(Instant now) noexcept {
    if (queues_.empty() && !reopening_) return;
    close_up();
    if (reopening_) [[unlikely]]
        take_back(now);
    if (queues_.empty()) return;
    const std::size_t first = ready_end_;
    const auto give = [this](Packet& packet, std::uint32_t length, std::uint16_t slot) {
        make_ready(packet, length, slot);
    };
    while (ready_end_ < burst && queues_.next(now, burst - ready_end_, give) != 0) {
    }
    for (std::size_t i = first; i < ready_end_; ++i)  // not before: their memory is on the way
        noted_[i].queued_at = now + -queued_for(*ready_[i], now);
}

void EgressPort::count_departed(std::size_t packets, Instant now) noexcept {
    std::uint64_t bytes = 0;
    if (packets != 0) said_ = nullptr;  // it was the first
    for (const std::size_t end = ready_begin_ + packets; ready_begin_ < end; ++ready_begin_) {
        const Noted& noted = noted_[ready_begin_];
        bytes += noted.length;
        counters_.slices[row_of(noted.slice)].departed.add(noted.length);
        if (noted.queued_at != Instant{}) [[unlikely]]
            (*counters_.residence)[row_of(noted.slice)].record(now - noted.queued_at);
    }
    counters_.sent.packets.add(packets);
    counters_.sent.bytes.add(bytes);
}

void EgressPort::drop_held(Packet& packet, std::size_t row, Drop drop) noexcept {
    counters_.drops[static_cast<std::size_t>(drop)].add();
    counters_.slices[row].dropped.add();
    rte_pktmbuf_free(&packet);
}

void EgressPort::discard(Drop drop) noexcept {
    walk([&](Packet& packet, std::size_t row) { drop_held(packet, row, drop); });
    ready_begin_ = ready_end_ = 0;
    aside_.clear();
    said_ = nullptr;
    reopening_ = false;
    waiting_.clear();
    queues_.clear();
    find_room();
}

std::size_t EgressPort::held() const noexcept {
    std::size_t n = 0;
    walk([&](const Packet&, std::size_t) { ++n; });
    return n;
}

}  // namespace weir

// The hosts behind a port: what they are told, and that nothing leaves of a slice which they
// stopped, not even what already stood in the burst.
#include <rte_mbuf.h>

#include <algorithm>

#include "dataplane/worker/egress.hpp"

namespace weir {

void EgressPort::adopt_hosts(const Snapshot& snapshot, Instant now) {
    pauses_.adopt(snapshot, now, [this](std::uint16_t slot, bool stopped) { stop(slot, stopped); });
    mac_ = snapshot.ports[port_].mac;
    if (pauses_.any()) aside_.reserve((priorities + 1) * (burst + 1));
}

void EgressPort::talk_to_hosts(Instant now) noexcept {
    pauses_.look(
        now, [this](std::uint16_t slot, bool stopped) { stop(slot, stopped); },
        [this](std::uint16_t slot) {
            return QueueView{.waits = queues_.held_back(slot) || any_aside(slot),
                             .departed = queues_.departed_charge(slot)};
        },
        [this](std::uint16_t slot) { drop_waiting(slot); });
    if (!pauses_.any()) straight_ = !queues_.shapes();  // a reload took them away, all is said
    if (hosts_.pool == nullptr || !link_up() || !pauses_.due(now)) return;
    // One at a time: one that is not sent yet says what is true now.
    if (said_ == nullptr && !make_pause_frame()) return;
    encode_pfc(bytes(*said_).first<pfc_frame_bytes>(), mac_, pauses_.said(now));
}

// Ahead of everything and past the shaper, which it owes for: H has no time for a queue. False
// where there is no buffer; it is due still.
bool EgressPort::make_pause_frame() noexcept {
    said_ = rte_pktmbuf_alloc(hosts_.pool);
    if (said_ == nullptr) return false;
    mine_.originated.add();
    rte_pktmbuf_append(said_, pfc_frame_bytes);
    said_->port = static_cast<std::uint16_t>(index(port_));
    set_egress_tag(*said_, {control_slice, port_, 0});
    counters_.slices[control_row].admitted.add(pfc_frame_bytes);
    if (ready_begin_ > 0) {
        --ready_begin_;
    } else {
        const auto to = static_cast<std::ptrdiff_t>(ready_end_++);
        std::copy_backward(ready_.begin(), ready_.begin() + to, ready_.begin() + to + 1);
        std::copy_backward(noted_.begin(), noted_.begin() + to, noted_.begin() + to + 1);
    }
    ready_[ready_begin_] = said_;
    noted_[ready_begin_] = {pfc_frame_bytes, control_slice, {}};
    queues_.pay_again(control_slice, pfc_frame_bytes);
    return true;
}

void EgressPort::stop(std::uint16_t slot, bool stopped) noexcept {
    if (stopped) {
        queues_.stop(slot, true);
        put_aside(slot);
    } else if (any_aside(slot)) {
        reopening_ = true;  // its queue stays shut until they are gone, or it would overtake them
    } else {
        queues_.stop(slot, false);
    }
    find_room();
}

bool EgressPort::any_aside(std::uint16_t slot) const noexcept {
    return std::ranges::any_of(aside_, [&](const Aside& it) { return it.noted.slice == slot; });
}

void EgressPort::put_aside(std::uint16_t slot) noexcept {
    if (aside_.empty()) aside_since_ = now_;
    std::size_t kept = ready_begin_, moved = 0;
    for (std::size_t i = ready_begin_; i < ready_end_; ++i) {
        if (noted_[i].slice == slot) {
            // Before what was put aside earlier: that is younger, if it is of this slice.
            aside_.insert(aside_.begin() + static_cast<std::ptrdiff_t>(moved++),
                          {ready_[i], noted_[i]});
            continue;
        }
        ready_[kept] = ready_[i];
        noted_[kept++] = noted_[i];
    }
    ready_end_ = kept;
}

// Into the burst, as far as it has room; then what waited behind them may follow.
void EgressPort::take_back(Instant now) noexcept {
    const std::size_t first = ready_end_;
    reopening_ = false;
    std::size_t kept = 0;
    for (const Aside& it : aside_) {
        const bool may_go = !pauses_.stopped(it.noted.slice);
        if (may_go && ready_end_ < burst) {
            ready_[ready_end_] = it.packet;
            noted_[ready_end_++] = it.noted;
            continue;
        }
        reopening_ |= may_go;
        aside_[kept++] = it;
    }
    aside_.resize(kept);
    pay_again(first, aside_since_, now);
    for (std::size_t i = first; i < ready_end_; ++i)
        if (!any_aside(noted_[i].slice)) queues_.stop(noted_[i].slice, false);
    find_room();
}

void EgressPort::drop_waiting(std::uint16_t slot) noexcept {
    put_aside(slot);
    std::erase_if(aside_, [&](const Aside& it) {
        if (it.noted.slice != slot) return false;
        drop_held(*it.packet, row_of(slot), Drop::watchdog);
        return true;
    });
    queues_.eject(slot, [&](Packet& packet) { drop_held(packet, row_of(slot), Drop::watchdog); });
    find_room();
}

}  // namespace weir

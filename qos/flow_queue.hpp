#pragma once
// A FIFO of packets in pieces of seven (two cache lines), from a pool that all queues of a port
// share: idle, a queue holds no piece. Nothing is allocated while packets move. Seven, because the
// next piece of a queue that has waited comes from memory: that is the time of about six packets.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "qos/packet.hpp"

namespace weir {

class LinePool {
public:
    static constexpr std::uint32_t none = UINT32_MAX;
    static constexpr std::uint32_t packets_in_line = 7;
    struct alignas(128) Line {
        std::uint32_t next = none;  // beside the first packets: who begins a line needs both
        alignas(16) std::array<QueuedPacket, packets_in_line> packets;
    };
    static_assert(sizeof(Line) == 128);

    // Room for so many packets in so many queues, however they lie: of each queue the first and the
    // last line may be nearly empty.
    void grow(std::size_t packets, std::size_t queues) {
        const std::size_t needed = std::min(packets, packets / packets_in_line + 2 * queues);
        for (std::size_t i = lines_.size(); i < needed; ++i) {
            lines_.emplace_back();
            give(static_cast<std::uint32_t>(i));
        }
    }
    std::uint32_t take() noexcept {  // none where the pool is empty
        const std::uint32_t line = free_;
        if (line == none) return none;
        free_ = lines_[line].next;
        lines_[line].next = none;
        return line;
    }
    void give(std::uint32_t line) noexcept {
        lines_[line].next = free_;
        free_ = line;
    }
    void prefetch(std::uint32_t line) const noexcept {
        if (line == none) return;
        __builtin_prefetch(&lines_[line]);
        __builtin_prefetch(&lines_[line].packets.back());
    }
    Line& operator[](std::uint32_t line) noexcept { return lines_[line]; }
    const Line& operator[](std::uint32_t line) const noexcept { return lines_[line]; }

private:
    std::vector<Line> lines_;
    std::uint32_t free_ = none;
};

class FlowQueue {
public:
    bool empty() const noexcept { return packets_ == 0; }
    std::uint32_t packets() const noexcept { return packets_; }
    std::uint64_t charge() const noexcept { return charge_; }

    // False where the pool has no line left.
    bool push(LinePool& pool, QueuedPacket packet) noexcept {
        if (tail_ == LinePool::none || end_ == LinePool::packets_in_line) {
            const std::uint32_t line = pool.take();
            if (line == LinePool::none) return false;
            if (tail_ == LinePool::none)
                head_ = line;
            else
                pool[tail_].next = line;
            tail_ = line;
            end_ = 0;
        }
        pool[tail_].packets[end_++] = packet;
        ++packets_;
        charge_ += packet.charge;
        return true;
    }
    // Of a queue that is not empty, both.
    const QueuedPacket& front(const LinePool& pool) const noexcept {
        return pool[head_].packets[begin_];
    }
    QueuedPacket pop(LinePool& pool) noexcept {
        const LinePool::Line& first = pool[head_];
        const QueuedPacket packet = first.packets[begin_++];
        // By the next turn of a long queue its next line would be cold.
        if (begin_ == 1) pool.prefetch(first.next);
        --packets_;
        charge_ -= packet.charge;
        if (begin_ == LinePool::packets_in_line || packets_ == 0) {
            const std::uint32_t line = head_;
            head_ = pool[line].next;
            begin_ = 0;
            if (packets_ == 0) head_ = tail_ = LinePool::none;
            pool.give(line);
        }
        return packet;
    }
    // Calls see(packet) for each, oldest first: what an audit counts.
    template <class See>
    void walk(const LinePool& pool, See&& see) const {
        std::uint32_t line = head_;
        std::uint8_t at = begin_;
        while (line != LinePool::none) {
            const std::uint8_t end = line == tail_ ? end_ : LinePool::packets_in_line;
            for (; at < end; ++at) see(pool[line].packets[at]);
            line = line == tail_ ? LinePool::none : pool[line].next;
            at = 0;
        }
    }

private:
    std::uint64_t charge_ = 0;
    std::uint32_t packets_ = 0;
    std::uint32_t head_ = LinePool::none;
    std::uint32_t tail_ = LinePool::none;
    std::uint8_t begin_ = 0;  // in the first line
    std::uint8_t end_ = 0;    // in the last
};
static_assert(sizeof(FlowQueue) <= 24);

}  // namespace weir

#pragma once
// Packets whose next hop has no MAC yet, in a line for each next hop, oldest first. Lossless slices
// wait here, in the buffer that is kept for them; control holds a few packets of the others.
// Owned by the worker that owns the port. Allocates nothing: the lines run through the packets.
#include <array>
#include <cstddef>

#include "dataplane/io/packet.hpp"

namespace weir {

class WaitingRoom {
public:
    static constexpr std::size_t most = 64;  // next hops at once
    // Control gives a neighbor up after 3.35 s (Resolver::Limits); then it has failed here too.
    static constexpr Nanos patience{4'000'000'000};
    static constexpr Nanos ask_again{1'000'000'000};
    // So long nobody waits for one that failed, or it would have the slice's buffer all the time.
    static constexpr Nanos failed_hold{3'000'000'000};

    bool empty() const noexcept { return used_ == 0; }

    bool has_failed(const Ipv6Addr& next_hop, Instant now) const noexcept {
        for (const Failed& it : failed_)
            if (it.until > now && it.next_hop == next_hop) return true;
        return false;
    }

    // It carries its WaitInfo. False where too many others are waited for.
    bool push(Packet& packet, Instant now) noexcept {
        Line* line = find(wait_info(packet).next_hop);
        if (line == nullptr) {
            if (used_ == most) return false;
            line = &lines_[used_++];
            *line = {.next_hop = wait_info(packet).next_hop, .since = now};
        }
        wait_info(packet).next = nullptr;
        (line->last == nullptr ? line->first : wait_info(*line->last).next) = &packet;
        line->last = &packet;
        return true;
    }

    // For each line: mac_of(next hop) says the word of the NeighborTable, and what has one leaves
    // by ready(packet, word); what waited for too long by failed(packet). Without a link nobody can
    // answer, and the time does not count.
    template <class MacOf, class Ready, class Failed>
    void release(bool link, Instant now, MacOf&& mac_of, Ready&& ready, Failed&& failed) noexcept {
        for (std::size_t i = 0; i < used_;) {
            Line& line = lines_[i];
            if (!link) line.since = now;
            const std::uint64_t mac = mac_of(line.next_hop);
            if (mac == 0 && now - line.since < patience) {
                ++i;
                continue;
            }
            if (mac == 0) failed_[next_failed_++ % most] = {line.next_hop, now + failed_hold};
            Packet* packet = line.first;
            line = lines_[--used_];
            while (packet != nullptr) {
                Packet& it = *packet;
                packet = wait_info(it).next;
                mac != 0 ? ready(it, mac) : failed(it);
            }
        }
    }
    // Takes out those that keep(packet) does not want; they are the caller's.
    template <class Keep>
    void filter(Keep&& keep) noexcept {
        const std::size_t lines = used_;
        const std::array<Line, most> before = lines_;
        used_ = 0;
        for (std::size_t i = 0; i < lines; ++i)
            for (Packet* packet = before[i].first; packet != nullptr;) {
                Packet& it = *packet;
                packet = wait_info(it).next;
                if (keep(it)) push(it, before[i].since);
            }
    }
    void clear() noexcept { used_ = 0; }  // the caller has walked them

    template <class See>
    void walk(See&& see) const noexcept {
        for (std::size_t i = 0; i < used_; ++i)
            for (Packet* packet = lines_[i].first; packet != nullptr;) {
                Packet& it = *packet;
                packet = wait_info(it).next;  // it may be freed
                see(it);
            }
    }

    // Calls ask(next hop) for each, and again after a time, for control may have been unable to;
    // ask says whether it was told.
    template <class Ask>
    void question(Instant now, Ask&& ask) noexcept {
        for (std::size_t i = 0; i < used_; ++i)
            if (now - lines_[i].asked_at >= ask_again && ask(lines_[i].next_hop))
                lines_[i].asked_at = now;
    }

private:
    struct Line {
        Ipv6Addr next_hop{};
        Packet* first = nullptr;
        Packet* last = nullptr;
        Instant since{};
        Instant asked_at{};
    };
    Line* find(const Ipv6Addr& next_hop) noexcept {
        for (std::size_t i = 0; i < used_; ++i)
            if (lines_[i].next_hop == next_hop) return &lines_[i];
        return nullptr;
    }

    struct Failed {
        Ipv6Addr next_hop{};
        Instant until{};
    };

    std::array<Line, most> lines_;
    std::size_t used_ = 0;
    std::array<Failed, most> failed_{};  // the last ones
    std::size_t next_failed_ = 0;
};

}  // namespace weir

#pragma once
// What a packet of PacketKind::message or mark says, while it is on its way.
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "pfc/message.hpp"
#include "tools/sim/packet.hpp"
#include "tools/sim/transmitter.hpp"

namespace weir::sim {

struct Message {
    struct Caps {
        SliceNumber slice{};
        std::uint32_t version = 0;
        std::vector<FlowCap> caps;
    };
    MessageHead head;
    std::vector<SliceRecord> slices;  // of STATE, SOLICIT
    std::vector<Caps> caps;
    std::optional<TotalsRecord> totals;  // of MARK
    std::optional<CapsRecord> about;     // of HELLO
    std::optional<ProbeRecord> probe;
    std::optional<PauseFrame> pause;  // 802.1Qbb instead of all this

    // On the line: Ethernet, IPv6, ICMPv6, head and MAC, then the records (message v1).
    std::uint32_t wire() const {
        if (pause) return 84;
        std::size_t bytes = 24 + 14 + 40 + 4 + 48 + 16 + 40 * slices.size();
        bytes += totals ? 36U : 0U;
        bytes += about ? 24U : 0U;
        bytes += probe ? 32U : 0U;
        for (const Caps& list : caps) bytes += 12 + 4 * list.caps.size();
        return static_cast<std::uint32_t>(bytes);
    }
};

// Messages by number; a copy that a line made shares its number. A message is there as long as a
// packet carries it or a router is about to hear it: a second of 64 nodes says 100 million.
class Messages {
public:
    explicit Messages(PacketPool& packets) : carried_{packets.messages()} {}

    // For a packet that is made next.
    std::uint64_t put(Message message) {
        const std::uint64_t number = carried_.take();
        if (number == messages_.size()) messages_.emplace_back();
        messages_[number] = std::move(message);
        return number;
    }
    const Message& operator[](std::uint64_t number) const { return messages_[number]; }
    void keep(std::uint64_t number) { carried_.more(number); }
    void heard(std::uint64_t number) { carried_.less(number); }

private:
    Carried& carried_;
    std::deque<Message> messages_;  // who hears one may say others
};

}  // namespace weir::sim

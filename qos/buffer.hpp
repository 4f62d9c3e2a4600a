#pragma once
// How large the buffer of a lossless slice must be, for what one sender may still have on the way.
// Exact integers throughout; what is rounded is rounded towards the larger buffer. Rates count up
// to 2^50 bit/s (1 Pb/s) and times up to 2^50 ns (13 days): beyond, they are taken as that.
//
// A sender that is told to wait goes on arriving for one control round trip
//
//   T = RTT + t_msg + t_peer + between / rate
//   t_msg  =  5 us + 20 us + nic / reverse rate    our loop, messages gathered for 20 us, and what
//                                                  the NIC of the way back already holds
//   t_peer =  5 us + peer's nic / rate             its loop, and what its NIC holds of the slice
//   between                                        what routers on the way may hold back and then
//                                                  deliver, where the peer is not adjacent
//
// at the rate of the slice in *charge*, k x rate (ChargeRatio). Never less than IEEE 802.1Q's
// headroom for priority flow control (two cables, two interfaces, response, two largest frames).
#include <algorithm>
#include <cstdint>

#include "dataplane/base/hold_back.hpp"
#include "dataplane/base/units.hpp"
#include "qos/packet.hpp"

namespace weir {

// A buffer ends in bytes or in pieces of memory: a packet is charged for what it takes more of.
// `charge` / piece_charge bounds the pieces, whatever the sizes of packets.
inline constexpr Bytes piece_charge{256};
constexpr Bytes charge_of(Bytes wire, std::uint32_t pieces) {
    return std::max(wire, Bytes{piece_charge.count() * pieces});
}

// k: how much faster charge arrives than bytes where all packets are as small as can be; exact.
struct ChargeRatio {
    std::uint64_t charge = 1;
    std::uint64_t wire = 1;
    bool operator==(const ChargeRatio&) const = default;
};
// k = max(1, 256 / (smallest + 24)); `smallest`: without FCS. In a chain every piece but the last
// holds 2,048 bytes, so a longer packet is never charged more than its bytes. `added`: headers that
// a packet gets here, which it is charged for too and did not come with.
constexpr ChargeRatio charge_ratio(Bytes smallest, Bytes added = Bytes{0}) {
    const Bytes wire = smallest + Bytes{ethernet_overhead};
    const Bytes charge = std::max(wire + added, piece_charge);
    if (charge == wire) return {};
    return {charge.count(), wire.count()};
}
// The largest packet on the line: an IP packet of `mtu`, Ethernet header, a priority tag.
constexpr Bytes largest_charge(Bytes mtu) { return mtu + Bytes{14 + 4 + ethernet_overhead}; }

// max(2 MTU, rate x 10 us): what may lie in a NIC's queue, as Linux's byte queue limits keep it;
// a closed gate does not stop it any more.
Bytes nic_bytes(BitsPerSecond rate, Bytes largest);

struct BufferTerms {
    HoldBack control = HoldBack::precise;
    BitsPerSecond rate;          // the sender's limit for the slice, at most the port's; > 0
    BitsPerSecond reverse_rate;  // of the port our messages leave by; > 0
    Nanos round_trip{0};         // RTT, the largest to be expected
    Bytes largest;               // largest_charge() of the link
    ChargeRatio small;           // charge_ratio() of the slice
    Bytes nic;                   // nic_bytes() of the port our messages leave by
    Bytes peer_nic;              // and of the peer's port to us, as it announces
    Bytes between{0};            // held by routers on the way
    std::uint32_t isolate = 1;   // precise: buckets that may stall completely at a time
    Nanos poll{50'000};          // the longest loop of a worker: t_poll
};

struct BufferSizes {
    Nanos message{0};  // t_msg
    Nanos peer{0};     // t_peer
    Nanos control{0};  // T
    Nanos resend{0};   // t_resend = max(RTT/16, 40 us): by then a lost message came again
    Bytes headroom;    // H = k rate (T + t_resend + t_poll) + 2 MTU: fits above XOFF
    Bytes hysteresis;  // max(4 MTU, k rate x 20 us): XOFF - XON, or they would alternate
    Bytes xon;         // XOFF - hysteresis; credit: none, 0
    Bytes xoff;        // see buffer_sizes(); credit: none, 0
    Bytes buffer;      // B: what the cumulative limit handed out is made of
    Bytes least;       // the smallest B that works; what is missing to `buffer` costs rate
};

//   pause    XOFF = (H - 2 MTU) + hysteresis: from XON on, one control round trip lasts until the
//            sender arrives again, so the line never runs empty.   B = H + XOFF: 2 BDP + constants
//   precise  XOFF = as pause + isolate x k rate T: each stalled bucket may keep one control round
//            trip beside what runs.                                 B = H + XOFF: 3 BDP + constants
//   credit   B = k rate (T + 4 max(RTT/32, 20 us)) + 2 MTU: the limit moves once a state period;
//            four of them may be lost or late.                      B: 1.14 BDP + constants
BufferSizes buffer_sizes(const BufferTerms& terms);

// A host on a LAN port, held back by 802.1Qbb pause frames:
//   H = k rate (2 cable + t_msg + response + t_poll + t_stall) + 2 MTU
// t_msg as above. Response: IEEE 802.3 31B.3.7 grants 394 quanta of 512 bits at 100 Gb/s and 905 at
// 400; in no speed is that the 10 us taken here for hosts. t_stall, 500 us: our own pause frame
// waits while the worker is not scheduled; XON does not count it.
struct LanTerms {
    BitsPerSecond rate;  // of the port: hosts know no limit of a slice; > 0
    Nanos cable{1'500};  // one way; 300 m
    Bytes largest;
    ChargeRatio small;
    Bytes nic;
    Nanos poll{50'000};
};
BufferSizes lan_buffer_sizes(const LanTerms& terms);

// The same with B as configured, at least sizes.least: XOFF and XON move with it.
BufferSizes with_buffer(BufferSizes sizes, Bytes buffer);

}  // namespace weir

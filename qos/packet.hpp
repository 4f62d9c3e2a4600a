#pragma once
// What a queue knows of a packet: whose it is, how long it occupies the line, how much of the
// buffer it takes. The forwarder's handle is an mbuf, the simulator's an index, a test's a number.
#include <cstdint>

namespace weir {

// Passed by value, in two registers: written in parts and read as a whole it would wait for every
// store before it.
struct QueuedPacket {
    std::uint64_t handle = 0;
    std::uint32_t wire = 0;    // bytes on the line, preamble, FCS and gap included
    std::uint32_t charge = 0;  // bytes against the buffer, see qos/buffer.hpp
};

// Preamble and start delimiter 8, FCS 4, inter-packet gap 12 (IEEE 802.3 clauses 3 and 4.4).
inline constexpr std::uint32_t ethernet_overhead = 24;

}  // namespace weir

#pragma once
// The least that a packet costs whoever forwards it by a behaviour, whatever his code: the bytes
// that RFC 8986 has read and written, and the two MACs. Nothing is looked up, checked or counted,
// nothing but the length differs from packet to packet. What these cost beside testpmd's `mac` mode
// is the limit of any forwarder beside it.
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "dataplane/io/packet.hpp"

namespace weir::bench {

using Work = void (*)(std::span<Packet*>);

// What testpmd's `mac` mode does to a packet.
void write_macs(std::span<Packet*> burst);
// H.Encaps: IPv6 and an SRH of so many segments in front, always the same bytes but for the payload
// length; the inner hop.
template <std::size_t segments>
void least_encap(std::span<Packet*> burst);
// End: hop limit, Segments Left, the segment it names to the destination.
void least_end(std::span<Packet*> burst);
// End.DT46: both headers off (how long they are is read from the SRH), the inner hop.
void least_decap(std::span<Packet*> burst);

// A route: the hop.
void least_route(std::span<Packet*> burst);

// By the names `mac`, `encap` (3 segments), `encap-red` (2 in its SRH), `end`, `decap`, `route`.
std::optional<Work> least_of(std::string_view name);

}  // namespace weir::bench

#pragma once
#include <cstdint>

namespace weir {

// DPDK's TAP driver before 23.11 says that 1,522 bytes are its longest frame, so ethdev refuses a
// larger MTU, though the driver would send and receive any (it compares with the MTU that ethdev
// keeps, and a longer frame stops the queue for good). This sets the MTU behind ethdev's back: the
// field is the one 16-bit word in the device's shared data that follows two MTUs that ethdev does
// take. False, and nothing changed, where that is not exactly one word.
bool raise_tap_mtu(std::uint16_t device, std::uint16_t mtu);

}  // namespace weir

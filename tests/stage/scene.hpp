#pragma once
// The node that the stage tests forward through: lan0 (table campus) and wan0, one policy per shape
// of encapsulation, one SID per behaviour, one process-wide EAL.
#include <string>

#include "tests/support/bed.hpp"
#include "tests/support/packets.hpp"

namespace weir::test {

inline constexpr PortId lan{0}, wan{1};
inline const MacAddr lan_mac = Bed::mac(lan), wan_mac = Bed::mac(wan);

// Gateways in the order gateways_of() sorts them: by port, then by address.
inline const MacAddr lan_gateway4 = Bed::neighbor_mac(0);  // 10.1.0.2
inline const MacAddr lan_gateway6 = Bed::neighbor_mac(1);  // fd00:1::2
inline const MacAddr wan_gateway = Bed::neighbor_mac(2);   // fd00:ab::2

std::string scene_text();
Config scene_config(const std::string& extra = "");
Config parsed(const std::string& text);  // throws what is wrong with it

}  // namespace weir::test

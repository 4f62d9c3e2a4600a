#pragma once
// What a port's `device` names: "0000:17:00.0", "af_xdp:IF", "af_packet:IF", "tap:NAME",
// "memif:SOCKET[,role=client|server][,id=N]" or "vdev:ARGUMENTS".
#include <string>
#include <string_view>
#include <variant>

namespace weir {

struct PciDevice {
    std::string address;  // with the domain: 0000:17:00.0
};
struct AfXdpDevice {
    std::string interface;
};
struct AfPacketDevice {
    std::string interface;
};
struct TapDevice {
    std::string interface;
};
struct MemifDevice {
    std::string socket;     // a path, or a name in the abstract namespace
    bool abstract = false;  // written with a leading '@'
    bool server = false;
    unsigned id = 0;
};
struct VdevDevice {
    std::string name;  // net_null0
    std::string arguments;
};
using DeviceString =
    std::variant<PciDevice, AfXdpDevice, AfPacketDevice, TapDevice, MemifDevice, VdevDevice>;

// Throws Error{ExitCode::configuration} that says what is wrong and which forms there are.
DeviceString parse_device(std::string_view text);

}  // namespace weir

#pragma once
// Ethernet II and 802.1Q (IEEE 802.3 clause 3, 802.1Q clause 9).
#include "dataplane/wire/address.hpp"
#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"

namespace weir {

enum class EtherType : std::uint16_t {
    ipv4 = 0x0800,
    arp = 0x0806,
    vlan = 0x8100,
    ipv6 = 0x86dd,
    mac_control = 0x8808,  // 802.3x PAUSE and 802.1Qbb PFC
};

struct EthernetHeader {
    MacAddr destination;
    MacAddr source;
    be16 type;
    constexpr EtherType ether_type() const { return static_cast<EtherType>(type.host()); }
};
static_assert(sizeof(EthernetHeader) == 14 && WireHeader<EthernetHeader>);

struct VlanTag {
    be16 control;  // PCP 3, DEI 1, VLAN id 12
    be16 type;
    constexpr unsigned vlan() const { return control.host() & 0xfffU; }
    constexpr unsigned priority() const { return control.host() >> 13U; }
};
static_assert(sizeof(VlanTag) == 4 && WireHeader<VlanTag>);

}  // namespace weir

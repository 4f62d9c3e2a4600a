#include "dataplane/io/device_string.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "dataplane/base/error.hpp"

namespace weir {
namespace {

std::string refusal(const std::string& text) {
    try {
        parse_device(text);
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::configuration);
        return error.what();
    }
    return "";
}

TEST(DeviceString, ReadsPciAddresses) {
    EXPECT_EQ(std::get<PciDevice>(parse_device("0000:17:00.0")).address, "0000:17:00.0");
    EXPECT_EQ(std::get<PciDevice>(parse_device("17:00.1")).address, "0000:17:00.1");
    EXPECT_EQ(std::get<PciDevice>(parse_device("00AF:3B:1F.7")).address, "00af:3b:1f.7");
}

TEST(DeviceString, ReadsInterfaces) {
    EXPECT_EQ(std::get<AfXdpDevice>(parse_device("af_xdp:eth1")).interface, "eth1");
    EXPECT_EQ(std::get<AfPacketDevice>(parse_device("af_packet:ens2f0np0")).interface, "ens2f0np0");
    EXPECT_EQ(std::get<TapDevice>(parse_device("tap:lan0")).interface, "lan0");
}

TEST(DeviceString, ReadsMemif) {
    const auto plain = std::get<MemifDevice>(parse_device("memif:/run/m.sock"));
    EXPECT_EQ(plain.socket, "/run/m.sock");
    EXPECT_FALSE(plain.abstract);
    EXPECT_FALSE(plain.server);
    EXPECT_EQ(plain.id, 0U);
    const auto full = std::get<MemifDevice>(parse_device("memif:@name,id=12,role=server"));
    EXPECT_EQ(full.socket, "name");
    EXPECT_TRUE(full.abstract);
    EXPECT_TRUE(full.server);
    EXPECT_EQ(full.id, 12U);
}

TEST(DeviceString, ReadsVdevs) {
    const auto ring = std::get<VdevDevice>(parse_device("vdev:net_pcap0,iface=eth0,phy_mac=1"));
    EXPECT_EQ(ring.name, "net_pcap0");
    EXPECT_EQ(ring.arguments, "iface=eth0,phy_mac=1");
    EXPECT_EQ(std::get<VdevDevice>(parse_device("vdev:net_null0")).arguments, "");
}

TEST(DeviceString, RefusesTheRestWithAReasonAndTheForms) {
    const std::pair<std::string, std::string> cases[] = {
        {"", "no known kind"},
        {"eth1", "no known kind"},
        {"af-xdp:eth1", "no known kind"},
        {"AF_XDP:eth1", "no known kind"},
        {"0000:17:00.8", "no known kind"},
        {"0000:17:0g.0", "no known kind"},
        {"af_xdp:", "names no interface"},
        {"af_xdp:sixteen-letters-", "names no interface"},
        {"tap:a/b", "names no interface"},
        {"tap:..", "names no interface"},
        {"af_packet:eth1,qpairs=9", "names no interface"},
        {"memif:", "names no socket"},
        {"memif:@", "names no socket"},
        {"memif:/run/m,role=boss", "unknown option \"role=boss\""},
        {"memif:/run/m,id=", "unknown option \"id=\""},
        {"memif:/run/m,id=1x", "unknown option \"id=1x\""},
        {"memif:/run/m,id=99999999999", "unknown option"},
        {"memif:/run/m,", "unknown option \"\""},
        {"memif:/" + std::string(120, 'm'), "socket name of 121 bytes"},
        {"vdev:", "names no driver"},
        {"vdev:,size=64", "names no driver"},
    };
    for (const auto& [text, reason] : cases) {
        const std::string said = refusal(text);
        EXPECT_NE(said.find(reason), std::string::npos) << text << " -> " << said;
        EXPECT_NE(said.find("\"af_xdp:IF\""), std::string::npos) << said;
    }
}

// Whatever is written: an Error, or a name that adds no argument of its own to a driver's.
RC_GTEST_PROP(DeviceString, NeverLetsACommaThrough, (const std::string& tail)) {
    for (const char* kind : {"af_xdp:", "af_packet:", "tap:", "memif:/m,id=", ""}) {
        try {
            const auto device = parse_device(kind + tail);
            if (const auto* xdp = std::get_if<AfXdpDevice>(&device))
                RC_ASSERT(xdp->interface == tail && !std::ranges::count(tail, ','));
            if (const auto* tap = std::get_if<TapDevice>(&device))
                RC_ASSERT(tap->interface == tail && !std::ranges::count(tail, ','));
        } catch (const Error& error) {
            RC_ASSERT(error.code() == ExitCode::configuration);
        }
    }
}

}  // namespace
}  // namespace weir

#include "dataplane/config/device_fault.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace weir {
namespace {

TEST(Device, FormsThatAreTaken) {
    for (const char* text :
         {"0000:3b:00.0", "3b:00.7", "ABCD:Ef:1f.0", "af_xdp:eth1", "af_packet:wlan-0.5", "tap:a",
          "tap:fifteen-letters", "memif:/run/a.sock", "memif:@weir",
          "memif:/run/a.sock,role=server,id=4294967295", "memif:a,id=0", "vdev:net_null0",
          "vdev:net_null0,copy=1,size=64"})
        EXPECT_EQ(device_fault(text), "") << text;
}

TEST(Device, FormsThatAreNot) {
    for (const char* text : {"",
                             ":",
                             "0000:3b:00.8",
                             "0000:3b:00",
                             "00000:3b:00.0",
                             "0000:3b:0.0",
                             "0000:3g:00.0",
                             "eth1",
                             "af_xdp",
                             "af_xdp:",
                             "af_xdp:sixteen-letters-",
                             "af_xdp:a b",
                             "af_xdp:a/b",
                             "tap:.",
                             "tap:..",
                             "tap:a,b",
                             "memif:",
                             "memif:@",
                             "memif:a,role=boss",
                             "memif:a,id=",
                             "memif:a,id=4294967296",
                             "memif:a,id=1x",
                             "memif:a\n",
                             "vdev:",
                             "vdev:,a",
                             "xdp:eth1"})
        EXPECT_NE(device_fault(text), "") << text;
    EXPECT_NE(device_fault("memif:" + std::string(107, 'a')), "");
    EXPECT_EQ(device_fault("memif:" + std::string(106, 'a')), "");
}

TEST(Device, AnyBytesGetASentence) {
    EXPECT_TRUE(rc::check([](const std::string& bytes) {
        for (const char* kind : {"", "memif:", "memif:a,", "tap:", "vdev:"}) {
            const auto fault = device_fault(kind + bytes);
            for (const char c : fault) RC_ASSERT(c >= 0x20 && c < 0x7f);
        }
    }));
}

}  // namespace
}  // namespace weir

// Reads one byte past a packet, as a parser with an off-by-one would. A build with ASan must not
// let it pass: if this program ends well there, no test of the packet path sees such a read.
#include <cstdio>

#include "dataplane/io/eal.hpp"
#include "tests/stage/scene.hpp"

int main() {
    using namespace weir;
    const Eal eal{{}};
    test::Bed bed{test::scene_config()};
    const Packet* packet =
        bed.exact(test::frame(test::lan_mac).ip4("10.1.0.9", "10.5.1.1").payload(20).build());
    const volatile char* end = rte_pktmbuf_mtod_offset(packet, const char*, packet->data_len);
    std::printf("read %d\n", *end);
    return 0;
}

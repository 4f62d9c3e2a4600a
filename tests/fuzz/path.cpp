// The packet path: one frame of any bytes, alone in an exact block or as a chain. It ends in
// exactly one way, all buffers come back, and the packet behind it is forwarded as if nothing had
// been.
#include <algorithm>

#include "dataplane/io/eal.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/table.hpp"

namespace weir::fuzz {
namespace {

struct World {
    Eal eal{{}};
    test::Bed bed{test::scene_config()};
    test::Frame good =
        test::frame(test::lan_mac).ip4("10.1.0.9", "10.5.1.1").udp(1, 2).payload(40).build();
    test::Frame forwarded = test::frame(test::lan_gateway4, test::lan_mac)
                                .ip4("10.1.0.9", "10.5.1.1", 63)
                                .udp(1, 2)
                                .payload(40)
                                .build();
};

World& world() {
    static World* const instance = new World;  // EAL outlives everything, exit handlers too
    return *instance;
}

}  // namespace

// First byte: bit 0 the port, bit 1 a chain; the rest is the frame.
std::vector<Input> seeds() {
    std::vector<Input> all;
    for (const test::Case& c : test::cases()) {
        const test::Frame frame = c.frame_in.build();
        Input input{static_cast<std::uint8_t>(c.in == test::wan ? 1 : 0)};
        for (const std::byte b : frame) input.push_back(std::to_integer<std::uint8_t>(b));
        all.push_back(input);
    }
    return all;
}

}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size < 1 || size > 9000) return 0;
    auto& [eal, bed, good, forwarded] = fuzz::world();
    const PortId in = (data[0] & 1) != 0 ? test::wan : test::lan;
    const std::span frame{reinterpret_cast<const std::byte*>(data + 1), size - 1};
    const unsigned before = rte_mempool_in_use_count(&bed.pool());

    const bool chain = (data[0] & 2) != 0 && frame.size() > 128;
    // The table's own frames are never larger than a buffer; larger ones come as chains, as devices
    // send them.
    Packet* packet =
        chain || frame.size() > 2048 ? bed.chain(frame, 128 + data[0], 512) : bed.exact(frame);
    const test::Outcome outcome = bed.run(packet, in);
    fuzz::require(outcome.sent.size() + outcome.punted.size() + outcome.resolves.size() +
                          outcome.drops.size() ==
                      1,
                  "a packet ended in no way, or in more than one");
    for (const auto& sent : outcome.sent)
        fuzz::require(sent.frame.size() >= 34 && sent.frame.size() <= 1514 + 14,
                      "a frame that no port sends");
    fuzz::require(rte_mempool_in_use_count(&bed.pool()) == before, "a buffer did not come back");

    const test::Outcome neighbor = bed.run(good, test::lan);
    fuzz::require(neighbor.sent.size() == 1 && neighbor.sent[0].frame == forwarded,
                  "the packet behind it was harmed");
    return 0;
}

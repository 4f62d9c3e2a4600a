// The packet path: frames of any bytes, alone in an exact block or as a chain, and what control
// makes of those that go there. Each ends in exactly one way, all buffers come back, and the packet
// behind it is forwarded as if nothing had been.
#include <algorithm>
#include <optional>

#include "dataplane/io/eal.hpp"
#include "tests/fuzz/control.hpp"
#include "tests/fuzz/path.hpp"

namespace weir::fuzz {
namespace {

// A gateway that nobody has a MAC of yet.
void unlearn(test::Bed& bed, PortId port, const char* gateway) {
    bed.neighbors().clear_mac(bed.neighbors().find(port, parse_ipv6(gateway).value()));
}

struct World {
    Eal eal{{}};
    Config config = path_config(), moved = moved_config();
    test::Bed plain{config};
    test::Bed apart{marked_config(), 2048, false, 2};  // two workers, devices without chains
    test::Frame good =
        test::frame(test::lan_mac).ip4("10.1.0.9", "10.5.1.1").udp(1, 2).payload(40).build();
    test::Frame forwarded = test::frame(test::lan_gateway4, test::lan_mac)
                                .ip4("10.1.0.9", "10.5.1.1", 63)
                                .udp(1, 2)
                                .payload(40)
                                .build();
    World() {
        for (test::Bed* bed : {&plain, &apart}) unlearn(*bed, PortId{2}, "fd00:8::2");
    }
};

World& world() {
    static World* const instance = new World;  // EAL outlives everything, exit handlers too
    return *instance;
}

Packet* packet_of(test::Bed& bed, const Record& record) {
    Packet* packet = nullptr;
    // A table's own frames are never larger than a buffer; larger ones come as chains, as devices
    // send them.
    if (record.frame.size() > 2048 || (record.chain() && record.frame.size() > record.first()))
        packet = bed.chain(record.frame, record.first(), 512);
    else
        packet = bed.exact(record.frame, record.tail());
    if (record.checksum_seen()) packet->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
    return packet;
}

void run(test::Bed& bed, std::optional<Control>& control, const Record& record) {
    const test::Outcome outcome = bed.run(packet_of(bed, record), record.port());
    require(outcome.sent.size() + outcome.punted.size() + outcome.resolves.size() +
                    outcome.drops.size() ==
                1,
            "a packet ended in no way, or in more than one");
    for (const auto& sent : outcome.sent)
        require(sent.frame.size() >= 34 &&
                    sent.frame.size() <= world().config.ports[sent.port].mtu + std::size_t{14},
                "a frame that no port sends");
    if (!control && outcome.sent.empty() && outcome.drops.empty())
        control.emplace(bed, world().config);
    if (control) {
        control->take(outcome);
        if (record.moves()) control->configure(world().moved);
        control->pass(record.time());
    }
}

}  // namespace
}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size > 9000) return 0;
    auto& world = fuzz::world();
    const auto records = fuzz::records_of({data, size});
    for (test::Bed* bed : {&world.plain, &world.apart}) {
        const unsigned before = rte_mempool_in_use_count(&bed->pool());
        std::optional<fuzz::Control> control;
        for (const fuzz::Record& record : records) fuzz::run(*bed, control, record);
        control.reset();
        fuzz::require(rte_mempool_in_use_count(&bed->pool()) == before,
                      "a buffer did not come back");
        const test::Outcome neighbor = bed->run(world.good, test::lan);
        fuzz::require(neighbor.sent.size() == 1 && neighbor.sent[0].frame == world.forwarded,
                      "the packet behind it was harmed");
    }
    return 0;
}

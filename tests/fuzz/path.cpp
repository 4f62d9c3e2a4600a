// The packet path: frames of any bytes, alone in an exact block or as a chain, what control makes
// of those that go there, and what happens between them to links, devices, neighbors and the
// configuration. Each ends in exactly one way or is held, all buffers come back, and the packet
// behind it is forwarded as if nothing had been.
#include <algorithm>
#include <array>
#include <optional>

#include "dataplane/io/eal.hpp"
#include "tests/fuzz/control.hpp"
#include "tests/fuzz/path.hpp"

namespace weir::fuzz {
namespace {

using namespace std::chrono_literals;

struct World {
    Eal eal{{}};
    Config moved = moved_config();
    Node plain{path_configs(), 2048, true, 1};
    Node apart{marked_configs(), 2048, false, 2};  // two workers, devices without chains
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

// One input at one node.
class Life {
public:
    explicit Life(Node& node) : node_{node} {}

    void live(const std::vector<Record>& records) {
        for (const Record& record : records) {
            if (record.script())
                script(record.frame);
            else
                receive(record);
        }
        arrive();
        control_.reset();
        node_.rest();
    }

private:
    void receive(const Record& record) {
        if (last_ && !coming_.empty() && last_->port() != record.port()) arrive();
        last_ = record;
        coming_.push_back(packet_of(bed_, record));
        if (record.together()) return;
        bed_.now = bed_.now + 1s;  // so that no limit interferes
        arrive();
        if (!control_) return;
        if (record.moves()) control_->configure(world().moved);
        control_->pass(record.time());
    }

    void arrive() {
        if (coming_.empty()) return;
        const test::Outcome outcome = bed_.loop(coming_, last_->port());
        const std::size_t came = std::exchange(coming_, {}).size();
        close(outcome, came);
    }

    // After each step: the laws, and control gets what is for it.
    void close(const test::Outcome& outcome, std::size_t came = 0) {
        node_.close(outcome, came, control_ ? control_->buffers_out() : 0);
        asked_.insert(asked_.end(), outcome.asks.begin(), outcome.asks.end());
        const bool nothing =
            outcome.punted.empty() && outcome.resolves.empty() && outcome.asks.empty();
        if (!control_ && !nothing) control_.emplace(node_);
        if (control_) control_->take(outcome);
    }

    void script(std::span<const std::byte> bytes) {
        arrive();
        for (std::size_t i = 0; i + 1 < bytes.size() && i < 2 * most_happenings; i += 2)
            happen(static_cast<Happening>(std::to_integer<std::size_t>(bytes[i]) % happenings),
                   std::to_integer<std::uint8_t>(bytes[i + 1]));
    }

    void happen(Happening what, std::uint8_t much) {
        const auto port = static_cast<PortId>(much & 3U);
        switch (what) {
            case Happening::time:
                pass(much);
                break;
            case Happening::link_down:
            case Happening::link_up:
                node_.set_link(port, what == Happening::link_up);
                if (control_) control_->set_link(port, what == Happening::link_up);
                break;
            case Happening::device:
                node_.limit(port, much >> 2U == 63 ? SIZE_MAX : much >> 2U);
                break;
            case Happening::forget:
                node_.forget(much);
                break;
            case Happening::answer:
                node_.answer(much);
                break;
            case Happening::answer_asked:
                if (!asked_.empty()) node_.answer(asked_[much % asked_.size()]);
                break;
            case Happening::reload:
                close(node_.reload(much));
                if (control_) control_->reload();
                break;
            case Happening::again:
                again(1U + much % most_again);
                break;
        }
    }

    void pass(std::uint8_t much) {
        constexpr std::array<Nanos, 8> times{0ns, 20us, 1ms, 100ms, 1s, 3s, 4s, 8s};
        bed_.now = bed_.now + times[much & 7U];
        if (control_) control_->pass(times[much & 7U]);
        close(bed_.loop());
    }

    void again(std::size_t times) {
        times = std::min(times, packets_left_);
        if (!last_) return;
        packets_left_ -= times;
        for (std::size_t i = 0; i < times; ++i) coming_.push_back(packet_of(bed_, *last_));
        arrive();
    }

    // An input is to take no time, nor all buffers.
    static constexpr std::size_t most_happenings = 16, most_again = 100;

    Node& node_;
    test::Bed& bed_ = node_.bed;
    std::optional<Control> control_;
    std::optional<Record> last_;
    std::vector<Packet*> coming_;
    std::vector<NeighborAsk> asked_;
    std::size_t packets_left_ = 160;
};

}  // namespace
}  // namespace weir::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weir;
    if (size > 9000) return 0;
    auto& world = fuzz::world();
    const auto records = fuzz::records_of({data, size});
    for (fuzz::Node* node : {&world.plain, &world.apart}) {
        fuzz::Life{*node}.live(records);
        const test::Outcome neighbor = node->bed.run(world.good, test::lan);
        fuzz::require(neighbor.sent.size() == 1 && neighbor.sent[0].frame == world.forwarded,
                      "the packet behind it was harmed");
    }
    return 0;
}

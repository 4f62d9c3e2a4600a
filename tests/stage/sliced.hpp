#pragma once
// Slices for the stage tests of classification, and which of them a forwarder put a packet into.
#include <string>
#include <vector>

#include "tests/stage/scene.hpp"

namespace weir::test {

// Beside those of the scene, best-effort and training (id 10, DSCP 26).
inline const std::string three_slices = R"(
[[slice]]
id = 5
name = "gold"
dscp = 10
[[slice]]
id = 7
name = "silver"
dscp = 12
[[slice]]
id = 3
name = "bronze"
dscp = 14
)";
inline const std::string source_bits = "slice_bits = { in = \"source\", first = 16, count = 8 }\n";
inline const std::string label_bits = "slice_bits = { in = \"label\", first = 12, count = 8 }\n";

// The scene with more keys in [node], in [[port]] lan0 and wan0, and more sections.
inline std::string sliced_text(const std::string& node, const std::string& lan_keys = "",
                               const std::string& wan_keys = "", const std::string& more = "") {
    std::string text = scene_text();
    const auto put = [&](const std::string& behind, const std::string& what) {
        text.insert(text.find(behind) + behind.size(), what);
    };
    put("[node]\n", node);
    put("name = \"lan0\"\n", lan_keys);
    put("name = \"wan0\"\n", wan_keys);
    return text + three_slices + more;
}

// Sends packets through a bed and says which slice each went into.
class Classifier {
public:
    explicit Classifier(const std::string& text) : bed_{parsed(text)} {}

    // Its name, or that of the drop, or "nowhere".
    std::string slice_of(const Frame& packet, PortId in) {
        const auto before = admitted();
        const Outcome outcome = bed_.run(packet, in);
        if (!outcome.drops.empty()) return std::string{name(outcome.drops[0])};
        if (!outcome.punted.empty()) {
            pointer = outcome.punted[0].info.value;
            return std::string{name(outcome.punted[0].info.drop)};
        }
        if (!outcome.sent.empty()) sent = outcome.sent[0].frame;
        const auto after = admitted();
        for (std::size_t row = 0; row < after.size(); ++row)
            if (after[row] != before[row])
                return bed_.snapshot().config->slices[static_cast<SliceId>(row)].name;
        return "nowhere";
    }
    std::string slice_of(const PacketBuilder& packet, PortId in) {
        return slice_of(packet.build(), in);
    }
    Frame sent;                 // the last
    std::uint32_t pointer = 0;  // or MTU, of the last that owes its sender an error

private:
    std::vector<std::uint64_t> admitted() {
        std::vector<std::uint64_t> rows(bed_.snapshot().slices.size());
        for (const PortId port : {lan, wan})
            for (std::size_t row = 0; row < rows.size(); ++row)
                rows[row] += bed_.shard().ports[port].slices[row].admitted.packets.read();
        return rows;
    }
    Bed bed_;
};

}  // namespace weir::test

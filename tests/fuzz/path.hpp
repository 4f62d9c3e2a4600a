#pragma once
// What an input of the packet path's target is, and the node it comes to.
#include <span>

#include "dataplane/base/units.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/scene.hpp"

namespace weir::fuzz {

// One frame, three bytes ahead of it: how it comes, and what is next; then its length in two.
struct Record {
    std::uint8_t how = 0;   // bits 0-1 port, 2 chain, 3 control gets another configuration after
                            // it, 4 the device checked the checksum, 5 tailroom
    std::uint8_t then = 0;  // bits 0-2 the time that passes, 4-7 bytes of a chain's first segment
    std::span<const std::byte> frame{};

    PortId port() const { return static_cast<PortId>(how & 3U); }
    bool chain() const { return (how & 4U) != 0; }
    bool moves() const { return (how & 8U) != 0; }
    bool checksum_seen() const { return (how & 16U) != 0; }
    std::size_t tail() const { return (how & 32U) != 0 ? 256 : 0; }
    std::size_t first() const { return std::size_t{128} * (1U + (then >> 4U)); }
    Nanos time() const;
};
// At most eight; the last takes what is left where its length is too large.
std::vector<Record> records_of(std::span<const std::uint8_t> input);
void append(Input& input, const Record& record);

// The scene of the stage tests and more: two ports of each role, source checks, routes with several
// next hops, by policy, steering by port, SIDs that leave the DSCP alone.
Config path_config();
// The same, and outer headers say slices in every way, ports too.
Config marked_config();
// The same ports with other addresses and gateways.
Config moved_config();

}  // namespace weir::fuzz

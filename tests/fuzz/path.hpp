#pragma once
// What an input of the packet path's target is, and the node it comes to.
#include <span>

#include "dataplane/base/units.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/stage/scene.hpp"

namespace weir::fuzz {

// What happens between frames. Each is two bytes of a record's: which, and how much.
enum class Happening : std::uint8_t {
    time,          // passes: bits 0-2 how much
    link_down,     // of port: bits 0-1
    link_up,       // the same
    device,        // of port bits 0-1 takes bits 2-7 packets in a loop; 63: all
    forget,        // nobody knows the MAC of that gateway
    answer,        // that gateway has one
    answer_asked,  // who was asked for while packets waited has one
    reload,        // to that configuration
    again,         // the last frame comes once more, and so often again, all in one go
};
inline constexpr std::size_t happenings = 9;

// One frame, four bytes ahead of it: how it comes, what is next, and its length in two.
struct Record {
    std::uint8_t how = 0;   // bits 0-1 port, 2 chain, 3 control gets another configuration after
                            // it, 4 the device checked the checksum, 5 tailroom, 6 it is no frame
                            // but what happens, 7 the next frame of this port comes with it
    std::uint8_t then = 0;  // bits 0-2 the time that passes, 4-7 bytes of a chain's first segment
    std::span<const std::byte> frame{};

    PortId port() const { return static_cast<PortId>(how & 3U); }
    bool chain() const { return (how & 4U) != 0; }
    bool moves() const { return (how & 8U) != 0; }
    bool checksum_seen() const { return (how & 16U) != 0; }
    bool script() const { return (how & 64U) != 0; }
    bool together() const { return (how & 128U) != 0; }
    std::size_t tail() const { return (how & 32U) != 0 ? 256 : 0; }
    std::size_t first() const { return std::size_t{128} * (1U + (then >> 4U)); }
    Nanos time() const;
};
// At most sixteen; the last takes what is left where its length is too large.
std::vector<Record> records_of(std::span<const std::uint8_t> input);
void append(Input& input, const Record& record);
// Inputs in which something happens.
std::vector<Input> happening_seeds();

// The scene of the stage tests and more: two ports of each role, source checks, routes with several
// next hops, by policy, steering by port, SIDs that leave the DSCP alone. And what reloads make of
// it: training is lossless; a WAN port and slices are slow; both; and
// outer headers say the slice in their source.
std::vector<Config> path_configs();
// The same, and outer headers say slices in every way, ports too.
std::vector<Config> marked_configs();
// The same ports with other addresses and gateways.
Config moved_config();

}  // namespace weir::fuzz

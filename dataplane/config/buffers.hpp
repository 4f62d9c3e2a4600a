#pragma once
// The buffers that lossless slices ask for: one for each such slice and each who may send into it
// (a peer; the hosts of a port that maps the slice in its pfc). qos/buffer.hpp has the arithmetic;
// this says which rates, distances and MTUs go into it. All sizes are charge, in bytes.
#include <optional>
#include <string>
#include <vector>

#include "dataplane/config/config.hpp"
#include "qos/buffer.hpp"

namespace weir {

struct LosslessBuffer {
    SliceId slice{};
    PortId port{};                      // where it comes in
    std::optional<std::size_t> peer;    // index into Config::peers; none: the hosts of the port
    std::optional<BufferSizes> needed;  // nothing while rate or distance are not known
    Bytes buffer{};                     // B: as configured, else as needed, else 0
    // XOFF and XON with that B.
    std::optional<BufferSizes> sizes() const {
        return needed ? std::optional{with_buffer(*needed, buffer)} : std::nullopt;
    }
};
// "peer transit-1", "port lan0"
std::string sender_of(const LosslessBuffer& buffer, const Config& config);

// Millionths of a rate, rounded down.
BitsPerSecond part_of(BitsPerSecond rate, Share share);
// What that is on a port; a rate above the port's is the port's. Nothing where it is a share of
// what only the device knows.
std::optional<BitsPerSecond> rate_on(const RateOrShare& rate, const PortConfig& port);

// Of every lossless slice, in the order of slices, peers, ports.
std::vector<LosslessBuffer> lossless_buffers(const Config& config);

}  // namespace weir

#pragma once
// Packets of one Traffic, fast: each frame size is built once, and a packet is a copy of that with
// flow, sequence number, time and checksums patched. Checksums are never summed over the packet
// again: what is constant was summed before (RFC 1071 section 2: the sum is associative).
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "dataplane/wire/checksum.hpp"
#include "tools/gen/stamp.hpp"
#include "tools/gen/traffic.hpp"

namespace weir {

class PacketBuilder {
public:
    // `sizes`: frames without FCS, each least_size(traffic) to 65,535 bytes. Throws
    // std::invalid_argument with a sentence where they, the flows or the segments are out of range.
    PacketBuilder(const Traffic& traffic, std::span<const std::uint16_t> sizes);

    static std::size_t least_size(const Traffic& traffic);
    std::size_t size(std::size_t which) const noexcept { return templates_[which].bytes.size(); }
    // All of the frame as it was built: its bytes behind the stamp are those of every packet.
    std::span<const std::byte> bytes(std::size_t which) const noexcept {
        return templates_[which].bytes;
    }
    std::size_t stamp_at() const noexcept { return stamp_at_; }
    // Bytes up to the end of the stamp: the first that `write` must be given room for.
    std::size_t head_bytes() const noexcept { return stamp_at_ + sizeof(Stamp); }

    // Writes the frame, or its first out.size() bytes (at least head_bytes()) where it is longer.
    // `which`: index into sizes; flow < flows.
    void write(std::span<std::byte> out, std::size_t which, std::uint32_t flow,
               std::uint64_t sequence, std::uint64_t time) const noexcept;

private:
    struct Template {
        std::vector<std::byte> bytes;
        std::uint64_t ip_sum = 0;   // IPv4 header without addresses and checksum
        std::uint64_t udp_sum = 0;  // pseudo-header, UDP and payload without what a flow varies
    };
    struct Flow {  // sums over what the flow varies; all of it is known from its number
        std::uint32_t addresses = 0;
        std::uint32_t udp = 0;  // addresses, source port and flow number
    };
    template <class Address>
    AddressPair<Address> addresses(std::uint32_t flow) const noexcept;
    std::uint16_t port(std::uint32_t flow) const noexcept;
    std::uint32_t label(std::uint32_t flow) const noexcept;
    Template build(std::size_t size) const;
    void build_ip(Template& into) const;
    Flow sum_flow(std::uint32_t flow) const noexcept;
    void patch_flow(std::byte* out, std::uint32_t flow) const noexcept;

    Traffic traffic_;
    bool ipv4_;
    std::size_t ip_at_;
    std::size_t udp_at_;
    std::size_t stamp_at_;
    std::vector<Template> templates_;
    std::vector<Flow> flows_;
};

}  // namespace weir

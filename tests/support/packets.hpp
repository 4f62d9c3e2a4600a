#pragma once
// Frames for tests, one header after another, lengths and checksums filled in at the end:
//   frame(from, to).ip6("fd00::1", "fc00:a::d46").srh({"fc00:a::d46"}, 0).ip4("10.1.0.9",
//   "10.2.0.9").udp(7, 7).payload(20)
// Nothing here shares code with the product's own header writing: a test that builds with what it
// tests proves nothing.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/wire/address.hpp"

namespace weir::test {

using Bytes8 = std::vector<std::uint8_t>;

class PacketBuilder {
public:
    PacketBuilder& ethernet(const MacAddr& to, const MacAddr& from);
    PacketBuilder& vlan(unsigned id, unsigned priority = 0);
    PacketBuilder& ip4(const std::string& from, const std::string& to, std::uint8_t ttl = 64,
                       std::uint8_t tos = 0, bool dont_fragment = true);
    PacketBuilder& ip6(const std::string& from, const std::string& to, std::uint8_t hop_limit = 64,
                       std::uint8_t traffic_class = 0, std::uint32_t flow_label = 0);
    // `options` fill 8 octets times n, less the first two.
    PacketBuilder& hop_by_hop(const Bytes8& options);
    // Segment list as it lies on the wire: [0] is the last segment. last_entry < 0: right for the
    // list.
    PacketBuilder& srh(const std::vector<std::string>& list, unsigned segments_left,
                       int last_entry = -1, const Bytes8& tlvs = {});
    PacketBuilder& udp(std::uint16_t from, std::uint16_t to);
    PacketBuilder& icmp6(std::uint8_t type, std::uint8_t code, std::uint32_t value);
    PacketBuilder& icmp4(std::uint8_t type, std::uint8_t code, std::uint32_t value);
    PacketBuilder& arp(unsigned operation, const MacAddr& sender_mac, const std::string& sender,
                       const MacAddr& target_mac, const std::string& target);
    PacketBuilder& payload(std::size_t bytes, std::uint8_t first = 0);
    // `at` counts from the start of the frame; applied last, after lengths and checksums.
    PacketBuilder& poke(std::size_t at, std::uint8_t value);
    PacketBuilder& cut(std::size_t bytes);  // keeps the first `bytes`
    PacketBuilder& pad(std::size_t bytes);  // zeros up to `bytes`, outside of the IP packet

    std::vector<std::byte> build() const;

private:
    enum class Kind { ethernet, vlan, ip4, ip6, hop_by_hop, srh, udp, icmp6, icmp4, raw };
    struct Layer {
        Kind kind;
        Bytes8 bytes;
    };
    struct Poke {
        std::size_t at;
        std::uint8_t value;
    };
    PacketBuilder& add(Kind kind, Bytes8 bytes);
    static std::uint8_t next_header(Kind kind);

    std::vector<Layer> layers_;
    std::vector<Poke> pokes_;
    std::size_t keep_ = ~std::size_t{0};
    std::size_t pad_ = 0;
};

inline PacketBuilder frame(const MacAddr& to, const MacAddr& from = {{2, 0, 0, 0, 9, 9}}) {
    return PacketBuilder{}.ethernet(to, from);
}

}  // namespace weir::test

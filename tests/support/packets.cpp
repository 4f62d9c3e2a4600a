#include "tests/support/packets.hpp"

#include <arpa/inet.h>

#include <cstring>
#include <stdexcept>

namespace weir::test {
namespace {

void put16(Bytes8& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8U);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}
void put32(Bytes8& bytes, std::size_t at, std::uint32_t value) {
    put16(bytes, at, value >> 16U);
    put16(bytes, at + 2, value & 0xffffU);
}
void put_address(Bytes8& bytes, std::size_t at, int family, const std::string& text) {
    if (inet_pton(family, text.c_str(), bytes.data() + at) != 1)
        throw std::invalid_argument{"not an address: " + text};
}

// RFC 1071, one byte pair after the other, as slowly and plainly as it goes.
std::uint16_t internet_checksum(const Bytes8& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 2) {
        sum += static_cast<std::uint32_t>(bytes[i]) << 8U;
        if (i + 1 < bytes.size()) sum += bytes[i + 1];
    }
    while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum);
}

// The pseudo-header's destination is the final one; tests ping without a routing header.
std::uint16_t icmp6_checksum(const Bytes8& ip, const Bytes8& icmp, const Bytes8& behind) {
    Bytes8 whole(ip.begin() + 8, ip.begin() + 40);
    const std::size_t length = icmp.size() + behind.size();
    whole.insert(whole.end(), {0, 0, static_cast<std::uint8_t>(length >> 8U),
                               static_cast<std::uint8_t>(length), 0, 0, 0, 58});
    whole.insert(whole.end(), icmp.begin(), icmp.end());
    whole.insert(whole.end(), behind.begin(), behind.end());
    return internet_checksum(whole);
}

}  // namespace

PacketBuilder& PacketBuilder::add(Kind kind, Bytes8 bytes) {
    layers_.push_back({kind, std::move(bytes)});
    return *this;
}

PacketBuilder& PacketBuilder::ethernet(const MacAddr& to, const MacAddr& from) {
    Bytes8 b(14);
    std::memcpy(b.data(), to.octets.data(), 6);
    std::memcpy(b.data() + 6, from.octets.data(), 6);
    return add(Kind::ethernet, b);
}
PacketBuilder& PacketBuilder::vlan(unsigned id, unsigned priority) {
    Bytes8 b(4);
    put16(b, 0, priority << 13U | id);
    return add(Kind::vlan, b);
}
PacketBuilder& PacketBuilder::ip4(const std::string& from, const std::string& to, std::uint8_t ttl,
                                  std::uint8_t tos, bool dont_fragment) {
    Bytes8 b(20);
    b[0] = 0x45;
    b[1] = tos;
    if (dont_fragment) b[6] = 0x40;
    b[8] = ttl;
    put_address(b, 12, AF_INET, from);
    put_address(b, 16, AF_INET, to);
    return add(Kind::ip4, b);
}
PacketBuilder& PacketBuilder::ip6(const std::string& from, const std::string& to,
                                  std::uint8_t hop_limit, std::uint8_t traffic_class,
                                  std::uint32_t flow_label) {
    Bytes8 b(40);
    put32(b, 0, 0x60000000U | static_cast<std::uint32_t>(traffic_class) << 20U | flow_label);
    b[7] = hop_limit;
    put_address(b, 8, AF_INET6, from);
    put_address(b, 24, AF_INET6, to);
    return add(Kind::ip6, b);
}
PacketBuilder& PacketBuilder::hop_by_hop(const Bytes8& options) {
    Bytes8 b{0, static_cast<std::uint8_t>((options.size() + 2) / 8 - 1)};
    b.insert(b.end(), options.begin(), options.end());
    return add(Kind::hop_by_hop, b);
}
PacketBuilder& PacketBuilder::srh(const std::vector<std::string>& list, unsigned segments_left,
                                  int last_entry, const Bytes8& tlvs) {
    Bytes8 b(8 + 16 * list.size());
    b[1] = static_cast<std::uint8_t>((16 * list.size() + tlvs.size()) / 8);
    b[2] = 4;
    b[3] = static_cast<std::uint8_t>(segments_left);
    b[4] =
        static_cast<std::uint8_t>(last_entry < 0 ? static_cast<int>(list.size()) - 1 : last_entry);
    for (std::size_t i = 0; i < list.size(); ++i) put_address(b, 8 + 16 * i, AF_INET6, list[i]);
    b.insert(b.end(), tlvs.begin(), tlvs.end());
    return add(Kind::srh, b);
}
PacketBuilder& PacketBuilder::udp(std::uint16_t from, std::uint16_t to) {
    Bytes8 b(8);
    put16(b, 0, from);
    put16(b, 2, to);
    return add(Kind::udp, b);
}
PacketBuilder& PacketBuilder::icmp6(std::uint8_t type, std::uint8_t code, std::uint32_t value) {
    Bytes8 b(8);
    b[0] = type;
    b[1] = code;
    put32(b, 4, value);
    return add(Kind::icmp6, b);
}
PacketBuilder& PacketBuilder::icmp4(std::uint8_t type, std::uint8_t code, std::uint32_t value) {
    icmp6(type, code, value);
    layers_.back().kind = Kind::icmp4;
    return *this;
}
PacketBuilder& PacketBuilder::arp(unsigned operation, const MacAddr& sender_mac,
                                  const std::string& sender, const MacAddr& target_mac,
                                  const std::string& target) {
    Bytes8 b(28);
    put16(b, 0, 1);
    put16(b, 2, 0x0800);
    b[4] = 6;
    b[5] = 4;
    put16(b, 6, operation);
    std::memcpy(b.data() + 8, sender_mac.octets.data(), 6);
    put_address(b, 14, AF_INET, sender);
    std::memcpy(b.data() + 18, target_mac.octets.data(), 6);
    put_address(b, 24, AF_INET, target);
    put16(layers_.back().bytes, 12, 0x0806);
    return add(Kind::raw, b);
}
PacketBuilder& PacketBuilder::payload(std::size_t bytes, std::uint8_t first) {
    Bytes8 b(bytes);
    for (std::size_t i = 0; i < bytes; ++i) b[i] = static_cast<std::uint8_t>(first + i);
    return add(Kind::raw, b);
}
PacketBuilder& PacketBuilder::poke(std::size_t at, std::uint8_t value) {
    pokes_.push_back({at, value});
    return *this;
}
PacketBuilder& PacketBuilder::cut(std::size_t bytes) {
    keep_ = bytes;
    return *this;
}
PacketBuilder& PacketBuilder::pad(std::size_t bytes) {
    pad_ = bytes;
    return *this;
}

std::uint8_t PacketBuilder::next_header(Kind kind) {
    switch (kind) {
        case Kind::ip4:
            return 4;
        case Kind::ip6:
            return 41;
        case Kind::hop_by_hop:
            return 0;
        case Kind::srh:
            return 43;
        case Kind::udp:
            return 17;
        case Kind::icmp6:
            return 58;
        case Kind::icmp4:
            return 1;
        case Kind::ethernet:
        case Kind::vlan:
        case Kind::raw:
            break;
    }
    return 59;
}

// From the innermost layer out, each knows the bytes behind it.
std::vector<std::byte> PacketBuilder::build() const {
    Bytes8 behind;
    for (std::size_t i = layers_.size(); i-- > 0;) {
        Bytes8 b = layers_[i].bytes;
        const Kind next = i + 1 < layers_.size() ? layers_[i + 1].kind : Kind::raw;
        switch (layers_[i].kind) {
            case Kind::ethernet:
            case Kind::vlan: {
                const std::size_t at = b.size() - 2;
                if (next == Kind::ip4) put16(b, at, 0x0800);
                if (next == Kind::ip6) put16(b, at, 0x86dd);
                if (next == Kind::vlan) put16(b, at, 0x8100);
                break;
            }
            case Kind::ip4:
                b[9] = next_header(next);
                put16(b, 2, b.size() + behind.size());
                put16(b, 10, internet_checksum(b));
                break;
            case Kind::ip6:
                b[6] = next_header(next);
                put16(b, 4, behind.size());
                break;
            case Kind::hop_by_hop:
            case Kind::srh:
                b[0] = next_header(next);
                break;
            case Kind::udp:
                put16(b, 4, b.size() + behind.size());
                break;
            case Kind::icmp4: {
                Bytes8 whole = b;
                whole.insert(whole.end(), behind.begin(), behind.end());
                put16(b, 2, internet_checksum(whole));
                break;
            }
            case Kind::icmp6:
                put16(b, 2, icmp6_checksum(layers_[i - 1].bytes, b, behind));
                break;
            case Kind::raw:
                break;
        }
        b.insert(b.end(), behind.begin(), behind.end());
        behind = std::move(b);
    }
    for (const Poke& poke : pokes_) behind.at(poke.at) = poke.value;
    if (behind.size() > keep_) behind.resize(keep_);
    if (behind.size() < pad_) behind.resize(pad_);
    std::vector<std::byte> out(behind.size());
    std::memcpy(out.data(), behind.data(), out.size());
    return out;
}

}  // namespace weir::test

#pragma once
// Packets made by hand, octet by octet from the RFCs, without the code under test; and blocks of
// memory that end where the packet ends.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/wire/ip.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define WEIR_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEIR_TEST_ASAN 1
#endif
#endif

namespace weir {

using Octets = std::vector<std::uint8_t>;

inline Octets operator+(Octets head, const Octets& tail) {
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

// Exactly these bytes. One byte further lies, under AddressSanitizer, the end of a heap block, and
// otherwise a page that can not be read: reading past a packet ends the test in every build.
class Block {
public:
    explicit Block(const Octets& bytes) : size_{bytes.size()} {
#ifdef WEIR_TEST_ASAN
        heap_ = std::make_unique<std::byte[]>(size_);
        start_ = heap_.get();
#else
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t usable = (size_ / page + 1) * page;
        mapped_bytes_ = usable + page;
        mapped_ = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);
        if (mapped_ == MAP_FAILED) throw std::bad_alloc{};
        mprotect(static_cast<std::byte*>(mapped_) + usable, page, PROT_NONE);
        start_ = static_cast<std::byte*>(mapped_) + usable - size_;
#endif
        if (size_ != 0) std::memcpy(start_, bytes.data(), size_);
    }
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block() {
        if (mapped_ != nullptr) munmap(mapped_, mapped_bytes_);
    }
    std::span<std::byte> bytes() const { return {start_, size_}; }
    Octets octets() const {
        const auto* from = reinterpret_cast<const std::uint8_t*>(start_);
        return {from, from + size_};
    }

private:
    std::size_t size_;
    std::byte* start_ = nullptr;
    std::unique_ptr<std::byte[]> heap_;
    void* mapped_ = nullptr;
    std::size_t mapped_bytes_ = 0;
};

inline Ipv6Addr numbered_segment(std::size_t i) {
    const auto n = static_cast<std::uint8_t>(i + 1);
    return {{0xfc, 0xbb, 0, n, 0, static_cast<std::uint8_t>(0xa0 + i), 0, 0, 0, 0, 0, 0, 0, 0, 0xe0,
             n}};
}

// An extension header; its first octet is filled in when it gets a place in a chain.
struct Extension {
    std::uint8_t type;
    Octets bytes;
};
// Hop-by-hop or destination options of `units` + 1 times 8 octets, all of it one PadN.
inline Extension options(std::uint8_t type, std::uint8_t units = 0) {
    Octets bytes(8 * (units + std::size_t{1}), 0);
    bytes[1] = units;
    bytes[2] = 1;
    bytes[3] = static_cast<std::uint8_t>(bytes.size() - 4);
    return {type, bytes};
}
// One option that fills the header, where `length` is 4.
inline Extension option(std::uint8_t type, std::uint8_t option_type, std::uint8_t length = 4) {
    return {type, {0, 0, option_type, length, 0, 0, 0, 0}};
}
inline Extension fragment_header() { return {44, {0, 0, 0, 1, 0, 0, 0, 9}}; }

struct SrhShape {
    std::uint8_t segments_left = 0;
    std::uint8_t last_entry = 0;
    std::size_t listed = 1;  // entries of the Segment List, numbered from the first to visit
    Octets tlvs{};           // a multiple of 8 octets
    int units = -1;          // Hdr Ext Len; -1: what the list and the TLVs take
    std::uint8_t type = 4;
};
inline Extension srh(const SrhShape& shape) {
    const std::size_t length = 16 * shape.listed + shape.tlvs.size();
    const auto units = shape.units < 0 ? length / 8 : static_cast<std::size_t>(shape.units);
    Octets bytes{0,
                 static_cast<std::uint8_t>(units),
                 shape.type,
                 shape.segments_left,
                 shape.last_entry,
                 0xa5,
                 0xbe,
                 0xef};  // flags and tag: to be left alone
    for (std::size_t i = shape.listed; i-- > 0;) {
        const auto segment = numbered_segment(i);
        bytes.insert(bytes.end(), segment.octets.begin(), segment.octets.end());
    }
    return {43, bytes + shape.tlvs};
}

inline constexpr std::uint8_t udp = 17, icmpv6 = 58, in_ipv4 = 4, in_ipv6 = 41, no_next = 59;

// Traffic class, flow label 0x12345, hop limit, then the chain and what it carries.
inline Octets ipv6_packet(const std::vector<Extension>& chain, std::uint8_t upper,
                          const Octets& payload, std::uint8_t hop_limit = 64,
                          std::uint8_t traffic_class = 0) {
    Octets behind;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        Octets header = chain[i].bytes;
        header[0] = i + 1 < chain.size() ? chain[i + 1].type : upper;
        behind = behind + header;
    }
    behind = behind + payload;
    Octets ip{static_cast<std::uint8_t>(0x60 | traffic_class >> 4),
              static_cast<std::uint8_t>(traffic_class << 4 | 1),
              0x23,
              0x45,
              static_cast<std::uint8_t>(behind.size() >> 8),
              static_cast<std::uint8_t>(behind.size()),
              chain.empty() ? upper : chain.front().type,
              hop_limit,
              0x20,
              1,
              0xd,
              0xb8,
              0,
              0xa,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              1,
              0xfc,
              0xbb,
              0,
              0x77,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0,
              0xe0,
              0};
    return ip + behind;
}

inline Octets counted(std::size_t size) {
    Octets bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i + 1);
    return bytes;
}
inline void fix_ipv4_checksum(Octets& bytes) {
    bytes[10] = bytes[11] = 0;
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < (bytes[0] & 15U) * 4U; i += 2)
        sum += std::uint32_t{bytes[i]} << 8U | bytes[i + 1];
    while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
    bytes[10] = static_cast<std::uint8_t>(~sum >> 8U);
    bytes[11] = static_cast<std::uint8_t>(~sum);
}
// `words`: header length; the options are zeros, which end them.
inline Octets ipv4_packet(std::uint8_t tos, const Octets& payload, std::uint8_t protocol = udp,
                          std::uint8_t words = 5) {
    Octets ip(4U * words, 0);
    const std::size_t total = ip.size() + payload.size();
    const Octets head{static_cast<std::uint8_t>(0x40 | words),
                      tos,
                      static_cast<std::uint8_t>(total >> 8),
                      static_cast<std::uint8_t>(total),
                      0x12,
                      0x34,
                      0,
                      0,
                      63,
                      protocol,
                      0,
                      0,
                      192,
                      0,
                      2,
                      1,
                      198,
                      51,
                      100,
                      7};
    std::copy(head.begin(), head.end(), ip.begin());
    fix_ipv4_checksum(ip);
    return ip + payload;
}

inline Octets from_hex(std::string_view text) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    Octets bytes(text.size() / 2);
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    return bytes;
}

}  // namespace weir

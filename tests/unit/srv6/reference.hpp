#pragma once
// What RFC 8986, RFC 8754, RFC 8200 and RFC 6040 say of a packet to a SID, octet by octet, slow and
// apart from the code under test: the judge of random packets.
#include <cmath>
#include <cstddef>
#include <optional>

#include "dataplane/base/drop.hpp"
#include "srv6/endpoint.hpp"
#include "tests/unit/srv6/packets.hpp"

namespace weir {

struct Verdict {
    Drop drop = Drop::none;
    std::size_t pointer = 0;
    bool local = false;
    std::size_t inner_at = 0;
    Octets packet{};
};

struct Chain {
    Verdict verdict{};
    bool active = false;
    std::size_t at = 40;
    unsigned next = 0;
};
// RFC 8200 section 4: header after header, up to an SRH with segments left or the upper layer.
inline Chain reference_chain(const Octets& p) {
    Chain c{.next = p[6]};
    const auto drop = [&](Drop why, std::size_t pointer = 0) {
        c.verdict = {.drop = why, .pointer = pointer, .packet = p};
        return c;
    };
    for (int seen = 0; c.next == 0 || c.next == 43 || c.next == 60; ++seen) {
        if (seen == 8 || (c.next == 0 && c.at != 40)) return drop(Drop::extension_headers);
        if (c.at + 8 > p.size() || c.at + 8 + 8 * p[c.at + 1] > p.size())
            return drop(Drop::truncated);
        if (c.next == 43 && p[c.at + 3] != 0) {
            if (p[c.at + 2] != 4) return drop(Drop::routing_type, c.at + 2);
            c.active = true;
            return c;
        }
        // RFC 8200 section 4.2.
        const std::size_t end = c.at + 8 + 8 * p[c.at + 1];
        unsigned options = 0;
        for (std::size_t o = c.at + 2; c.next != 43 && o < end; ++options) {
            if (options == 32 || (p[o] != 0 && (o + 1 == end || o + 2 + p[o + 1] > end)))
                return drop(Drop::extension_headers);
            if (p[o] >= 0x80) return drop(Drop::option_unknown, o);
            if (p[o] >= 0x40) return drop(Drop::option_unknown);
            o += p[o] == 0 ? 1U : 2U + p[o + 1];
        }
        c.next = p[c.at];
        c.at += 8 + 8 * p[c.at + 1];
    }
    return c.next == 44 ? drop(Drop::extension_headers) : c;
}
inline std::optional<Octets> reference_packet(const Octets& bytes) {
    if (bytes.size() < 40) return {};
    const std::size_t length = 40 + 256 * bytes[4] + bytes[5];
    if (length > bytes.size()) return {};
    return Octets(bytes.begin(), bytes.begin() + static_cast<long>(length));
}
// RFC 8986 section 4.1, line by line.
inline Verdict reference_end(const Octets& bytes) {
    const auto packet = reference_packet(bytes);
    if (!packet) return {.drop = Drop::truncated, .packet = bytes};
    Octets p = *packet;
    const Chain c = reference_chain(p);
    const std::size_t h = c.at;
    const auto drop = [&](Drop why, std::size_t pointer) {
        return Verdict{.drop = why, .pointer = pointer, .packet = bytes};
    };
    if (c.verdict.drop != Drop::none) return drop(c.verdict.drop, c.verdict.pointer);
    if (!c.active && c.next == 58) return {.local = true, .packet = bytes};
    if (!c.active) return drop(Drop::upper_layer, h);
    if (p[7] <= 1) return drop(Drop::hop_limit, 0);        // S05
    const double max_le = std::floor(p[h + 1] / 2.0) - 1;  // S08
    if (p[h + 4] > max_le || p[h + 3] > p[h + 4] + 1)
        return drop(Drop::srh_malformed, h + 3);  // S09
    const std::size_t end = h + 8 + 8 * p[h + 1];
    std::size_t tlv = h + 8 + 16 * (p[h + 4] + 1U);
    for (unsigned n = 0; tlv < end && n < max_checked_tlvs; ++n) {  // RFC 8754 section 2.1
        if (p[tlv] != 0 && (tlv + 2 > end || tlv + 2 + p[tlv + 1] > end))
            return drop(Drop::srh_tlv, h + 1);
        tlv += p[tlv] == 0 ? 1U : 2U + p[tlv + 1];
    }
    p = bytes;
    p[7] -= 1;                                                                       // S12
    p[h + 3] -= 1;                                                                   // S13
    for (std::size_t i = 0; i < 16; ++i) p[24 + i] = p[h + 8 + 16U * p[h + 3] + i];  // S14
    return {.packet = p};
}
// RFC 8986 section 4.8, RFC 6040 section 4.2.
inline Verdict reference_decap(const Octets& bytes, bool take4, bool take6) {
    const auto packet = reference_packet(bytes);
    if (!packet) return {.drop = Drop::truncated};
    const Octets& p = *packet;
    const Chain c = reference_chain(p);
    if (c.verdict.drop != Drop::none) return c.verdict;
    if (c.active) return {.drop = Drop::segments_left, .pointer = c.at + 3};
    if (c.next == 58) return {.local = true};
    if (!(take4 && c.next == 4) && !(take6 && c.next == 41))
        return {.drop = Drop::upper_layer, .pointer = c.at};
    const Octets in(p.begin() + static_cast<long>(c.at), p.end());
    unsigned ecn = 0;
    if (c.next == 4) {
        if (in.size() < 20) return {.drop = Drop::truncated};
        const std::size_t header = (in[0] & 15U) * 4U, total = 256U * in[2] + in[3];
        if (in[0] >> 4 != 4 || header < 20 || total < header) return {.drop = Drop::ipv4_header};
        if (total > in.size()) return {.drop = Drop::truncated};
        ecn = in[1] & 3U;
    } else {
        if (in.size() < 40) return {.drop = Drop::truncated};
        if (in[0] >> 4 != 6) return {.drop = Drop::ipv6_header};
        if (40U + 256U * in[4] + in[5] > in.size()) return {.drop = Drop::truncated};
        ecn = in[1] >> 4 & 3U;
    }
    if ((p[1] >> 4 & 3) == 3 && ecn == 0) return {.drop = Drop::ecn_conflict};
    return {.inner_at = c.at};
}

}  // namespace weir

#pragma once
// Message v1 as it lies on the wire, behind the 4 octets of an ICMPv6 header: a head, records, a
// signature. Ours alone: no standard has one, and the drafts that ask for one are not settled.
// A record is {type 8, length 8}, its length in words of 4 octets with these two counted; those of
// a type that is not known are stepped over, and octets behind what is known of a type too.
#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/wire/cursor.hpp"
#include "dataplane/wire/endian.hpp"

namespace weir {

inline constexpr std::uint8_t message_version = 1;
inline constexpr std::size_t signature_bytes = 16;
inline constexpr std::size_t record_word = 4;
inline constexpr std::size_t longest_record = 255 * record_word;

enum class RecordType : std::uint8_t { slice = 1, flows = 2, totals = 3, caps = 4, probe = 5 };

struct HeadLayout {
    std::uint8_t version;
    std::uint8_t kind;
    be16 key;
    be32 epoch;
    be32 peer_epoch;
    be64 sequence;
    be64 sent_at;   // ns
    be64 echo_of;   // ns
    be32 held_for;  // ns
};
static_assert(sizeof(HeadLayout) == 40 && WireHeader<HeadLayout>);

struct RecordHead {
    RecordType type;
    std::uint8_t words;
};

struct SliceLayout {
    RecordHead head;
    be16 flags;  // bit 0 xoff, bit 1 want mark; others are 0 and not looked at
    be32 slice;
    be32 version;
    be64 limit;
    be64 settled;
    be32 lease;  // us
    static constexpr RecordType type = RecordType::slice;
    static constexpr std::uint16_t xoff = 1, want_mark = 2;
};
static_assert(sizeof(SliceLayout) == 32 && WireHeader<SliceLayout>);

struct FlowLayout {
    be16 bucket;
    be16 rate;  // pfc/rate16.hpp
};
struct FlowsLayout {  // FlowLayouts follow to the end of the record
    RecordHead head;
    be16 reserved;
    be32 slice;
    be32 version;
    static constexpr RecordType type = RecordType::flows;
};
static_assert(sizeof(FlowLayout) == record_word && sizeof(FlowsLayout) == 12 &&
              WireHeader<FlowsLayout>);

struct TotalsLayout {
    RecordHead head;
    be16 reserved;
    be32 slice;
    be64 packets;
    be64 bytes;
    be64 charge;
    static constexpr RecordType type = RecordType::totals;
};
static_assert(sizeof(TotalsLayout) == 32 && WireHeader<TotalsLayout>);

struct CapsLayout {
    RecordHead head;
    std::uint8_t modes;
    std::uint8_t reserved;
    be16 buckets;
    be16 mtu;
    std::uint8_t least_version;
    std::uint8_t most_version;
    be16 reserved_too;
    be64 nic;
    be64 rate;
    static constexpr RecordType type = RecordType::caps;
};
static_assert(sizeof(CapsLayout) == 28 && WireHeader<CapsLayout>);

struct ProbeLayout {
    RecordHead head;
    be16 hops;
    be32 slice;
    be32 id;
    be64 origin;
    be64 lowest;
    be16 bucket;  // 0xffff: all of the slice
    be16 reserved;
    static constexpr RecordType type = RecordType::probe;
};
static_assert(sizeof(ProbeLayout) == 32 && WireHeader<ProbeLayout>);

}  // namespace weir

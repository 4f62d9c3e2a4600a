#pragma once
// What neighbouring nodes tell each other about their slices. Types only: how they lie on the wire
// is the codec's (pfc/codec.hpp), whether to believe them the session's (pfc/session.hpp).
//
// A record is absolute for the slice it names and carries its own version; absence says nothing.
// Charge is the currency of buffers (qos/buffer.hpp); limits and totals count it since the epoch
// of the one who sends data.
#include <cstdint>

#include "dataplane/base/hold_back.hpp"
#include "dataplane/base/ids.hpp"
#include "dataplane/base/units.hpp"

namespace weir {

enum class MessageKind : std::uint8_t { hello = 1, state = 2, mark = 3, solicit = 4, probe = 5 };
enum class KeyId : std::uint16_t {};       // 0: not authenticated
enum class Epoch : std::uint32_t {};       // of one start of a node; random; 0: none known yet
enum class NodeNumber : std::uint64_t {};  // of a node, for deadlock resolution: the lowest acts

struct MessageHead {
    MessageKind kind = MessageKind::hello;
    KeyId key{};
    Epoch epoch{};               // the sender's
    Epoch peer_epoch{};          // the receiver's, as the sender knows it
    std::uint64_t sequence = 0;  // per kind; MARK: per slice
    Nanos sent_at{0};            // by the sender's clock
    Nanos echo_of{0};            // sent_at of the last message the sender got; 0: none
    Nanos held_for{0};           // since it got that one, at most 2^32 - 1 ns
    bool operator==(const MessageHead&) const = default;
};

// STATE: of a slice, by the one whose buffer it fills. SOLICIT names a slice with all else 0.
struct SliceRecord {
    SliceNumber slice{};
    std::uint32_t version = 0;
    bool xoff = false;          // wait; the limit holds all the same
    bool want_mark = false;     // tell the totals: what was lost is to be settled
    std::uint64_t limit = 0;    // charge the reader may have sent in all, in its epoch
    std::uint64_t settled = 0;  // of what it had sent, what is accounted for: received or lost
    Nanos lease{0};             // how long an xoff and caps hold without another STATE; whole us
    bool operator==(const SliceRecord&) const = default;
};

// STATE: what a flow bucket of a slice may send. Not to name one says nothing: that it is open is
// said with unlimited_rate, or its lease ends (pfc/gate.hpp).
struct FlowCap {
    std::uint16_t bucket = 0;
    BitsPerSecond rate{0};  // of charge; 0: nothing
    bool operator==(const FlowCap&) const = default;
};

// MARK: what was sent in this slice up to here, since the sender's epoch.
struct TotalsRecord {
    SliceNumber slice{};
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;  // on the wire
    std::uint64_t charge = 0;
    bool operator==(const TotalsRecord&) const = default;
};

// HELLO: what the sender is.
struct CapsRecord {
    std::uint8_t modes = 0;          // bit n: HoldBack of value n
    std::uint16_t buckets = 0;       // flow buckets of a slice; a power of two
    std::uint16_t mtu = 0;           // largest IP packet that it takes
    std::uint8_t least_version = 1;  // of messages
    std::uint8_t most_version = 1;
    Bytes nic{0};           // what its NIC may still send once a gate is shut
    BitsPerSecond rate{0};  // of its port to the reader
    bool operator==(const CapsRecord&) const = default;
};

// PROBE: goes along gates that are shut; back at its origin it proves that they wait for each
// other.
inline constexpr std::uint16_t whole_slice = 0xffff;
struct ProbeRecord {
    NodeNumber origin{};
    SliceNumber slice{};
    std::uint16_t bucket = whole_slice;  // what waits at the sender: that one, or all of the slice
    std::uint32_t id = 0;
    NodeNumber lowest{};  // of the nodes it passed
    std::uint16_t hops = 0;
    bool operator==(const ProbeRecord&) const = default;
};

}  // namespace weir

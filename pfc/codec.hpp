#pragma once
// Message v1 (pfc/message.hpp) to bytes and back, without the IPv6 and ICMPv6 headers around it
// (pfc/envelope.hpp). Nothing here allocates; nothing is read past a span.
//
// Times are written as they are where they fit: held_for in ns up to 2^32 - 1, a lease rounded down
// to us up to 2^32 - 1; longer ones as the longest, negative ones as 0. Caps: pfc/rate16.hpp.
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <variant>

#include "pfc/message.hpp"
#include "pfc/message_fault.hpp"
#include "pfc/message_layout.hpp"

namespace weir {

// What every path of IPv6 carries (RFC 8200 section 5), less the IPv6 and the ICMPv6 header.
inline constexpr std::size_t longest_message_packet = 1280;
inline constexpr std::size_t longest_body = longest_message_packet - 40 - 4;
inline constexpr std::size_t shortest_body = sizeof(HeadLayout) + signature_bytes;

class MessageWriter {
public:
    // Writes to the front of `body`, at most `longest_body` octets. Where not even a message
    // without records fits, nothing is written and `finish` is empty.
    MessageWriter(std::span<std::byte> body, const MessageHead& head) noexcept;

    // False, and nothing written, where no room is left for it: finish, and begin another message.
    bool add(const SliceRecord& record) noexcept;
    bool add(const TotalsRecord& record) noexcept;
    bool add(const CapsRecord& record) noexcept;
    bool add(const ProbeRecord& record) noexcept;
    // Says the first of `caps`, as many as there is room for, and how many those were. The records
    // of one slice and version belong together, in whichever messages they come. A bucket that a
    // newer version does not name keeps its cap until its lease ends (pfc/gate.hpp).
    std::size_t add_flows(SliceNumber slice, std::uint32_t version,
                          std::span<const FlowCap> caps) noexcept;
    // Says that no bucket of the slice is capped.
    bool add_uncapped(SliceNumber slice, std::uint32_t version) noexcept;

    std::size_t room() const noexcept { return room_.size() - used_; }  // octets for records
    // The body, with 0 where `Keys::sign` puts the signature.
    std::span<std::byte> finish() noexcept;

private:
    template <class Layout>
    bool put(const Layout& layout) noexcept;

    std::span<std::byte> room_;  // ends where a signature still fits behind it
    std::size_t used_ = 0;
};

// Of a FLOWS record; looks into the message.
struct FlowsRecord {
    SliceNumber slice{};
    std::uint32_t version = 0;
    std::span<const FlowLayout> caps{};
    std::size_t size() const noexcept { return caps.size(); }
    FlowCap operator[](std::size_t n) const noexcept;
};

using Record = std::variant<SliceRecord, FlowsRecord, TotalsRecord, CapsRecord, ProbeRecord>;

// A message whose records are all as long as they say; made by `read_message`. Looks into the bytes
// it was made from. `for (const Record& record : view) std::visit(...)`: known records, in order.
class MessageView {
public:
    class Iterator {
    public:
        using value_type = Record;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        explicit Iterator(std::span<const std::byte> records) noexcept;
        Record operator*() const noexcept;
        Iterator& operator++() noexcept;
        void operator++(int) noexcept { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return rest_.empty(); }

    private:
        void step_over_unknown() noexcept;
        std::span<const std::byte> rest_;
    };

    MessageView() = default;
    MessageView(const MessageHead& head, std::span<const std::byte> records) noexcept
        : head_{head}, records_{records} {}
    const MessageHead& head() const noexcept { return head_; }
    Iterator begin() const noexcept { return Iterator{records_}; }
    static std::default_sentinel_t end() noexcept { return {}; }

private:
    MessageHead head_;
    std::span<const std::byte> records_;
};
static_assert(std::input_iterator<MessageView::Iterator>);

struct MessageRead {
    MessageFault fault = MessageFault::none;
    MessageView view{};  // empty unless `fault` is none
};

// Any bytes. Faults: truncated, too_long, version, kind, time, record_length. Who wrote them is
// `Keys::verify`'s to say, and nothing in the view is to be believed before.
MessageRead read_message(std::span<const std::byte> body) noexcept;

}  // namespace weir

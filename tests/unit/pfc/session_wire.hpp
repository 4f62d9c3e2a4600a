#pragma once
// What goes over the channel of session_world.hpp: signed bytes, as they ship. What stands beside
// them only the judge sees.
#include <array>
#include <cstddef>
#include <cstdint>

#include "pfc/auth.hpp"
#include "pfc/codec.hpp"
#include "tests/unit/pfc/bytes.hpp"

namespace weir::test {

// Of messages: from the sender of packets, from their receiver.
enum Way : std::size_t { forward, backward };
constexpr Way other(Way way) { return way == forward ? backward : forward; }

struct Sent {
    Block bytes;
    Way way = forward;
    MessageKind kind = MessageKind::hello;
    std::uint32_t life = 0;  // of who said it
    std::size_t number = 0;  // of all that were said
};

class Wire {
public:
    Wire() { keys_.add(key, std::as_bytes(std::span{"a secret of 22 octets"})); }

    // `write` adds the records.
    template <class Write>
    Block said(Way way, MessageHead head, Write&& write) const {
        head.key = key;
        Block room(longest_body, std::byte{0xee});
        MessageWriter writer{room, head};
        write(writer);
        const auto body = writer.finish();
        static_cast<void>(keys_.sign(address(way), address(other(way)), body));
        return {body.begin(), body.end()};
    }
    // To the one at the end of `way`.
    bool believed(Way way, std::span<const std::byte> bytes) const {
        return keys_.verify(address(way), address(other(way)), bytes) == MessageFault::none;
    }

private:
    static constexpr KeyId key{7};
    static Ipv6Addr address(Way way) {
        Ipv6Addr address{};
        address.octets[15] = static_cast<std::uint8_t>(1 + way);
        return address;
    }
    Keys keys_;
};

}  // namespace weir::test

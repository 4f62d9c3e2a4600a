#pragma once
// Who wrote a message: HMAC-SHA-256 (RFC 2104, FIPS 180-4) cut to its first 128 bits (RFC 4868),
// over source address, destination address and the body up to the signature. What the key holders
// of a pair say cannot be changed, nor sent again to or from anybody else; that it is not sent
// again at all is the sequence's.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "dataplane/wire/address.hpp"
#include "pfc/message.hpp"
#include "pfc/message_fault.hpp"

namespace weir {

// What may be done with key id 0. Where it is allowed anybody can speak for the peer, keys or not.
enum class Unauthenticated : std::uint8_t { refused, allowed };

// The keys of one peer, at most two at a time: the one in use and the one that follows it.
// Signing and checking allocate nothing, cost about 0.6 us for a message of one slice, and may be
// done by several threads at once.
class Keys {
public:
    static constexpr std::size_t most = 2;
    static constexpr std::size_t least_secret = 16;  // octets; as many as the signature has

    explicit Keys(Unauthenticated policy = Unauthenticated::refused) noexcept;
    ~Keys();
    Keys(Keys&&) noexcept;
    Keys& operator=(Keys&&) noexcept;

    // Takes the place of a key of the same id. Throws std::invalid_argument, with a sentence, for
    // id 0, a third key, and a secret of less than `least_secret` octets. Keeps no copy of the
    // secret.
    void add(KeyId id, std::span<const std::byte> secret);
    void remove(KeyId id) noexcept;  // nothing if there is none
    bool holds(KeyId id) const noexcept;

    // Signs what `MessageWriter::finish` gave with the key its head names. Faults, with nothing
    // written: unauthenticated (id 0 is refused; allowed, it needs no signature), unknown_key,
    // truncated (no body).
    MessageFault sign(const Ipv6Addr& source, const Ipv6Addr& destination,
                      std::span<std::byte> body) const noexcept;
    // Faults: those of `sign`, and signature. Takes as long for a wrong signature as for a right
    // one.
    MessageFault verify(const Ipv6Addr& source, const Ipv6Addr& destination,
                        std::span<const std::byte> body) const noexcept;

private:
    struct Key;
    MessageFault find(std::span<const std::byte> body, const Key*& key) const noexcept;

    std::array<std::unique_ptr<Key>, most> keys_;
    Unauthenticated policy_;
};

}  // namespace weir

#include "pfc/auth.hpp"

// OpenSSL 3 deprecates SHA256_CTX, and offers nothing else that starts from a key without malloc:
// EVP_MAC and HMAC_CTX make two blocks for every message, 765 to 829 ns against 606 (104 octets).
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "dataplane/wire/cursor.hpp"
#include "pfc/codec.hpp"

namespace weir {
namespace {

constexpr std::size_t hash_block = 64, hash_bytes = SHA256_DIGEST_LENGTH;

using Signature = std::array<std::byte, signature_bytes>;

}  // namespace

// A secret as HMAC needs it: SHA-256 after the first block, which depends on the secret alone.
struct Keys::Key {
    KeyId id;
    SHA256_CTX inner, outer;

    Key(KeyId of, std::span<const std::byte> secret) : id{of} {
        std::array<unsigned char, hash_block> block{};
        if (secret.size() > block.size())
            SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
                   block.data());
        else
            std::ranges::transform(secret, block.begin(),
                                   [](std::byte b) { return std::to_integer<unsigned char>(b); });
        begin(inner, block, 0x36);
        begin(outer, block, 0x5c);
        OPENSSL_cleanse(block.data(), block.size());
    }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    ~Key() {
        OPENSSL_cleanse(&inner, sizeof inner);
        OPENSSL_cleanse(&outer, sizeof outer);
    }

    Signature signature(const Ipv6Addr& source, const Ipv6Addr& destination,
                        std::span<const std::byte> message) const noexcept {
        std::array<unsigned char, hash_bytes> digest;
        SHA256_CTX hash = inner;
        SHA256_Update(&hash, source.octets.data(), source.octets.size());
        SHA256_Update(&hash, destination.octets.data(), destination.octets.size());
        SHA256_Update(&hash, message.data(), message.size());
        SHA256_Final(digest.data(), &hash);
        hash = outer;
        SHA256_Update(&hash, digest.data(), digest.size());
        SHA256_Final(digest.data(), &hash);
        Signature cut;
        std::ranges::copy(std::as_bytes(std::span{digest}).first<signature_bytes>(), cut.begin());
        return cut;
    }

private:
    static void begin(SHA256_CTX& hash, std::array<unsigned char, hash_block> block,
                      unsigned char pad) {
        for (unsigned char& octet : block) octet ^= pad;
        SHA256_Init(&hash);
        SHA256_Update(&hash, block.data(), block.size());
        OPENSSL_cleanse(block.data(), block.size());
    }
};

Keys::Keys(Unauthenticated policy) noexcept : policy_{policy} {}
Keys::~Keys() = default;
Keys::Keys(Keys&&) noexcept = default;
Keys& Keys::operator=(Keys&&) noexcept = default;

void Keys::add(KeyId id, std::span<const std::byte> secret) {
    if (id == KeyId{})
        throw std::invalid_argument("key id 0 means not authenticated: choose 1-65535");
    if (secret.size() < least_secret)
        throw std::invalid_argument("a key of " + std::to_string(secret.size()) +
                                    " octets: give it at least " + std::to_string(least_secret));
    remove(id);
    const auto slot = std::ranges::find_if(keys_, [](const auto& key) { return key == nullptr; });
    if (slot == keys_.end())
        throw std::invalid_argument("a third key: remove one of the two that a peer may have");
    *slot = std::make_unique<Key>(id, secret);
}

void Keys::remove(KeyId id) noexcept {
    for (auto& key : keys_)
        if (key != nullptr && key->id == id) key.reset();
}

bool Keys::holds(KeyId id) const noexcept {
    return std::ranges::any_of(keys_,
                               [&](const auto& key) { return key != nullptr && key->id == id; });
}

// The key that the body names; nullptr, and no fault, for a body that needs none.
MessageFault Keys::find(std::span<const std::byte> body, const Key*& key) const noexcept {
    if (body.size() < shortest_body) return MessageFault::truncated;
    const KeyId id{Cursor{body}.peek<HeadLayout>()->key.host()};
    if (id == KeyId{})
        return policy_ == Unauthenticated::allowed ? MessageFault::none
                                                   : MessageFault::unauthenticated;
    for (const auto& held : keys_)
        if (held != nullptr && held->id == id) key = held.get();
    return key != nullptr ? MessageFault::none : MessageFault::unknown_key;
}

MessageFault Keys::sign(const Ipv6Addr& source, const Ipv6Addr& destination,
                        std::span<std::byte> body) const noexcept {
    const Key* key = nullptr;
    const MessageFault fault = find(body, key);
    if (key == nullptr) return fault;
    const auto message = body.first(body.size() - signature_bytes);
    std::ranges::copy(key->signature(source, destination, message),
                      body.last(signature_bytes).begin());
    return MessageFault::none;
}

MessageFault Keys::verify(const Ipv6Addr& source, const Ipv6Addr& destination,
                          std::span<const std::byte> body) const noexcept {
    const Key* key = nullptr;
    const MessageFault fault = find(body, key);
    if (key == nullptr) return fault;
    const auto message = body.first(body.size() - signature_bytes);
    const Signature right = key->signature(source, destination, message);
    const bool same =
        CRYPTO_memcmp(right.data(), body.last(signature_bytes).data(), signature_bytes) == 0;
    return same ? MessageFault::none : MessageFault::signature;
}

}  // namespace weir

#include "pfc/auth.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/pfc/messages.hpp"

namespace weir {
namespace {

using test::Block;
using test::from_hex;

const Ipv6Addr here = *parse_ipv6("fd00::a"), there = *parse_ipv6("fc00:b::fc");
const Block secret = from_hex("000102030405060708090a0b0c0d0e0f");
constexpr KeyId id{0x0102};  // of test::plain_head

Keys keys_with(KeyId key, std::span<const std::byte> value) {
    Keys keys;
    keys.add(key, value);
    return keys;
}

Block signed_body(const Keys& keys, const MessageHead& head = test::plain_head) {
    Block body = test::written(head, [](MessageWriter& w) {
        w.add(TotalsRecord{.slice = SliceNumber{1}, .packets = 2, .bytes = 3, .charge = 4});
    });
    EXPECT_EQ(keys.sign(here, there, body), MessageFault::none);
    return body;
}

// OpenSSL's own HMAC, another way through the library than the product's.
Block judged(std::span<const std::byte> key, const Ipv6Addr& source, const Ipv6Addr& destination,
             std::span<const std::byte> message) {
    Block all;
    const auto add = [&](std::span<const std::byte> bytes) {
        all.insert(all.end(), bytes.begin(), bytes.end());
    };
    add(std::as_bytes(std::span{source.octets}));
    add(std::as_bytes(std::span{destination.octets}));
    add(message);
    Block out(EVP_MAX_MD_SIZE);
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(all.data()), all.size(),
         reinterpret_cast<unsigned char*>(out.data()), nullptr);
    out.resize(signature_bytes);
    return out;
}

TEST(Keys, SignWithBytesThatAnybodyCanComputeAgain) {
    // As Python computes it: hmac.new(secret, source + destination + body, "sha256").
    const Block body = signed_body(keys_with(id, secret));
    EXPECT_EQ(test::to_hex(std::span{body}.last(signature_bytes)),
              "4ae2f39d4e73fcf70e03797150a8719b");
}

TEST(Keys, AcceptWhatTheySigned) {
    const Keys keys = keys_with(id, secret);
    const Block body = signed_body(keys);
    EXPECT_EQ(keys.verify(here, there, body), MessageFault::none);
    EXPECT_EQ(keys_with(id, from_hex("ff0102030405060708090a0b0c0d0e0f")).verify(here, there, body),
              MessageFault::signature);
    EXPECT_EQ(keys_with(KeyId{1}, secret).verify(here, there, body), MessageFault::unknown_key);
    EXPECT_EQ(Keys{}.verify(here, there, body), MessageFault::unknown_key);
    // The way back is another.
    EXPECT_EQ(keys.verify(there, here, body), MessageFault::signature);
}

TEST(Keys, FollowEachOther) {
    Keys keys = keys_with(id, secret);
    const Block body = signed_body(keys);
    const Block next = from_hex("101112131415161718191a1b1c1d1e1f");
    keys.add(KeyId{2}, next);
    EXPECT_TRUE(keys.holds(id) && keys.holds(KeyId{2}) && !keys.holds(KeyId{3}));
    EXPECT_EQ(keys.verify(here, there, body), MessageFault::none);
    MessageHead head = test::plain_head;
    head.key = KeyId{2};
    EXPECT_EQ(keys.verify(here, there, signed_body(keys, head)), MessageFault::none);
    EXPECT_THROW(keys.add(KeyId{3}, next), std::invalid_argument);
    EXPECT_EQ(keys.verify(here, there, body), MessageFault::none);
    keys.remove(id);
    EXPECT_EQ(keys.verify(here, there, body), MessageFault::unknown_key);
    keys.add(KeyId{3}, next);
    keys.add(KeyId{3}, secret);  // takes its place
    EXPECT_TRUE(keys.holds(KeyId{2}) && keys.holds(KeyId{3}));
    const Keys moved = std::move(keys);
    EXPECT_TRUE(moved.holds(KeyId{3}));
}

TEST(Keys, RefuseWhatIsNoKey) {
    Keys keys;
    EXPECT_THROW(keys.add(KeyId{0}, secret), std::invalid_argument);
    EXPECT_THROW(keys.add(KeyId{1}, std::span{secret}.first(15)), std::invalid_argument);
    EXPECT_THROW(keys.add(KeyId{1}, {}), std::invalid_argument);
    EXPECT_FALSE(keys.holds(KeyId{0}) || keys.holds(KeyId{1}));
}

TEST(Keys, LetNobodyThroughWithoutOneUnlessAllowed) {
    MessageHead head = test::plain_head;
    head.key = KeyId{0};
    Block body = test::written(head);
    Keys strict = keys_with(id, secret);
    EXPECT_EQ(strict.sign(here, there, body), MessageFault::unauthenticated);
    EXPECT_EQ(strict.verify(here, there, body), MessageFault::unauthenticated);
    Keys open{Unauthenticated::allowed};
    EXPECT_EQ(open.sign(here, there, body), MessageFault::none);
    EXPECT_EQ(body, test::written(head));
    EXPECT_EQ(open.verify(here, there, body), MessageFault::none);
    // A message that names a key still needs its signature.
    open.add(id, secret);
    body = test::written(test::plain_head);
    EXPECT_EQ(open.verify(here, there, body), MessageFault::signature);
}

TEST(Keys, LeaveWhatIsTooShortAlone) {
    Block body = signed_body(keys_with(id, secret));
    body.resize(shortest_body - 1);
    EXPECT_EQ(keys_with(id, secret).verify(here, there, body), MessageFault::truncated);
    EXPECT_EQ(keys_with(id, secret).sign(here, there, body), MessageFault::truncated);
    EXPECT_EQ(keys_with(id, secret).sign(here, there, {}), MessageFault::truncated);
}

void agree_with_openssl(std::size_t secret_size, std::span<const FlowCap> caps) {
    Block key(secret_size);
    for (std::byte& octet : key) octet = static_cast<std::byte>(test::any<std::uint8_t>());
    MessageHead head = test::any_head();
    head.key = KeyId{7};
    Block body =
        test::written(head, [&](MessageWriter& w) { w.add_flows(SliceNumber{1}, 1, caps); });
    RC_ASSERT(keys_with(KeyId{7}, key).sign(here, there, body) == MessageFault::none);
    const auto message = std::span{body}.first(body.size() - signature_bytes);
    const Block wanted = judged(key, here, there, message);
    RC_ASSERT(std::equal(wanted.begin(), wanted.end(), body.end() - signature_bytes));
}

RC_GTEST_PROP(Keys, AgreeWithOpenSsl, ()) {
    agree_with_openssl(*rc::gen::inRange<std::size_t>(Keys::least_secret, 200),
                       test::any_flow_caps(280));
    // Beside the length from which on a secret is hashed before it is used.
    for (const std::size_t size : {63U, 64U, 65U}) agree_with_openssl(size, {});
}

RC_GTEST_PROP(Keys, RefuseEveryBitThatChanged, ()) {
    const Keys keys = keys_with(id, secret);
    Block body = signed_body(keys);
    const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
    const auto bit = static_cast<std::uint8_t>(1U << *rc::gen::inRange(0U, 8U));
    body[at] ^= std::byte{bit};
    RC_ASSERT(keys.verify(here, there, body) != MessageFault::none);
    body[at] ^= std::byte{bit};
    Ipv6Addr source = here, destination = there;
    (test::any<bool>() ? source : destination).octets[at % 16] ^= bit;
    RC_ASSERT(keys.verify(source, destination, body) == MessageFault::signature);
    RC_ASSERT(keys.verify(here, there, body) == MessageFault::none);
}

}  // namespace
}  // namespace weir

#include "protocols/webrtc/wire/stun.h"

#include <gtest/gtest.h>

#include <vector>

namespace eyas::webrtc::stun {
namespace {

// [RFC 5769 2.1]: a request of an ICE agent, controlled, with a USERNAME padded by spaces.
const std::vector<uint8_t> kRequest = base::from_hex(
    "0001 0058 2112a442 b7e7a701bc34d686fa87dfae"         // binding request, 88 bytes, cookie, transaction
    "8022 0010 5354554e207465737420636c69656e74"          // SOFTWARE "STUN test client"
    "0024 0004 6e0001ff"                                  // PRIORITY
    "8029 0008 932ff9b151263b36"                          // ICE-CONTROLLED
    "0006 0009 6576746a3a68367659 202020"                 // USERNAME "evtj:h6vY"
    "0008 0014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"  // MESSAGE-INTEGRITY
    "8028 0004 e57a3bcf");                                // FINGERPRINT
constexpr std::string_view kPassword = "VOkJxbRl1RmTxUk/WvJxBt";
// [RFC 5769 2.2]: its answer over IPv4, 192.0.2.1:32853.
const std::vector<uint8_t> kResponse = base::from_hex(
    "0101 003c 2112a442 b7e7a701bc34d686fa87dfae"
    "8022 000b 7465737420766563746f72 20"  // SOFTWARE "test vector"
    "0020 0008 0001 a147 e112a643"         // XOR-MAPPED-ADDRESS
    "0008 0014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "8028 0004 c07d4c96");

constexpr TransactionId kTransaction = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

struct Built {
  std::array<uint8_t, kMessageBytesMax> memory;
  size_t size = 0;
  base::Bytes bytes() const { return base::Bytes(memory).first(size); }
};

template <typename Fill>
Built build(Class type, Fill fill) {
  Built built;
  Writer out(built.memory, kBinding, type, kTransaction);
  fill(out);
  built.size = out.finish();
  return built;
}

TEST(Stun, ReadsTheSampleRequest) {
  ASSERT_TRUE(is_stun(kRequest));
  auto message = parse(kRequest);
  ASSERT_TRUE(message.ok()) << message.error().message();
  EXPECT_TRUE(message->is_binding_request());
  EXPECT_EQ(message->username, "evtj:h6vY");
  EXPECT_EQ(message->local_ufrag(), "evtj");
  EXPECT_EQ(message->remote_ufrag(), "h6vY");
  EXPECT_EQ(message->priority, 0x6e0001ffu);
  EXPECT_EQ(message->ice_controlled, 0x932ff9b151263b36u);
  EXPECT_FALSE(message->use_candidate);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_EQ(message->unknown_count, 0u);
  EXPECT_TRUE(has_integrity(*message, kPassword));
  EXPECT_FALSE(has_integrity(*message, "VOkJxbRl1RmTxUk/WvJxBs"));
}

TEST(Stun, ReadsTheSampleResponse) {
  auto message = parse(kResponse);
  ASSERT_TRUE(message.ok()) << message.error().message();
  EXPECT_EQ(message->type, Class::kSuccess);
  ASSERT_TRUE(message->xor_mapped_address);
  EXPECT_EQ(message->xor_mapped_address->port, 32853);
  EXPECT_EQ(base::to_hex(message->xor_mapped_address->ip_bytes()), "c0000201");
  EXPECT_TRUE(has_integrity(*message, kPassword));
}

TEST(Stun, WhatItWritesItReads) {
  TransportAddress address{.ip = {0x20, 0x01, 0x0d, 0xb8, 1, 2, 3}, .port = 8189, .v6 = true};
  Built built = build(Class::kRequest, [&](Writer& out) {
    out.username("abcd:efgh");
    out.priority(1853824767);
    out.ice_controlling(0x0123456789abcdef);
    out.use_candidate();
    out.xor_mapped_address(address);
    out.integrity("secret");
    out.fingerprint();
  });
  auto message = parse(built.bytes());
  ASSERT_TRUE(message.ok()) << message.error().message();
  EXPECT_EQ(message->transaction, kTransaction);
  EXPECT_EQ(message->username, "abcd:efgh");
  EXPECT_EQ(message->priority, 1853824767u);
  EXPECT_EQ(message->ice_controlling, 0x0123456789abcdefu);
  EXPECT_TRUE(message->use_candidate);
  EXPECT_EQ(message->xor_mapped_address, address);
  EXPECT_TRUE(message->has_fingerprint);
  EXPECT_TRUE(has_integrity(*message, "secret"));
}

TEST(Stun, WritesErrorsWithTheirUnknownAttributes) {
  Built built = build(Class::kError, [](Writer& out) {
    out.error_code(420, "Unknown Attribute");
    out.unknown_attributes(std::array<uint16_t, 1>{0x7001});
  });
  EXPECT_EQ(base::to_hex(built.bytes().subspan(kHeaderBytes)),
            "0009001500000414556e6b6e6f776e20417474726962757465000000"  // 4, 20, the reason, padding
            "000a00027001"
            "0000");
  auto message = parse(built.bytes());
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->type, Class::kError);
  EXPECT_EQ(message->error_code, 420);
}

TEST(Stun, EveryFlippedBitOfARequestIsNoticed) {
  for (size_t bit = 0; bit < kRequest.size() * 8; ++bit) {
    auto damaged = kRequest;
    damaged[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    auto message = parse(damaged);
    EXPECT_FALSE(message.ok() && message->has_fingerprint) << bit;
  }
}

TEST(Stun, EveryTruncationIsRefused) {
  for (size_t size = 0; size < kRequest.size(); ++size)
    EXPECT_FALSE(parse(base::Bytes(kRequest).first(size)).ok());
}

TEST(Stun, RefusesBrokenLengthsAndValues) {
  struct Case {
    const char* why;
    const char* attributes;
  };
  for (Case c :
       {Case{"longer than the message", "0006 0010 61626364"},
        Case{"PRIORITY of 2 bytes", "0024 0002 00010000"},
        Case{"USE-CANDIDATE with a value", "0025 0004 00000000"},
        Case{"unknown address family", "0020 0008 0003a147 e112a643"},
        Case{"IPv6 in 4 bytes", "0020 0008 0002a147 e112a643"}, Case{"error 799", "0009 0004 00000763"},
        Case{"MESSAGE-INTEGRITY of 4 bytes", "0008 0004 00000000"},
        Case{"FINGERPRINT of 0 bytes", "8028 0000"}, Case{"half an attribute header", "0006 00"}}) {
    auto attributes = base::from_hex(c.attributes);
    auto bytes = base::from_hex("0001 0000 2112a442 000000000000000000000000");
    bytes[3] = static_cast<uint8_t>(attributes.size());
    bytes.insert(bytes.end(), attributes.begin(), attributes.end());
    EXPECT_FALSE(parse(bytes).ok()) << c.why;
  }
}

TEST(Stun, CountsUnknownAttributesThatMustBeUnderstood) {
  auto bytes = base::from_hex("0001 000c 2112a442 000000000000000000000000 7001 0000 ff01 0000 7002 0000");
  auto message = parse(bytes);
  ASSERT_TRUE(message.ok());
  ASSERT_EQ(message->unknown_count, 2u);
  EXPECT_EQ(message->unknown[0], 0x7001);
  EXPECT_EQ(message->unknown[1], 0x7002);
}

TEST(Stun, AttributesBehindTheIntegrityAreNotTrusted) {
  Built built = build(Class::kRequest, [](Writer& out) {
    out.username("a:b");
    out.integrity("secret");
    out.use_candidate();
    out.fingerprint();
  });
  auto message = parse(built.bytes());
  ASSERT_TRUE(message.ok());
  EXPECT_TRUE(has_integrity(*message, "secret"));
  EXPECT_FALSE(message->use_candidate);
}

TEST(Stun, AMessageOverTheLimitIsRefused) {
  std::vector<uint8_t> bytes = base::from_hex("0001 0000 2112a442 000000000000000000000000");
  bytes.resize(kMessageBytesMax + 4);
  size_t length = bytes.size() - kHeaderBytes;
  bytes[2] = static_cast<uint8_t>(length >> 8), bytes[3] = static_cast<uint8_t>(length);
  auto message = parse(bytes);
  ASSERT_FALSE(message.ok());
  EXPECT_EQ(message.error().code, base::Code::kLimit);
}

TEST(Stun, AWriterWithoutRoomWritesNothingAndSaysSo) {
  for (size_t room = 0; room < 60; ++room) {
    std::vector<uint8_t> memory(room);
    Writer out(memory, kBinding, Class::kSuccess, kTransaction);
    out.xor_mapped_address({.ip = {127, 0, 0, 1}, .port = 1});
    out.integrity("secret");
    out.fingerprint();
    EXPECT_EQ(out.finish(), 0u) << room;
  }
}

TEST(Stun, NeighboursOnThePortAreNotStun) {
  EXPECT_FALSE(is_stun(base::from_hex("16fefd0000000000000000002a0100001e00000000")));    // DTLS
  EXPECT_FALSE(is_stun(base::from_hex("80602112a4422112a4422112a4422112a4422112a442")));  // RTP
}

}  // namespace
}  // namespace eyas::webrtc::stun

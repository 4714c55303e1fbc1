#include "protocols/rtmp/wire/handshake.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace eyas::rtmp {
namespace {

std::vector<uint8_t> c1_of(uint8_t version_byte) {
  std::vector<uint8_t> c1(kHandshakeBytes);
  for (size_t i = 0; i < c1.size(); ++i) c1[i] = static_cast<uint8_t>(i * 7 + i / 256);
  std::fill_n(c1.begin() + 4, 4, version_byte);
  return c1;
}

std::vector<uint8_t> c0c1(const std::vector<uint8_t>& c1) {
  std::vector<uint8_t> bytes = {3};
  bytes.insert(bytes.end(), c1.begin(), c1.end());
  return bytes;
}

TEST(Handshake, SimpleEchoesC1AndSendsAllAtOnce) {
  ServerHandshake handshake(1000, 7);
  std::vector<uint8_t> c1 = c1_of(0), in = c0c1(c1), out;
  base::Bytes rest = in;
  ASSERT_TRUE(handshake.feed(rest, out));
  EXPECT_TRUE(rest.empty());
  ASSERT_EQ(out.size(), 1 + 2 * kHandshakeBytes);
  EXPECT_EQ(out[0], 3);
  EXPECT_EQ(base::to_hex(base::Bytes(out).subspan(1, 8)), "000003e800000000");
  EXPECT_TRUE(std::ranges::equal(base::Bytes(out).last(kHandshakeBytes), c1));
  EXPECT_FALSE(handshake.with_digest());
  EXPECT_FALSE(handshake.done());

  std::vector<uint8_t> c2_and_more(kHandshakeBytes + 5);
  rest = c2_and_more;
  out.clear();
  ASSERT_TRUE(handshake.feed(rest, out));
  EXPECT_TRUE(handshake.done());
  EXPECT_EQ(rest.size(), 5u);
  EXPECT_TRUE(out.empty());
}

TEST(Handshake, AnySplitGivesTheSame) {
  std::vector<uint8_t> in = c0c1(c1_of(0)), whole, bytewise;
  ServerHandshake a(1, 2), b(1, 2);
  base::Bytes rest = in;
  ASSERT_TRUE(a.feed(rest, whole));
  for (uint8_t byte : in) {
    base::Bytes one(&byte, 1);
    ASSERT_TRUE(b.feed(one, bytewise));
  }
  EXPECT_EQ(whole, bytewise);
}

class DigestHandshake : public testing::TestWithParam<DigestSchema> {};

TEST_P(DigestHandshake, ClientCanVerifyS1AndS2) {
  std::vector<uint8_t> c1 = c1_of(9);
  DigestPlace place = sign(c1, GetParam(), DigestSigner::kClient);
  ServerHandshake handshake(1, 2);
  std::vector<uint8_t> in = c0c1(c1), out;
  base::Bytes rest = in;
  ASSERT_TRUE(handshake.feed(rest, out));
  EXPECT_TRUE(handshake.with_digest());

  base::Bytes s1 = base::Bytes(out).subspan(1, kHandshakeBytes), s2 = base::Bytes(out).last(kHandshakeBytes);
  std::optional<DigestPlace> s1_place = find_digest(s1, DigestSigner::kServer);
  ASSERT_TRUE(s1_place.has_value());
  EXPECT_EQ(s1_place->schema, GetParam());
  base::Bytes client_digest = base::Bytes(c1).subspan(place.offset, kDigestBytes);
  EXPECT_TRUE(
      std::ranges::equal(s2.last(kDigestBytes), reply_digest(s2, client_digest, DigestSigner::kServer)));
}

INSTANTIATE_TEST_SUITE_P(BothSchemas, DigestHandshake,
                         testing::Values(DigestSchema::kDigestFirst, DigestSchema::kKeyFirst));

TEST(Handshake, RefusesEncryptedAndUnknownVersions) {
  for (uint8_t version : {uint8_t{6}, uint8_t{0}, uint8_t{'G'}}) {
    ServerHandshake handshake(1, 2);
    std::vector<uint8_t> out;
    base::Bytes in(&version, 1);
    base::Status status = handshake.feed(in, out);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, base::Code::kUnsupported);
  }
}

}  // namespace
}  // namespace eyas::rtmp

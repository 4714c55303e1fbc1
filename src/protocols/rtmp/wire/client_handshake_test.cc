#include "protocols/rtmp/wire/client_handshake.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace eyas::rtmp {
namespace {

TEST(ClientHandshake, GoesThroughWithOurServerInAnySplit) {
  for (size_t piece : {1, 100, 1536, 5000}) {
    ClientHandshake client(1000, 7);
    ServerHandshake server(2000, 8);
    std::vector<uint8_t> to_server = client.begin(), to_client, more;
    base::Bytes bytes = to_server;
    ASSERT_TRUE(server.feed(bytes, to_client).ok());
    EXPECT_TRUE(server.with_digest());
    to_client.push_back(0x42);  // the first byte after the handshake
    std::vector<uint8_t> c2;
    base::Bytes rest;
    for (size_t at = 0; at < to_client.size(); at += piece) {
      rest = base::Bytes(to_client).subspan(at, std::min(piece, to_client.size() - at));
      ASSERT_TRUE(client.feed(rest, c2).ok());
    }
    EXPECT_TRUE(client.done());
    EXPECT_TRUE(client.with_digest());
    EXPECT_EQ(base::to_hex(rest), "42");
    EXPECT_EQ(c2.size(), kHandshakeBytes);
    bytes = c2;
    ASSERT_TRUE(server.feed(bytes, more).ok());
    EXPECT_TRUE(server.done());
    // C2 proves that we know the constants.
    base::Bytes s1 = base::Bytes(to_client).subspan(1, kHandshakeBytes);
    auto place = find_digest(s1, DigestSigner::kServer);
    ASSERT_TRUE(place.has_value());
    EXPECT_TRUE(
        std::ranges::equal(base::Bytes(c2).last(kDigestBytes),
                           reply_digest(c2, s1.subspan(place->offset, kDigestBytes), DigestSigner::kClient)));
  }
}

TEST(ClientHandshake, EchoesAServerWithoutDigest) {
  ClientHandshake client(1, 2);
  std::vector<uint8_t> from_server(1 + 2 * kHandshakeBytes, 0x11), c2;
  from_server[0] = 3;
  base::Bytes bytes = from_server;
  ASSERT_TRUE(client.feed(bytes, c2).ok());
  EXPECT_TRUE(client.done());
  EXPECT_FALSE(client.with_digest());
  EXPECT_TRUE(std::ranges::equal(c2, base::Bytes(from_server).subspan(1, kHandshakeBytes)));
}

TEST(ClientHandshake, AnotherVersionIsRefused) {
  ClientHandshake client(1, 2);
  std::vector<uint8_t> http = {'H', 'T', 'T', 'P'}, out;
  base::Bytes bytes = http;
  EXPECT_EQ(client.feed(bytes, out).error().code, base::Code::kUnsupported);
}

}  // namespace
}  // namespace eyas::rtmp

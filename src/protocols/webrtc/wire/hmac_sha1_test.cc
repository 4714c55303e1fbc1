#include "protocols/webrtc/wire/hmac_sha1.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

// [RFC 2202 3], cases 1, 2 and 6 (a key longer than a block).
TEST(HmacSha1, GivesTheTagsOfRfc2202) {
  std::vector<uint8_t> key(20, 0x0b);
  EXPECT_EQ(base::to_hex(HmacSha1(key).tag({base::as_bytes("Hi There")})),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  HmacSha1 jefe(base::as_bytes("Jefe"));
  EXPECT_EQ(base::to_hex(jefe.tag({base::as_bytes("what do ya want for nothing?")})),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  std::vector<uint8_t> long_key(80, 0xaa);
  EXPECT_EQ(base::to_hex(HmacSha1(long_key).tag(
                {base::as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(HmacSha1, PiecesCountAsOneMessage) {
  HmacSha1 mac(base::as_bytes("Jefe"));
  EXPECT_EQ(mac.tag({base::as_bytes("what do ya want "), base::as_bytes("for nothing?")}),
            mac.tag({base::as_bytes("what do ya want for nothing?")}));
}

TEST(HmacSha1, SecretsOfOtherSizesAreNotTheSame) {
  EXPECT_TRUE(same_secret(base::as_bytes("abc"), base::as_bytes("abc")));
  EXPECT_FALSE(same_secret(base::as_bytes("abc"), base::as_bytes("abd")));
  EXPECT_FALSE(same_secret(base::as_bytes("abc"), base::as_bytes("ab")));
}

}  // namespace
}  // namespace eyas::webrtc

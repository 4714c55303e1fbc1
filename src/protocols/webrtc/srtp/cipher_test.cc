#include "protocols/webrtc/srtp/cipher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace eyas::webrtc {
namespace {

template <size_t N>
void fill(std::array<uint8_t, N>& out, const char* hex) {
  auto bytes = base::from_hex(hex);
  ASSERT_LE(bytes.size(), N);
  std::copy(bytes.begin(), bytes.end(), out.begin());
}

// [RFC 3711 B.3]
TEST(SrtpSessionKeys, AreThoseOfRfc3711) {
  SrtpKey master;
  fill(master.key, "E1F97A0D3E018BE0D64FA32C06DE4139");
  fill(master.salt, "0EC675AD498AFEEBB6960B3AABE6");
  auto keys = derive_session_keys(SrtpProfile::kAes128CmSha1_80, master, SrtpUse::kRtp);
  EXPECT_EQ(base::to_hex(keys.cipher), "c61e7a93744f39ee10734afe3ff7a087");
  EXPECT_EQ(base::to_hex(keys.salt), "30cbbc08863d8c85d49db34a9ae1");
  EXPECT_EQ(base::to_hex(keys.auth), "cebe321f6ff7716b6fd4ab49af256a156d38baa4");
}

struct GcmVector {
  SrtpParts parts = {};
  std::vector<uint8_t> header = {}, suffix = {}, plain = {}, sealed = {};  // sealed: ciphertext, then tag
};

SrtpSessionKeys rfc7714_keys() {
  SrtpSessionKeys keys;
  fill(keys.cipher, "000102030405060708090a0b0c0d0e0f");
  fill(keys.salt, "51756964 2070726f 2071756f");
  return keys;
}

void check(const GcmVector& vector) {
  SrtpParts parts = vector.parts;
  parts.header = vector.header;
  parts.suffix = vector.suffix;
  std::vector<uint8_t> out(vector.plain.size() + 16);
  base::Bytes plain = vector.plain;
  auto seal = SrtpCipher::make(SrtpProfile::kAeadAes128Gcm, rfc7714_keys(), SrtpCipher::Direction::kSeal);
  ASSERT_TRUE(seal->seal(parts, std::span(&plain, 1), out.data(), &out[vector.plain.size()]));
  EXPECT_EQ(base::to_hex(out), base::to_hex(vector.sealed));
  // The same from two pieces.
  base::Bytes pieces[] = {plain.first(5), plain.subspan(5)};
  std::fill(out.begin(), out.end(), uint8_t{0});
  ASSERT_TRUE(seal->seal(parts, pieces, out.data(), &out[vector.plain.size()]));
  EXPECT_EQ(base::to_hex(out), base::to_hex(vector.sealed));

  auto open = SrtpCipher::make(SrtpProfile::kAeadAes128Gcm, rfc7714_keys(), SrtpCipher::Direction::kOpen);
  ASSERT_TRUE(open->open(parts, std::span(out).first(vector.plain.size()), &out[vector.plain.size()]));
  out.resize(vector.plain.size());
  EXPECT_EQ(out, vector.plain);
}

// [RFC 7714 16.1.1]: "Gallia est omnis divisa in partes tres".
TEST(SrtpCipher, SealsTheRtpPacketOfRfc7714) {
  check({.parts = {.ssrc = 0x5501a0b2, .index = 0xf17b},
         .header = base::from_hex("8040f17b 8041f8d3 5501a0b2"),
         .suffix = {},
         .plain = base::from_hex(
             "47616c6c 69612065 7374206f 6d6e6973 20646976 69736120 696e2070 61727465 73207472 6573"),
         .sealed = base::from_hex(
             "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf 8833"
             "899d7f27 beb16a91 52cf765e e4390cce")});
}

// [RFC 7714 17.1]
TEST(SrtpCipher, SealsTheRtcpPacketOfRfc7714) {
  check({.parts = {.ssrc = 0x4d617273, .index = 0x5d4},
         .header = base::from_hex("81c8000d 4d617273"),
         .suffix = base::from_hex("800005d4"),
         .plain = base::from_hex("4e545031 4e545032 52545020 0000042a 0000e930 4c756e61 deadbeef deadbeef "
                                 "deadbeef deadbeef deadbeef"),
         .sealed = base::from_hex("63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda "
                                  "4ce09b46 86303ded 0bb9275b"
                                  "c84aa458 96cf4d2f c5abf872 45d9eade")});
}

}  // namespace
}  // namespace eyas::webrtc

// OpenSSL 3 calls the plain hash functions deprecated; hmac_sha1.h says why we use them.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "protocols/webrtc/wire/hmac_sha1.h"

#include <openssl/crypto.h>

namespace eyas::webrtc {
namespace {

constexpr size_t kBlockBytes = 64;

void start_with_padded_key(SHA_CTX& state, base::Bytes key, uint8_t pad) {
  std::array<uint8_t, kBlockBytes> block;
  for (size_t i = 0; i < block.size(); ++i)
    block[i] = static_cast<uint8_t>((i < key.size() ? key[i] : 0) ^ pad);
  SHA1_Init(&state);
  SHA1_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
}

}  // namespace

HmacSha1::HmacSha1(base::Bytes key) {
  Sha1Tag hashed;
  if (key.size() > kBlockBytes) {
    SHA1(key.data(), key.size(), hashed.data());
    key = hashed;
  }
  start_with_padded_key(inner_, key, 0x36);
  start_with_padded_key(outer_, key, 0x5c);
}

HmacSha1::~HmacSha1() {
  OPENSSL_cleanse(&inner_, sizeof inner_);
  OPENSSL_cleanse(&outer_, sizeof outer_);
}

Sha1Tag HmacSha1::tag(std::initializer_list<base::Bytes> pieces) const {
  Sha1Tag digest;
  SHA_CTX state = inner_;
  for (base::Bytes piece : pieces) SHA1_Update(&state, piece.data(), piece.size());
  SHA1_Final(digest.data(), &state);
  state = outer_;
  SHA1_Update(&state, digest.data(), digest.size());
  SHA1_Final(digest.data(), &state);
  return digest;
}

bool same_secret(base::Bytes a, base::Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace eyas::webrtc

#include "protocols/webrtc/srtp/cipher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>

#include "base/check.h"
#include "protocols/webrtc/wire/hmac_sha1.h"

namespace eyas::webrtc {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

constexpr size_t kGcmTagBytes = 16;
constexpr size_t kGcmIvBytes = 12;
constexpr size_t kCmTagBytes = 10;
constexpr size_t kCmIvBytes = 16;

int as_int(size_t size) {
  return static_cast<int>(size);
}

// The SSRC and the 48-bit index, XORed into an IV that holds the salt.
void mix(uint8_t* iv, const SrtpParts& parts) {
  for (int i = 0; i < 4; ++i) iv[i] ^= static_cast<uint8_t>(parts.ssrc >> (24 - 8 * i));
  for (int i = 0; i < 6; ++i) iv[4 + i] ^= static_cast<uint8_t>(parts.index >> (40 - 8 * i));
}

class Gcm final : public SrtpCipher {
 public:
  Gcm(const SrtpSessionKeys& keys, Direction direction) : context_(EVP_CIPHER_CTX_new()) {
    std::copy_n(keys.salt.begin(), kGcmIvBytes, salt_.begin());
    CHECK(context_ && EVP_CipherInit_ex(context_.get(), EVP_aes_128_gcm(), nullptr, keys.cipher.data(),
                                        nullptr, direction == Direction::kSeal));
  }

  bool seal(const SrtpParts& parts, std::span<const base::Bytes> pieces, uint8_t* out,
            uint8_t* tag) override {
    int size = 0;
    if (!begin(parts)) return false;
    for (base::Bytes piece : pieces) {
      if (!EVP_EncryptUpdate(context_.get(), out, &size, piece.data(), as_int(piece.size()))) return false;
      out += piece.size();
    }
    // The parameter is asked for directly: EVP_CIPHER_CTX_ctrl() builds the same list for each call.
    OSSL_PARAM ask[] = {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, kGcmTagBytes),
                        OSSL_PARAM_construct_end()};
    return EVP_EncryptFinal_ex(context_.get(), out, &size) && EVP_CIPHER_CTX_get_params(context_.get(), ask);
  }

  bool open(const SrtpParts& parts, std::span<uint8_t> bytes, const uint8_t* tag) override {
    int size = 0;
    std::array<uint8_t, kGcmTagBytes> expected;
    std::copy_n(tag, kGcmTagBytes, expected.begin());
    OSSL_PARAM tell[] = {
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, expected.data(), kGcmTagBytes),
        OSSL_PARAM_construct_end()};
    return begin(parts) && EVP_CIPHER_CTX_set_params(context_.get(), tell) &&
           EVP_DecryptUpdate(context_.get(), bytes.data(), &size, bytes.data(), as_int(bytes.size())) &&
           EVP_DecryptFinal_ex(context_.get(), bytes.data() + bytes.size(), &size);
  }

 private:
  // IV [RFC 7714 8.1, 9.1] and associated data.
  bool begin(const SrtpParts& parts) {
    int size = 0;
    auto iv = salt_;
    mix(&iv[2], parts);
    return EVP_CipherInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data(), -1) &&
           EVP_CipherUpdate(context_.get(), nullptr, &size, parts.header.data(),
                            as_int(parts.header.size())) &&
           (parts.suffix.empty() || EVP_CipherUpdate(context_.get(), nullptr, &size, parts.suffix.data(),
                                                     as_int(parts.suffix.size())));
  }

  Context context_;
  std::array<uint8_t, kGcmIvBytes> salt_;
};

class CmSha1 final : public SrtpCipher {
 public:
  explicit CmSha1(const SrtpSessionKeys& keys)
      : context_(EVP_CIPHER_CTX_new()), mac_(keys.auth), salt_(keys.salt) {
    CHECK(context_ &&
          EVP_EncryptInit_ex(context_.get(), EVP_aes_128_ctr(), nullptr, keys.cipher.data(), nullptr));
  }

  bool seal(const SrtpParts& parts, std::span<const base::Bytes> pieces, uint8_t* out,
            uint8_t* tag) override {
    const uint8_t* begin = out;
    if (!set_iv(parts)) return false;
    for (base::Bytes piece : pieces) {
      if (!crypt(out, piece)) return false;
      out += piece.size();
    }
    auto whole = mac_.tag({parts.header, {begin, out}, parts.suffix});
    std::copy_n(whole.begin(), kCmTagBytes, tag);
    return true;
  }

  bool open(const SrtpParts& parts, std::span<uint8_t> bytes, const uint8_t* tag) override {
    auto expected = mac_.tag({parts.header, bytes, parts.suffix});
    if (!same_secret(base::Bytes(expected).first(kCmTagBytes), {tag, kCmTagBytes})) return false;
    return set_iv(parts) && crypt(bytes.data(), bytes);
  }

 private:
  // [RFC 3711 4.1.1]
  bool set_iv(const SrtpParts& parts) {
    std::array<uint8_t, kCmIvBytes> iv{};
    std::copy(salt_.begin(), salt_.end(), iv.begin());
    mix(&iv[4], parts);
    return EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv.data());
  }
  bool crypt(uint8_t* out, base::Bytes in) {
    int size = 0;
    return in.empty() || EVP_EncryptUpdate(context_.get(), out, &size, in.data(), as_int(in.size()));
  }

  Context context_;
  HmacSha1 mac_;
  std::array<uint8_t, 14> salt_;
};

}  // namespace

std::unique_ptr<SrtpCipher> SrtpCipher::make(SrtpProfile profile, const SrtpSessionKeys& keys,
                                             Direction direction) {
  if (profile == SrtpProfile::kAeadAes128Gcm) return std::make_unique<Gcm>(keys, direction);
  return std::make_unique<CmSha1>(keys);
}

}  // namespace eyas::webrtc

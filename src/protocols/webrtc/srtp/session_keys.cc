#include "protocols/webrtc/srtp/session_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <span>

#include "base/check.h"

namespace eyas::webrtc {
namespace {

// AES in counter mode over zeros, from the salt with the label in it [RFC 3711 4.3.3].
void derive(const SrtpKey& master, uint8_t label, std::span<uint8_t> out) {
  std::array<uint8_t, 16> iv{};
  std::copy(master.salt.begin(), master.salt.end(), iv.begin());
  iv[7] ^= label;
  std::fill(out.begin(), out.end(), uint8_t{0});
  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                     EVP_CIPHER_CTX_free);
  int written = 0;
  CHECK(context &&
        EVP_EncryptInit_ex(context.get(), EVP_aes_128_ctr(), nullptr, master.key.data(), iv.data()) &&
        EVP_EncryptUpdate(context.get(), out.data(), &written, out.data(), static_cast<int>(out.size())));
}

}  // namespace

SrtpSessionKeys::~SrtpSessionKeys() {
  OPENSSL_cleanse(this, sizeof *this);
}

SrtpSessionKeys derive_session_keys(SrtpProfile profile, const SrtpKey& master, SrtpUse use) {
  // Labels [RFC 3711 4.3.2]: RTP's are 0 to 2, RTCP's 3 to 5.
  const uint8_t first = use == SrtpUse::kRtp ? 0 : 3;
  SrtpSessionKeys keys;
  derive(master, first, keys.cipher);
  derive(master, first + 1, keys.auth);
  derive(master, first + 2, std::span(keys.salt).first(srtp_salt_bytes(profile)));
  return keys;
}

}  // namespace eyas::webrtc

#include "protocols/webrtc/dtls/alert_reader.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>
#include <openssl/tls1.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string_view>

namespace eyas::webrtc {
namespace {

constexpr size_t kRecordHeaderBytes = 13;
constexpr uint8_t kAlertType = 21;
constexpr size_t kExplicitNonceBytes = 8;
constexpr size_t kTagBytes = 16;
constexpr size_t kAlertBytes = 2;
constexpr uint8_t kFatal = 2;
constexpr uint8_t kCloseNotify = 0;

// What both sides derive their write keys from [RFC 5246 6.3].
bool expand_keys(SSL* ssl, std::span<uint8_t> block) {
  std::array<uint8_t, SSL_MAX_MASTER_KEY_LENGTH> master;
  size_t master_bytes = SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), master.size());
  constexpr std::string_view kLabel = "key expansion";
  std::array<uint8_t, kLabel.size() + 2 * SSL3_RANDOM_SIZE> seed;
  std::copy(kLabel.begin(), kLabel.end(), seed.begin());
  SSL_get_server_random(ssl, &seed[kLabel.size()], SSL3_RANDOM_SIZE);
  SSL_get_client_random(ssl, &seed[kLabel.size() + SSL3_RANDOM_SIZE], SSL3_RANDOM_SIZE);

  char digest[] = "SHA256";
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.data(), master_bytes),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed.data(), seed.size()),
      OSSL_PARAM_construct_end()};
  std::unique_ptr<EVP_KDF, void (*)(EVP_KDF*)> kdf(EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr),
                                                   EVP_KDF_free);
  std::unique_ptr<EVP_KDF_CTX, void (*)(EVP_KDF_CTX*)> context(EVP_KDF_CTX_new(kdf.get()), EVP_KDF_CTX_free);
  bool ok = context && EVP_KDF_derive(context.get(), block.data(), block.size(), params) == 1;
  OPENSSL_cleanse(master.data(), master.size());
  return ok;
}

}  // namespace

std::optional<AlertReader> AlertReader::of(SSL* ssl) {
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher == nullptr || SSL_CIPHER_get_id(cipher) != TLS1_CK_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
    return std::nullopt;
  AlertReader reader;
  // Client's key, server's key, client's IV, server's IV.
  std::array<uint8_t, 2 * (sizeof key_ + sizeof iv_)> block;
  if (!expand_keys(ssl, block)) return std::nullopt;
  const size_t peer = SSL_is_server(ssl) ? 0 : 1;
  std::copy_n(&block[peer * reader.key_.size()], reader.key_.size(), reader.key_.begin());
  std::copy_n(&block[2 * reader.key_.size() + peer * reader.iv_.size()], reader.iv_.size(),
              reader.iv_.begin());
  OPENSSL_cleanse(block.data(), block.size());
  return reader;
}

AlertReader::~AlertReader() {
  OPENSSL_cleanse(this, sizeof *this);
}

std::optional<AlertReader::Alert> AlertReader::read(base::Bytes datagram) const {
  while (datagram.size() >= kRecordHeaderBytes) {
    base::Bytes header = datagram.first(kRecordHeaderBytes);
    const size_t length = static_cast<size_t>(header[11]) << 8 | header[12];
    if (length > datagram.size() - kRecordHeaderBytes) return std::nullopt;
    base::Bytes fragment = datagram.subspan(kRecordHeaderBytes, length);
    datagram = datagram.subspan(kRecordHeaderBytes + length);
    if (header[0] != kAlertType || length != kExplicitNonceBytes + kAlertBytes + kTagBytes) continue;
    auto alert = open(header, fragment);
    if (alert && (alert->fatal || alert->description == kCloseNotify)) return alert;
  }
  return std::nullopt;
}

std::optional<AlertReader::Alert> AlertReader::open(base::Bytes header, base::Bytes fragment) const {
  std::array<uint8_t, sizeof iv_ + kExplicitNonceBytes> nonce;
  auto end = std::copy(iv_.begin(), iv_.end(), nonce.begin());
  std::copy_n(fragment.begin(), kExplicitNonceBytes, end);
  // Epoch and sequence number, type, version, length of the plain text [RFC 5246 6.2.3.3, RFC 6347 4.1.2.1].
  std::array<uint8_t, kRecordHeaderBytes> associated;
  std::copy_n(&header[3], 8, associated.begin());
  std::copy_n(&header[0], 3, associated.begin() + 8);
  associated[11] = 0;
  associated[12] = kAlertBytes;
  std::array<uint8_t, kTagBytes> tag;
  std::copy_n(&fragment[kExplicitNonceBytes + kAlertBytes], kTagBytes, tag.begin());

  std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(),
                                                                     EVP_CIPHER_CTX_free);
  std::array<uint8_t, kAlertBytes> plain;
  int size = 0;
  bool ok =
      context && EVP_DecryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key_.data(), nonce.data()) &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, associated.data(), associated.size()) &&
      EVP_DecryptUpdate(context.get(), plain.data(), &size, &fragment[kExplicitNonceBytes], kAlertBytes) &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) &&
      EVP_DecryptFinal_ex(context.get(), plain.data() + size, &size);
  if (!ok) return std::nullopt;
  return Alert{.fatal = plain[0] == kFatal, .description = plain[1]};
}

}  // namespace eyas::webrtc

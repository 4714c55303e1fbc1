#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <string>

#include "protocols/webrtc/dtls/dtls.h"
#include "protocols/webrtc/wire/hmac_sha1.h"

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

// What every browser and libwebrtc device speaks; authenticated encryption only.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305";
// Of the key exchange, and in TLS 1.2 of the peer's certificate too. DEVIATION: FFmpeg 8 built with GnuTLS
// makes itself certificates on P-224.
constexpr char kGroups[] = "X25519:P-256:P-384:P-224";
// A self-signed certificate of a browser has 300 to 1,200 bytes.
constexpr long kCertificateBytesMax = 8 * 1024;
constexpr uint64_t kOptions = SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                              SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION;

std::string profile_names(const std::vector<SrtpProfile>& profiles) {
  std::string names;
  for (SrtpProfile profile : profiles) {
    if (!names.empty()) names += ':';
    names += profile == SrtpProfile::kAeadAes128Gcm ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80";
  }
  return names;
}

// Trust comes from the SDP's fingerprint alone: the certificate must be the promised one [RFC 8122 6.2].
int verify_peer(X509_STORE_CTX* store, void*) {
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* expected = static_cast<const Sha256*>(SSL_get_app_data(ssl));
  Sha256 digest;
  unsigned size = 0;
  bool same = X509_digest(X509_STORE_CTX_get0_cert(store), EVP_sha256(), digest.data(), &size) == 1 &&
              same_secret(digest, *expected);
  X509_STORE_CTX_set_error(store, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return same ? 1 : 0;
}

}  // namespace

base::Result<std::shared_ptr<const DtlsContext>> DtlsContext::make(DtlsRole role,
                                                                   const DtlsCertificate& certificate,
                                                                   const std::vector<SrtpProfile>& profiles) {
  std::shared_ptr<DtlsContext> made(new DtlsContext(role, certificate));
  SSL_CTX* context = SSL_CTX_new(role == DtlsRole::kServer ? DTLS_server_method() : DTLS_client_method());
  if (context == nullptr) return Error{Code::kSystem, "dtls: context", {}};
  made->native_.reset(context, SSL_CTX_free);
  SSL_CTX_set_options(context, kOptions);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kCertificateBytesMax);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_peer, nullptr);
  bool ok = SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) &&
            SSL_CTX_set_cipher_list(context, kCiphers) && SSL_CTX_set1_groups_list(context, kGroups) &&
            SSL_CTX_use_certificate(context, certificate.x509()) &&
            SSL_CTX_use_PrivateKey(context, certificate.key()) &&
            // This one says 0 for success.
            SSL_CTX_set_tlsext_use_srtp(context, profile_names(profiles).c_str()) == 0;
  if (!ok) return Error{Code::kSystem, "dtls: context", {}};
  return std::shared_ptr<const DtlsContext>(std::move(made));
}

}  // namespace eyas::webrtc

// The server's DTLS certificate: ECDSA P-256, self-signed, known to peers by its fingerprint in the SDP [RFC
// 8122].
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

struct x509_st;
struct evp_pkey_st;

namespace eyas::webrtc {

using Sha256 = std::array<uint8_t, 32>;

// "AB:CD:..." of a digest, and back. Errors: kMalformed.
std::string fingerprint_text(const Sha256& digest);
base::Result<Sha256> parse_fingerprint(std::string_view text);

// Immutable and thread-safe to share.
class DtlsCertificate {
 public:
  // A new key and certificate, valid from a day before `now` for ten years.
  static base::Result<DtlsCertificate> make(base::WallTime now);
  // What pem() gave. Errors: kMalformed; kTimeout when it is no longer valid at `now`.
  static base::Result<DtlsCertificate> from_pem(std::string_view pem, base::WallTime now);
  // Reads `path`; makes and writes it (mode 0600) when there is none or it ran out. Errors: kSystem,
  // kMalformed.
  static base::Result<DtlsCertificate> load_or_make(const std::string& path, base::WallTime now);

  std::string pem() const;  // private key, then certificate
  const Sha256& digest() const { return digest_; }
  std::string fingerprint() const { return fingerprint_text(digest_); }

  x509_st* x509() const { return x509_.get(); }
  evp_pkey_st* key() const { return key_.get(); }

 private:
  DtlsCertificate(std::shared_ptr<x509_st> x509, std::shared_ptr<evp_pkey_st> key, Sha256 digest)
      : x509_(std::move(x509)), key_(std::move(key)), digest_(digest) {}
  static base::Result<DtlsCertificate> of(x509_st* x509, evp_pkey_st* key);

  std::shared_ptr<x509_st> x509_;
  std::shared_ptr<evp_pkey_st> key_;
  Sha256 digest_;
};

}  // namespace eyas::webrtc

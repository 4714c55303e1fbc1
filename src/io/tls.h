// TlsContext: a certificate with its key, or whom we trust, and what we offer to peers (TLS 1.2 and 1.3
// only).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

struct ssl_ctx_st;

namespace eyas::io {

// Whether this machine's kernel and OpenSSL can encrypt records in the kernel (kTLS). Without it OpenSSL
// does, at the cost of one more copy.
bool kernel_tls_available();

// Immutable; a reload makes a new one, and connections keep theirs. Thread-safe.
class TlsContext {
 public:
  // PEM files; `alpn` in our order of preference, e.g. {"h2", "http/1.1"}. Errors name the file.
  static base::Result<std::shared_ptr<const TlsContext>> load(const std::string& certificate_file,
                                                              const std::string& key_file,
                                                              std::vector<std::string> alpn);
  // For connections of ours: `verify` against the authorities in this PEM file, or the machine's when its
  // name is empty. Errors name the file.
  static base::Result<std::shared_ptr<const TlsContext>> client(bool verify,
                                                                const std::string& authority_file,
                                                                const std::vector<std::string>& alpn);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  ssl_ctx_st* native() const { return context_; }
  // Our protocols in ALPN wire form: length-prefixed names.
  const std::string& alpn_wire() const { return alpn_wire_; }

 private:
  TlsContext() = default;

  ssl_ctx_st* context_ = nullptr;
  std::string alpn_wire_;
};

}  // namespace eyas::io

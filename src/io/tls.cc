#include "io/tls.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace eyas::io {
namespace {

base::Error tls_error(const char* context, const std::string& file) {
  char text[256] = "unknown";
  if (unsigned long code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return {base::Code::kInvalidConfig, context, file + ": " + text};
}

// The first of our protocols that the client offers; without a match the handshake goes on without ALPN.
int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                unsigned in_length, void* self) {
  const auto& ours = static_cast<const TlsContext*>(self)->alpn_wire();
  unsigned char* chosen = nullptr;
  int outcome =
      SSL_select_next_proto(&chosen, out_length, reinterpret_cast<const unsigned char*>(ours.data()),
                            static_cast<unsigned>(ours.size()), in, in_length);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

std::string alpn_wire_form(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) wire += static_cast<char>(name.size()) + name;
  return wire;
}

void set_common(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_ENABLE_KTLS |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

}  // namespace

bool kernel_tls_available() {
#ifdef OPENSSL_NO_KTLS
  return false;
#else
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  // A kernel that has it minds only that this socket is not connected.
  bool known = setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 3) == 0 || errno == ENOTCONN;
  close(fd);
  return known;
#endif
}

base::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::string& certificate_file,
                                                                 const std::string& key_file,
                                                                 std::vector<std::string> alpn) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->alpn_wire_ = alpn_wire_form(alpn);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return tls_error("tls: context", certificate_file);
  made->context_ = context;
  set_common(context);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, made.get());
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1) {
    return tls_error("tls: certificate file", certificate_file);
  }
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return tls_error("tls: key file", key_file);
  }
  if (SSL_CTX_check_private_key(context) != 1)
    return tls_error("tls: the key does not fit the certificate", key_file);
  return std::shared_ptr<const TlsContext>(std::move(made));
}

base::Result<std::shared_ptr<const TlsContext>> TlsContext::client(bool verify,
                                                                   const std::string& authority_file,
                                                                   const std::vector<std::string>& alpn) {
  std::shared_ptr<TlsContext> made(new TlsContext);
  made->alpn_wire_ = alpn_wire_form(alpn);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return tls_error("tls: context", authority_file);
  made->context_ = context;
  set_common(context);
  if (!made->alpn_wire_.empty()) {
    SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(made->alpn_wire_.data()),
                            static_cast<unsigned>(made->alpn_wire_.size()));
  }
  if (!verify) {
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
    // DEVIATION: cameras with certificates of 1024 bits or SHA-1: who asks for no proof gets none.
    SSL_CTX_set_security_level(context, 0);
    return std::shared_ptr<const TlsContext>(std::move(made));
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  bool loaded = authority_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                       : SSL_CTX_load_verify_file(context, authority_file.c_str()) == 1;
  if (!loaded)
    return tls_error("tls: authority file", authority_file.empty() ? "the machine's" : authority_file);
  return std::shared_ptr<const TlsContext>(std::move(made));
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

}  // namespace eyas::io

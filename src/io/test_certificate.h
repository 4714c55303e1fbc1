// For tests: a new certificate with its key, in a folder of its own that goes with it.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

namespace eyas::io {

struct Certificate {
  // Self-signed; `names` as OpenSSL spells alternative names: "DNS:localhost,IP:127.0.0.1".
  explicit Certificate(long serial, const std::string& names = {}, long valid_seconds = 3600) {
    folder = std::filesystem::temp_directory_path() /
             ("eyas-certificate-" + std::to_string(getpid()) + "-" + std::to_string(serial));
    std::filesystem::create_directories(folder);
    EVP_PKEY* pair = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    X509_set_version(x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), -7200);
    X509_gmtime_adj(X509_getm_notAfter(x509), valid_seconds);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("eyas test"),
                               -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_set_pubkey(x509, pair);
    if (!names.empty()) {
      X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
      X509_add_ext(x509, extension, -1);
      X509_EXTENSION_free(extension);
    }
    X509_sign(x509, pair, EVP_sha256());
    write(file(), [&](FILE* out) { return PEM_write_X509(out, x509); });
    write(key(),
          [&](FILE* out) { return PEM_write_PrivateKey(out, pair, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(x509);
    EVP_PKEY_free(pair);
  }
  ~Certificate() { std::filesystem::remove_all(folder); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  template <typename Writer>
  static void write(const std::string& path, Writer writer) {
    FILE* out = fopen(path.c_str(), "w");
    EXPECT_EQ(writer(out), 1);
    fclose(out);
  }
  std::string file() const { return folder / "certificate.pem"; }
  std::string key() const { return folder / "key.pem"; }
  std::filesystem::path folder;
};

}  // namespace eyas::io

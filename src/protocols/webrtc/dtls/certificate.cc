#include "protocols/webrtc/dtls/certificate.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace eyas::webrtc {
namespace {

using base::Code;
using base::Error;

constexpr long kDay = 24 * 60 * 60;
constexpr long kValidDays = 3'650;

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

Error openssl_error(const char* context) {
  return {Code::kSystem, context, {}};
}

time_t seconds_of(base::WallTime now) {
  return std::chrono::system_clock::to_time_t(
      std::chrono::time_point_cast<std::chrono::system_clock::duration>(now));
}

// A name that tells observers nothing, and a random serial number; self-signed.
bool fill(X509* x509, EVP_PKEY* key, time_t now) {
  std::array<uint8_t, 8> serial;
  if (RAND_bytes(serial.data(), serial.size()) != 1) return false;
  serial[0] &= 0x7F;
  BIGNUM* number = BN_bin2bn(serial.data(), serial.size(), nullptr);
  bool ok = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509)) != nullptr;
  BN_free(number);
  X509_NAME* name = X509_get_subject_name(x509);
  time_t begin = now - kDay;
  return ok && X509_set_version(x509, X509_VERSION_3) &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const uint8_t*>("WebRTC"), -1,
                                    -1, 0) &&
         X509_set_issuer_name(x509, name) && X509_time_adj_ex(X509_getm_notBefore(x509), 0, 0, &begin) &&
         X509_time_adj_ex(X509_getm_notAfter(x509), kValidDays, 0, &begin) && X509_set_pubkey(x509, key) &&
         X509_sign(x509, key, EVP_sha256()) != 0;
}

base::Status write_private(const std::string& path, const std::string& text) {
  // Written beside and renamed, so that a crash leaves the old file or none.
  const std::string beside = path + ".new";
  int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0)
    return Error{Code::kSystem, "dtls certificate: cannot create", beside + ": " + std::strerror(errno)};
  bool ok = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  ::close(fd);
  if (!ok || ::rename(beside.c_str(), path.c_str()) != 0)
    return Error{Code::kSystem, "dtls certificate: cannot write", path + ": " + std::strerror(errno)};
  return {};
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string fingerprint_text(const Sha256& digest) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  for (uint8_t byte : digest) {
    if (!text.empty()) text += ':';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

base::Result<Sha256> parse_fingerprint(std::string_view text) {
  Sha256 digest{};
  bool ok = text.size() == 3 * digest.size() - 1;
  for (size_t i = 0; ok && i < digest.size(); ++i) {
    int high = hex_value(text[3 * i]), low = hex_value(text[3 * i + 1]);
    ok = high >= 0 && low >= 0 && (i + 1 == digest.size() || text[3 * i + 2] == ':');
    digest[i] = static_cast<uint8_t>(high << 4 | low);
  }
  if (!ok) return Error{Code::kMalformed, "dtls: fingerprint of SHA-256", {}};
  return digest;
}

base::Result<DtlsCertificate> DtlsCertificate::of(X509* x509, EVP_PKEY* key) {
  Sha256 digest;
  unsigned size = 0;
  if (!X509_digest(x509, EVP_sha256(), digest.data(), &size))
    return openssl_error("dtls certificate: digest");
  return DtlsCertificate({x509, X509_free}, {key, EVP_PKEY_free}, digest);
}

base::Result<DtlsCertificate> DtlsCertificate::make(base::WallTime now) {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* x509 = X509_new();
  if (key == nullptr || x509 == nullptr || !fill(x509, key, seconds_of(now))) {
    X509_free(x509);
    EVP_PKEY_free(key);
    return openssl_error("dtls certificate: making");
  }
  return of(x509, key);
}

base::Result<DtlsCertificate> DtlsCertificate::from_pem(std::string_view pem, base::WallTime now) {
  Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
  X509* x509 = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  Error error{Code::kMalformed, "dtls certificate: PEM", {}};
  bool ok = key != nullptr && x509 != nullptr && X509_check_private_key(x509, key) == 1;
  if (ok) {
    time_t at = seconds_of(now);
    ok = X509_cmp_time(X509_get0_notAfter(x509), &at) > 0;
    if (!ok) error = {Code::kTimeout, "dtls certificate: ran out", {}};
  }
  if (ok) return of(x509, key);
  X509_free(x509);
  EVP_PKEY_free(key);
  return error;
}

base::Result<DtlsCertificate> DtlsCertificate::load_or_make(const std::string& path, base::WallTime now) {
  std::ifstream in(path, std::ios::binary);
  if (in) {
    std::stringstream text;
    text << in.rdbuf();
    auto loaded = from_pem(text.str(), now);
    if (loaded.ok() || loaded.error().code != Code::kTimeout) return loaded;
  }
  auto made = make(now);
  if (!made) return made;
  if (auto written = write_private(path, made->pem()); !written) return written.error();
  return made;
}

std::string DtlsCertificate::pem() const {
  Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(bio.get(), x509_.get());
  char* data = nullptr;
  long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<size_t>(size)};
}

}  // namespace eyas::webrtc

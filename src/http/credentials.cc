#include "http/credentials.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <map>

#include "base/bytes.h"
#include "base/check.h"

namespace eyas::http {
namespace {

constexpr size_t kParametersMax = 32;

std::string hash_hex(bool sha256, const std::string& text) {
  std::array<uint8_t, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  const EVP_MD* kind = sha256 ? EVP_sha256() : EVP_md5();
  CHECK(EVP_Digest(text.data(), text.size(), out.data(), &size, kind, nullptr) == 1);
  return base::to_hex({out.data(), size});
}

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<uint8_t*>(out.data()), reinterpret_cast<const uint8_t*>(text.data()),
                  static_cast<int>(text.size()));
  return out;
}

std::string random_hex() {
  std::array<uint8_t, 8> bytes;
  CHECK(RAND_bytes(bytes.data(), bytes.size()) == 1);
  return base::to_hex(bytes);
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return out;
}

void skip_blanks(std::string_view& text) {
  while (!text.empty() && (text[0] == ' ' || text[0] == '\t' || text[0] == ',')) text.remove_prefix(1);
}

// "quoted \"text\"" or a token, taken off the front.
std::string take_value(std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) {
    size_t end = std::min(text.find_first_of(", \t"), text.size());
    out = text.substr(0, end);
    text.remove_prefix(end);
    return out;
  }
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    if (text[0] == '\\' && text.size() > 1) text.remove_prefix(1);
    out += text[0];
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return out;
}

// realm="x", nonce="y", ...; names in lower case.
std::map<std::string, std::string> parameters_of(std::string_view text) {
  std::map<std::string, std::string> out;
  for (skip_blanks(text); !text.empty() && out.size() < kParametersMax; skip_blanks(text)) {
    size_t equals = text.find('=');
    if (equals == std::string_view::npos) break;
    std::string name = lowered(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    skip_blanks(text);
    out[name] = take_value(text);
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

bool Credentials::take_challenge(const Headers& headers) {
  Challenge best;
  for (const Headers::Line& line : headers.lines()) {
    if (line.name != "www-authenticate") continue;
    Challenge each = read_challenge(line.value);
    if (each.scheme > best.scheme) best = each;
  }
  if (best.scheme == Scheme::kNone) return false;
  challenge_ = best;
  count_ = 0;
  return true;
}

Credentials::Challenge Credentials::read_challenge(std::string_view text) {
  Challenge out;
  skip_blanks(text);
  size_t space = std::min(text.find(' '), text.size());
  std::string scheme = lowered(text.substr(0, space));
  auto parameters = parameters_of(text.substr(space));
  if (scheme == "basic") out.scheme = Scheme::kBasic;
  if (scheme != "digest") return out;
  std::string algorithm = lowered(parameters["algorithm"]);
  out.names_algorithm = !algorithm.empty();
  if (algorithm.empty() || algorithm == "md5") out.scheme = Scheme::kDigestMd5;
  if (algorithm == "sha-256") out.scheme = Scheme::kDigestSha256;
  out.realm = parameters["realm"];
  out.nonce = parameters["nonce"];
  out.opaque = parameters["opaque"];
  out.stale = lowered(parameters["stale"]) == "true";
  std::string qop = parameters["qop"];
  out.qop_auth = list_has_token(qop, "auth");
  // Only the body's integrity is offered, which nobody asks of us.
  if (!qop.empty() && !out.qop_auth) out.scheme = Scheme::kNone;
  return out;
}

std::string Credentials::answer(std::string_view method, std::string_view target) {
  if (challenge_.scheme == Scheme::kNone) return {};
  ++count_;
  if (challenge_.scheme == Scheme::kBasic) return "Basic " + base64(user_ + ":" + password_);
  return digest(method, target);
}

std::string Credentials::digest(std::string_view method, std::string_view target) {
  bool sha256 = challenge_.scheme == Scheme::kDigestSha256;
  std::string a1 = hash_hex(sha256, user_ + ":" + challenge_.realm + ":" + password_);
  std::string a2 = hash_hex(sha256, std::string(method) + ":" + std::string(target));
  std::string out = "Digest username=" + quoted(user_) + ", realm=" + quoted(challenge_.realm) +
                    ", nonce=" + quoted(challenge_.nonce) + ", uri=" + quoted(target);
  std::string middle;
  if (challenge_.qop_auth) {
    char count[9];
    std::snprintf(count, sizeof count, "%08x", count_);
    std::string cnonce = random_hex();
    middle = std::string(count) + ":" + cnonce + ":auth:";
    out += ", qop=auth, nc=" + std::string(count) + ", cnonce=\"" + cnonce + "\"";
  }
  out += ", response=\"" + hash_hex(sha256, a1 + ":" + challenge_.nonce + ":" + middle + a2) + "\"";
  if (challenge_.names_algorithm) out += std::string(", algorithm=") + (sha256 ? "SHA-256" : "MD5");
  if (!challenge_.opaque.empty()) out += ", opaque=" + quoted(challenge_.opaque);
  return out;
}

}  // namespace eyas::http

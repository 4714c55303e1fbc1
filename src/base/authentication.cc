#include "base/authentication.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <map>

#include "base/base64.h"
#include "base/bytes.h"
#include "base/words.h"

namespace eyas::base {
namespace {

std::string hash_hex(DigestAlgorithm algorithm, const std::string& text) {
  const EVP_MD* type = algorithm == DigestAlgorithm::kMd5 ? EVP_md5() : EVP_sha256();
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), out, &size, type, nullptr);
  return to_hex({out, size});
}

// In a time that does not tell where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// [RFC 7616 3.4.1]: with qop, and as RFC 2069 had it without.
std::string response_of(const Authorization& a, const std::string& password, std::string_view method) {
  std::string secret = hash_hex(a.algorithm, a.user + ':' + a.realm + ':' + password);
  std::string request = hash_hex(a.algorithm, std::string(method) + ':' + a.uri);
  std::string middle = a.nonce + ':';
  if (!a.qop.empty()) middle += a.nonce_count + ':' + a.cnonce + ':' + a.qop + ':';
  return hash_hex(a.algorithm, secret + ':' + middle + request);
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// Words, quoted strings and separators of an authentication header, one after the other.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { skip(); }

  bool done() const { return text_.empty(); }
  bool at(char c) const { return !text_.empty() && text_.front() == c; }
  bool take(char c) {
    if (!at(c)) return false;
    text_.remove_prefix(1);
    skip();
    return true;
  }
  void drop_one() {
    text_.remove_prefix(1);
    skip();
  }
  // Up to a blank, comma, equals sign or quote.
  std::string word() { return take_until(" \t,=\""); }
  // A quoted string or everything up to a blank or comma: base64 has equals signs.
  std::string value() {
    if (!at('"')) return take_until(" \t,");
    std::string out;
    size_t i = 1;
    for (; i < text_.size() && text_[i] != '"'; ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size()) ++i;
      out += text_[i];
    }
    text_.remove_prefix(std::min(i + 1, text_.size()));
    skip();
    return out;
  }

 private:
  std::string take_until(const char* ends) {
    size_t end = std::min(text_.find_first_of(ends), text_.size());
    std::string out(text_.substr(0, end));
    text_.remove_prefix(end);
    skip();
    return out;
  }
  void skip() { text_ = trimmed(text_); }

  std::string_view text_;
};

using Parameters = std::map<std::string, std::string>;

// A scheme with its parameters, or with one token behind it (Basic's credentials).
struct Scheme {
  std::string name;
  std::string token;
  Parameters parameters;
};

// "Digest realm=\"a\", nonce=\"b\", Basic realm=\"a\"": a word without an equals sign begins the next scheme.
std::vector<Scheme> schemes_of(std::string_view text) {
  std::vector<Scheme> schemes;
  Scanner scanner(text);
  while (!scanner.done() && schemes.size() <= kChallengesMax) {
    if (scanner.take(',')) continue;
    std::string word = scanner.word();
    if (word.empty()) {
      scanner.drop_one();
    } else if (!schemes.empty() && scanner.take('=')) {
      schemes.back().parameters.emplace(lowered(word), scanner.value());
    } else {
      schemes.push_back({lowered(word), {}, {}});
    }
  }
  return schemes;
}

std::string parameter(const Parameters& parameters, const char* name) {
  auto found = parameters.find(name);
  return found == parameters.end() ? std::string() : found->second;
}

// False for an algorithm that we do not know, such as the -sess ones, which nobody uses.
bool read_algorithm(const Parameters& parameters, DigestAlgorithm& algorithm, bool& said) {
  std::string name = parameter(parameters, "algorithm");
  said = !name.empty();
  if (same_word(name, "SHA-256")) algorithm = DigestAlgorithm::kSha256;
  return !said || same_word(name, "MD5") || same_word(name, "SHA-256");
}

const char* name_of(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::kMd5 ? "MD5" : "SHA-256";
}

std::optional<Challenge> challenge_of(const Scheme& scheme) {
  Challenge challenge;
  challenge.realm = parameter(scheme.parameters, "realm");
  if (scheme.name == "basic") {
    challenge.scheme = AuthScheme::kBasic;
    return challenge;
  }
  if (scheme.name != "digest" ||
      !read_algorithm(scheme.parameters, challenge.algorithm, challenge.algorithm_said))
    return std::nullopt;
  challenge.nonce = parameter(scheme.parameters, "nonce");
  challenge.opaque = parameter(scheme.parameters, "opaque");
  std::string qop = parameter(scheme.parameters, "qop");
  challenge.qop_auth = list_has_word(qop, "auth");
  challenge.stale = same_word(parameter(scheme.parameters, "stale"), "true");
  // One that insists on auth-int cannot be answered.
  return qop.empty() || challenge.qop_auth ? std::optional(challenge) : std::nullopt;
}

std::optional<Authorization> basic_of(std::string_view token) {
  auto decoded = from_base64(token);
  size_t colon = decoded ? decoded->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  Authorization authorization;
  authorization.scheme = AuthScheme::kBasic;
  authorization.user = decoded->substr(0, colon);
  authorization.password = decoded->substr(colon + 1);
  return authorization;
}

}  // namespace

std::string Challenge::text() const {
  if (scheme == AuthScheme::kBasic) return "Basic realm=" + quoted(realm);
  std::string out = "Digest realm=" + quoted(realm) + ", nonce=" + quoted(nonce);
  if (!opaque.empty()) out += ", opaque=" + quoted(opaque);
  if (algorithm_said) out += std::string(", algorithm=") + name_of(algorithm);
  if (qop_auth) out += ", qop=\"auth\"";
  if (stale) out += ", stale=\"TRUE\"";
  return out;
}

std::vector<Challenge> challenges_of(std::span<const std::string_view> headers) {
  std::vector<Challenge> challenges;
  for (const std::string_view value : headers) {
    for (const Scheme& scheme : schemes_of(value)) {
      auto challenge = challenge_of(scheme);
      if (challenge && challenges.size() < kChallengesMax) challenges.push_back(*std::move(challenge));
    }
  }
  return challenges;
}

const Challenge* strongest(const std::vector<Challenge>& challenges, bool basic_allowed) {
  auto strength = [&](const Challenge& challenge) {
    if (challenge.scheme == AuthScheme::kBasic) return basic_allowed ? 1 : 0;
    return challenge.algorithm == DigestAlgorithm::kSha256 ? 3 : 2;
  };
  auto best =
      std::max_element(challenges.begin(), challenges.end(),
                       [&](const Challenge& a, const Challenge& b) { return strength(a) < strength(b); });
  return best == challenges.end() || strength(*best) == 0 ? nullptr : &*best;
}

std::string Authorization::text() const {
  if (scheme == AuthScheme::kBasic) return "Basic " + base64(user + ':' + password);
  std::string out = "Digest username=" + quoted(user) + ", realm=" + quoted(realm) +
                    ", nonce=" + quoted(nonce) + ", uri=" + quoted(uri) + ", response=" + quoted(response);
  if (!opaque.empty()) out += ", opaque=" + quoted(opaque);
  if (algorithm_said) out += std::string(", algorithm=") + name_of(algorithm);
  if (!qop.empty()) out += ", qop=" + qop + ", nc=" + nonce_count + ", cnonce=" + quoted(cnonce);
  return out;
}

Authorization answer(const Challenge& challenge, const Login& login, std::string_view method,
                     std::string_view uri, uint32_t count, std::string_view cnonce) {
  Authorization out;
  out.scheme = challenge.scheme;
  out.user = login.user;
  if (challenge.scheme == AuthScheme::kBasic) {
    out.password = login.password;
    return out;
  }
  out.algorithm = challenge.algorithm;
  out.algorithm_said = challenge.algorithm_said;
  out.realm = challenge.realm;
  out.nonce = challenge.nonce;
  out.opaque = challenge.opaque;
  out.uri = uri;
  if (challenge.qop_auth) {
    const uint8_t bytes[] = {static_cast<uint8_t>(count >> 24), static_cast<uint8_t>(count >> 16),
                             static_cast<uint8_t>(count >> 8), static_cast<uint8_t>(count)};
    out.qop = "auth";
    out.nonce_count = to_hex(bytes);
    out.cnonce = cnonce;
  }
  out.response = response_of(out, login.password, method);
  return out;
}

std::optional<Authorization> parse_authorization(std::string_view value) {
  value = trimmed(value);
  size_t blank = std::min(value.find(' '), value.size());
  if (same_word(value.substr(0, blank), "Basic")) return basic_of(trimmed(value.substr(blank)));
  std::vector<Scheme> schemes = schemes_of(value);
  if (schemes.empty() || schemes.front().name != "digest") return std::nullopt;
  const Parameters& parameters = schemes.front().parameters;
  Authorization out;
  if (!read_algorithm(parameters, out.algorithm, out.algorithm_said)) return std::nullopt;
  out.user = parameter(parameters, "username");
  out.realm = parameter(parameters, "realm");
  out.nonce = parameter(parameters, "nonce");
  out.uri = parameter(parameters, "uri");
  out.response = lowered(parameter(parameters, "response"));
  out.opaque = parameter(parameters, "opaque");
  out.qop = parameter(parameters, "qop");
  out.nonce_count = parameter(parameters, "nc");
  out.cnonce = parameter(parameters, "cnonce");
  if (!out.qop.empty() && out.qop != "auth") return std::nullopt;
  return out;
}

bool proves(const Authorization& authorization, const Login& login, std::string_view method) {
  if (authorization.scheme == AuthScheme::kBasic) {
    // Both are compared whatever the first gave.
    bool user = same_secret(hash_hex(DigestAlgorithm::kSha256, authorization.user),
                            hash_hex(DigestAlgorithm::kSha256, login.user));
    bool password = same_secret(hash_hex(DigestAlgorithm::kSha256, authorization.password),
                                hash_hex(DigestAlgorithm::kSha256, login.password));
    return user && password;
  }
  bool user = same_secret(hash_hex(DigestAlgorithm::kSha256, authorization.user),
                          hash_hex(DigestAlgorithm::kSha256, login.user));
  return same_secret(authorization.response, response_of(authorization, login.password, method)) && user;
}

}  // namespace eyas::base

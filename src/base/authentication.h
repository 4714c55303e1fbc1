// Basic and Digest authentication, both ends, as HTTP and RTSP have them [RFC 2326 D, RFC 2617, RFC 7616,
// RFC 7617].
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace eyas::base {

enum class AuthScheme : uint8_t { kBasic, kDigest };
enum class DigestAlgorithm : uint8_t { kMd5, kSha256 };

// One WWW-Authenticate.
struct Challenge {
  AuthScheme scheme = AuthScheme::kDigest;
  std::string realm;
  // Digest:
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  bool algorithm_said = false;  // old players do not know the parameter: it is left out unless this is set
  std::string nonce;
  std::string opaque;
  bool qop_auth = false;  // the peer knows qop=auth
  bool stale = false;     // only the nonce was old

  std::string text() const;
  bool operator==(const Challenge&) const = default;
};

struct Login {
  std::string user;
  std::string password;

  bool operator==(const Login&) const = default;
};

constexpr size_t kChallengesMax = 8;

// What the values of WWW-Authenticate ask for, in their order; several may stand in one header. Schemes and
// algorithms that we do not know are left out.
std::vector<Challenge> challenges_of(std::span<const std::string_view> headers);
// The strongest of them: SHA-256, then MD5, then Basic. Null when there is none. Basic tells the password to
// whoever listens: only where `basic_allowed`.
const Challenge* strongest(const std::vector<Challenge>& challenges, bool basic_allowed);

// What a client answers to a challenge, and what a server reads.
struct Authorization {
  AuthScheme scheme = AuthScheme::kDigest;
  std::string user;
  std::string password;  // Basic
  // Digest:
  DigestAlgorithm algorithm = DigestAlgorithm::kMd5;
  bool algorithm_said = false;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string opaque;
  std::string qop;          // "auth", or empty
  std::string nonce_count;  // eight hexadecimal digits, with qop
  std::string cnonce;       // with qop

  // The value of Authorization.
  std::string text() const;
  bool operator==(const Authorization&) const = default;
};

// The client's side. `cnonce` and `count` are used where the challenge knows qop: a count is used once with a
// nonce, from 1.
Authorization answer(const Challenge& challenge, const Login& login, std::string_view method,
                     std::string_view uri, uint32_t count, std::string_view cnonce);

// The server's side. nullopt when it cannot be read or the scheme is not known.
std::optional<Authorization> parse_authorization(std::string_view value);
// Whether it proves that its sender knows the login. The caller checks that the nonce is one of ours and that
// `authorization.uri` is the address that was asked for. Takes the same time for any wrong secret.
bool proves(const Authorization& authorization, const Login& login, std::string_view method);

}  // namespace eyas::base

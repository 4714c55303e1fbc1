// Credentials: a user and password of ours, proved to servers that ask for it: Basic [RFC 7617] and Digest
// with MD5 or SHA-256 [RFC 7616].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/request.h"

namespace eyas::http {

// What one server asked for, and how often it was answered. Lives on its client's loop.
class Credentials {
 public:
  Credentials(std::string user, std::string password)
      : user_(std::move(user)), password_(std::move(password)) {}

  // Takes the best of what a 401 asks for: Digest SHA-256, MD5, Basic. False when there is nothing that we
  // can answer.
  bool take_challenge(const Headers& headers);
  // The password was good, only the nonce was old.
  bool stale() const { return challenge_.stale; }
  // The value of Authorization; empty before a challenge. `target` is the request's, with its query.
  std::string answer(std::string_view method, std::string_view target);

  bool operator==(const Credentials& other) const {
    return user_ == other.user_ && password_ == other.password_;
  }

 private:
  enum class Scheme : uint8_t { kNone, kBasic, kDigestMd5, kDigestSha256 };
  struct Challenge {
    Scheme scheme = Scheme::kNone;
    std::string realm, nonce, opaque;
    bool qop_auth = false;
    bool stale = false;
    bool names_algorithm = false;
  };
  static Challenge read_challenge(std::string_view text);
  std::string digest(std::string_view method, std::string_view target);

  std::string user_, password_;
  Challenge challenge_;
  uint32_t count_ = 0;  // answers with this nonce
};

}  // namespace eyas::http

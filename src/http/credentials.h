// Credentials: a user and password of ours, proved to servers that ask for it by Basic or Digest.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/authentication.h"
#include "http/request.h"

namespace eyas::http {

// What one server asked for, and how often it was answered. Lives on its client's loop.
class Credentials {
 public:
  Credentials(std::string user, std::string password) : login_{std::move(user), std::move(password)} {}

  // Takes the best of what a 401 asks for: Digest SHA-256, MD5, Basic. False when there is nothing that we
  // can answer.
  bool take_challenge(const Headers& headers);
  // The password was good, only the nonce was old.
  bool stale() const { return challenge_ && challenge_->stale; }
  // The value of Authorization; empty before a challenge. `target` is the request's, with its query.
  std::string answer(std::string_view method, std::string_view target);

  bool operator==(const Credentials& other) const { return login_ == other.login_; }

 private:
  base::Login login_;
  std::optional<base::Challenge> challenge_;
  uint32_t count_ = 0;  // answers with this nonce
};

}  // namespace eyas::http

// Guard: who may come in. One per connection.
#pragma once

#include <string>
#include <vector>

#include "base/authentication.h"
#include "protocols/rtsp/wire/message.h"

namespace eyas::rtsp {

// Lives on its connection's loop.
class Guard {
 public:
  enum class Verdict : uint8_t { kWelcome, kAsk, kWrong };

  // An empty user: everybody is welcome. `nonce` is random and this connection's own, so that an answer is of
  // no use on another one.
  Guard(base::Login login, std::string nonce, bool encrypted)
      : login_(std::move(login)), nonce_(std::move(nonce)), encrypted_(encrypted) {}

  // kAsk: nothing was shown yet, or for another nonce; kWrong: what was shown is wrong.
  Verdict judge(const Request& request) const;
  // What WWW-Authenticate says, one header each. SHA-256 first as the better one; MD5 behind it for those who
  // know no other, and who take the last; Basic where nobody reads along.
  std::vector<std::string> challenges() const;

 private:
  base::Login login_;
  std::string nonce_;
  bool encrypted_;
};

}  // namespace eyas::rtsp

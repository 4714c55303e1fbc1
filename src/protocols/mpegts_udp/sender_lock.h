// SenderLock: whose datagrams are taken, for anybody may send to a port.
#pragma once

#include <algorithm>
#include <optional>

#include "base/time.h"
#include "io/endpoint.h"

namespace eyas::mpegts_udp {

// The first sender keeps the port until he is silent; two at once would make one broken stream. A plain
// value; time comes with the datagrams.
class SenderLock {
 public:
  // `only`: the address that he must have; its port does not matter.
  SenderLock(std::optional<io::Endpoint> only, base::Duration silence) : only_(only), silence_(silence) {}

  bool admits(const io::Endpoint& from, base::MonoTime now) {
    changed_ = false;
    if (only_ && !std::ranges::equal(only_->address_bytes(), from.address_bytes())) return false;
    if (!sender_ || (*sender_ != from && now - last_ >= silence_)) {
      sender_ = from;
      changed_ = true;
    }
    if (*sender_ != from) return false;
    last_ = now;
    return true;
  }
  // The datagram that was admitted last is of another sender than the one before.
  bool changed() const { return changed_; }

 private:
  std::optional<io::Endpoint> only_;
  base::Duration silence_;
  std::optional<io::Endpoint> sender_;
  base::MonoTime last_;
  bool changed_ = false;
};

}  // namespace eyas::mpegts_udp

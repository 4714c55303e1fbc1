// What the ICE tests share: checks as a full agent sends them.
#pragma once

#include <array>
#include <string>

#include "protocols/webrtc/ice/ice_lite.h"

namespace eyas::webrtc::fixtures {

inline IcePath udp_path(uint8_t host, uint16_t port = 5'000) {
  return {.remote = {.ip = {192, 0, 2, host}, .port = port}};
}

struct Check {
  std::string username = "server:browser";
  std::string password = "server-password-of-24-ch";
  bool use_candidate = false;
  bool controlled = false;
  uint32_t priority = 1'853'817'087;
};

// Owns the bytes that the message views.
class Request {
 public:
  explicit Request(const Check& check) {
    stun::Writer out(bytes_, stun::kBinding, stun::Class::kRequest, {1, 2, 3});
    if (!check.username.empty()) out.username(check.username);
    out.priority(check.priority);
    check.controlled ? out.ice_controlled(7) : out.ice_controlling(7);
    if (check.use_candidate) out.use_candidate();
    if (!check.password.empty()) out.integrity(check.password);
    out.fingerprint();
    size_ = out.finish();
  }
  stun::Message message() const { return *stun::parse(base::Bytes(bytes_).first(size_)); }

 private:
  std::array<uint8_t, stun::kMessageBytesMax> bytes_;
  size_t size_ = 0;
};

}  // namespace eyas::webrtc::fixtures

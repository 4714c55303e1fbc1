// PublicBinding: answers plain STUN binding requests of anybody, so that the media port serves as a STUN
// server too.
#pragma once

#include <cstdint>
#include <span>

#include "base/time.h"
#include "protocols/webrtc/wire/stun.h"

namespace eyas::webrtc {

// Answers that one loop gives in a second at most; what is over is dropped. An answer is at most 24 bytes
// longer than its request, and this bounds what can be bounced off us to 8.8 kB/s beyond what was sent.
constexpr uint32_t kPublicBindingsPerSecond = 200;

// Lives on its loop; one per loop.
class PublicBinding {
 public:
  explicit PublicBinding(uint32_t per_second = kPublicBindingsPerSecond)
      : per_second_(per_second), left_(per_second) {}

  // Writes the answer to a binding request without USERNAME; returns its size, 0 when there is none to send.
  size_t answer(const stun::Message& request, const stun::TransportAddress& from, base::MonoTime now,
                std::span<uint8_t> out);
  uint64_t limited() const { return limited_; }

 private:
  bool allowed(base::MonoTime now);

  uint32_t per_second_;
  uint32_t left_;
  base::MonoTime second_began_{};
  uint64_t limited_ = 0;
};

}  // namespace eyas::webrtc

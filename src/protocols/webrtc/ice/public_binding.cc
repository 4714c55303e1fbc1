#include "protocols/webrtc/ice/public_binding.h"

namespace eyas::webrtc {

size_t PublicBinding::answer(const stun::Message& request, const stun::TransportAddress& from,
                             base::MonoTime now, std::span<uint8_t> out) {
  if (!request.is_binding_request() || request.username || request.unknown_count > 0) return 0;
  if (!allowed(now)) {
    ++limited_;
    return 0;
  }
  stun::Writer answer(out, stun::kBinding, stun::Class::kSuccess, request.transaction);
  answer.xor_mapped_address(from);
  if (request.has_fingerprint) answer.fingerprint();
  return answer.finish();
}

bool PublicBinding::allowed(base::MonoTime now) {
  if (now - second_began_ >= std::chrono::seconds(1)) {
    second_began_ = now;
    left_ = per_second_;
  }
  if (left_ == 0) return false;
  --left_;
  return true;
}

}  // namespace eyas::webrtc

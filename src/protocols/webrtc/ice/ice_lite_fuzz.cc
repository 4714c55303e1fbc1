// Properties: no request of a stranger becomes valid or moves the session; answers are whole STUN messages.
#include "protocols/webrtc/ice/ice_lite.h"
#include "protocols/webrtc/ice/public_binding.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas::webrtc;
  auto request = stun::parse({data, size});
  if (!request) return 0;
  eyas::base::MonoTime now{};
  std::array<uint8_t, stun::kMessageBytesMax> out;
  IceLite ice({"server", "a-password-nobody-knows"}, {"browser", "another-password"}, now);
  auto outcome = ice.on_request(*request, {}, now, out);
  if (outcome.valid || outcome.moved || ice.path()) __builtin_trap();
  if (outcome.response_bytes > 0 && !stun::parse(eyas::base::Bytes(out).first(outcome.response_bytes)).ok())
    __builtin_trap();
  PublicBinding stun_server;
  if (stun_server.answer(*request, {}, now, out) > size + 24) __builtin_trap();
  return 0;
}

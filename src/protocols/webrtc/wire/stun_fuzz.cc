// Properties: no read beyond the datagram; what parses has its attributes inside it; an integrity made with
// one password holds with that one only.
#include "protocols/webrtc/wire/stun.h"

namespace {

using namespace eyas;
using namespace eyas::webrtc;

bool inside(base::Bytes whole, std::string_view part) {
  auto* at = reinterpret_cast<const uint8_t*>(part.data());
  return part.empty() || (at >= whole.data() && at + part.size() <= whole.data() + whole.size());
}

// Writes again what was read, and reads it again.
void round_trip(const stun::Message& message) {
  std::array<uint8_t, 2 * stun::kMessageBytesMax> memory;
  stun::Writer out(memory, message.method, message.type, message.transaction);
  if (message.username) out.username(*message.username);
  if (message.priority) out.priority(*message.priority);
  if (message.use_candidate) out.use_candidate();
  if (message.xor_mapped_address) out.xor_mapped_address(*message.xor_mapped_address);
  out.integrity("right");
  out.fingerprint();
  size_t size = out.finish();
  if (size == 0) __builtin_trap();
  auto again = stun::parse(base::Bytes(memory).first(size));
  if (!again || again->method != message.method || again->type != message.type ||
      again->username != message.username || again->priority != message.priority ||
      again->use_candidate != message.use_candidate ||
      again->xor_mapped_address != message.xor_mapped_address)
    __builtin_trap();
  if (!stun::has_integrity(*again, "right") || stun::has_integrity(*again, "wrong")) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  auto message = stun::parse(bytes);
  if (!message) return 0;
  if (!stun::is_stun(bytes) || !inside(bytes, message->local_ufrag()) ||
      !inside(bytes, message->remote_ufrag()))
    __builtin_trap();
  (void)stun::has_integrity(*message, "password");
  round_trip(*message);
  return 0;
}

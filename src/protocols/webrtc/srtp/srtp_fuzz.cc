// Properties: no read or write beyond the packet; nothing that was not sealed with the key is opened; a true
// packet is opened whatever came before.
#include <cstring>
#include <vector>

#include "protocols/webrtc/srtp/fixtures.h"
#include "protocols/webrtc/srtp/srtp.h"

namespace {

using namespace eyas::webrtc;

void run(SrtpProfile profile, const uint8_t* data, size_t size) {
  SrtpReceiver receiver(profile, fixtures::key_of(profile));
  SrtpSender sender(profile, fixtures::key_of(profile));
  std::vector<uint8_t> strange(data, data + size);
  if (receiver.unprotect(strange).ok()) __builtin_trap();
  strange.assign(data, data + size);
  if (receiver.unprotect_rtcp(strange).ok()) __builtin_trap();

  // The input as a payload, sealed and damaged at one place that it chooses.
  auto plain = fixtures::rtp_packet(7, 1, 0);
  plain.insert(plain.end(), data, data + size);
  auto sealed = plain;
  sealed.resize(plain.size() + sender.overhead());
  if (sender.protect(sealed, 12, eyas::base::Bytes(sealed).subspan(12, size)) != sealed.size())
    __builtin_trap();
  auto damaged = sealed;
  damaged[size == 0 ? 0 : data[0] % damaged.size()] ^= 1;
  if (receiver.unprotect(damaged).ok()) __builtin_trap();
  auto opened = receiver.unprotect(sealed);
  if (!opened.ok() || *opened != plain.size() || std::memcmp(sealed.data(), plain.data(), plain.size()) != 0)
    __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  run(SrtpProfile::kAeadAes128Gcm, data, size);
  run(SrtpProfile::kAes128CmSha1_80, data, size);
  return 0;
}

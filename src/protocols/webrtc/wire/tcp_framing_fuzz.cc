// Property: any split of the input gives the same packets and the same verdict, and no packet is over the
// limit.
#include <vector>

#include "protocols/webrtc/wire/tcp_framing.h"

namespace {

using namespace eyas;

struct Outcome {
  std::vector<uint8_t> packets;  // each behind its size
  bool ok = true;
  bool operator==(const Outcome&) const = default;
};

Outcome read(base::Bytes bytes, size_t step) {
  webrtc::TcpFrameReader reader;
  Outcome outcome;
  for (size_t at = 0; at < bytes.size() && outcome.ok; at += step) {
    auto piece = bytes.subspan(at, std::min(step, bytes.size() - at));
    outcome.ok = reader
                     .push(piece,
                           [&](std::span<uint8_t> packet) {
                             if (packet.empty() || packet.size() > webrtc::kTcpFrameBytesMax)
                               __builtin_trap();
                             outcome.packets.push_back(static_cast<uint8_t>(packet.size()));
                             outcome.packets.insert(outcome.packets.end(), packet.begin(), packet.end());
                           })
                     .ok();
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  if (!(read(bytes, size + 1) == read(bytes, size == 0 ? 1 : 1 + data[0] % 9))) __builtin_trap();
  return 0;
}

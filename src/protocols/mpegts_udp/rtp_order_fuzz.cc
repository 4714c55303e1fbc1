// Property: whatever datagrams come, in whatever order, what leaves is in them, and nothing is held for ever.
// Input: datagrams, each with a byte before it, its length; 255 lets time pass instead.
#include <algorithm>

#include "base/check.h"
#include "io/sim/sim_executor.h"
#include "protocols/mpegts_udp/rtp_order.h"

namespace {

using namespace eyas;

struct Counter final : mpegts_udp::RtpOrder::Sink {
  void on_payload(base::Bytes payload, base::MonoTime) override { bytes += payload.size(); }
  size_t bytes = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr uint8_t kPause = 255;
  constexpr base::Duration kWait = std::chrono::milliseconds(100);
  io::sim::SimWorld world;
  io::sim::SimExecutor& loop = world.add_loop();
  Counter seen;
  mpegts_udp::RtpOrder order(loop, seen, kWait);
  base::ByteReader in({data, size});
  size_t given = 0;
  while (in.remaining() > 0) {
    uint8_t length = in.u8();
    if (length == kPause) {
      world.advance(kWait / 4);
      continue;
    }
    base::Bytes datagram = in.take(std::min<size_t>(length, in.remaining()));
    if (order.push(datagram, loop.clock().mono())) given += datagram.size();
  }
  CHECK(seen.bytes <= given);
  world.advance(10 * kWait);
  size_t then = seen.bytes;
  world.advance(10 * kWait);
  CHECK(seen.bytes == then);
  return 0;
}

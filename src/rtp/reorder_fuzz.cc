// Sequence numbers of strangers: what comes out ascends between marked holes, and memory is bounded.
#include <optional>

#include "base/bytes.h"
#include "base/check.h"
#include "rtp/reorder.h"

using namespace eyas;

namespace {

struct Line final : rtp::Reorder::Sink {
  void on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime) override {
    CHECK(packet.payload.size() == packet.sequence % 7u);
    if (last && !lost_before) CHECK(static_cast<uint16_t>(*last + 1) == packet.sequence);
    last = packet.sequence;
    ++delivered;
  }
  std::optional<uint16_t> last;
  uint64_t delivered = 0;
};

}  // namespace

// Four bytes a step: a number, milliseconds that pass, and what to do besides.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Line line;
  rtp::Reorder reorder(line, {.packets_max = 32, .bytes_max = 100});
  base::ByteReader reader({data, size});
  base::MonoTime now{std::chrono::hours(1)};
  const uint8_t payload[7] = {};
  while (reader.remaining() >= 4) {
    rtp::PacketView packet;
    packet.sequence = reader.u16();
    packet.payload = base::Bytes(payload).first(packet.sequence % 7u);
    now += std::chrono::milliseconds(reader.u8());
    if ((reader.u8() & 1) != 0) reorder.on_tick(now);
    reorder.push(packet, now);
    std::vector<uint16_t> missing;
    reorder.take_missing(now, missing);
    CHECK(missing.size() <= 32);
  }
  reorder.on_tick(now + std::chrono::hours(1));
  CHECK(!reorder.next_deadline());
  const rtp::Reorder::Counters& counters = reorder.counters();
  CHECK(line.delivered + counters.strays == counters.received);
  return 0;
}

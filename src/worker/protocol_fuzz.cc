// The server's decoder of a worker's bytes: no crash, bounded memory, and any split gives the same result.
#include <algorithm>
#include <cstdlib>

#include "worker/protocol.h"

namespace {

using namespace eyas;

struct Tally : worker::Decoder::Sink {
  void on_track(worker::TrackMessage t) override { add(t.id + t.record.size() + t.label.size()); }
  void on_frame(worker::FrameMessage f) override { add(f.track + f.payload.size() + (f.key ? 1 : 0)); }
  void on_log(worker::LogMessage l) override { add(l.text.size()); }
  void add(uint64_t v) { sum = sum * 1099511628211u + v + 1; }
  uint64_t sum = 0;
};

struct Outcome {
  uint64_t sum;
  bool ok;
};

Outcome run(base::Bytes bytes, size_t step) {
  worker::Limits limits;
  limits.message_bytes = 4096;
  Tally tally;
  worker::Decoder decoder(tally, limits);
  while (!bytes.empty()) {
    base::Bytes part = bytes.first(std::min(step, bytes.size()));
    if (!decoder.feed(part)) return {tally.sum, false};
    if (decoder.buffered() > limits.message_bytes + 4 + step) abort();
    bytes = bytes.subspan(part.size());
  }
  return {tally.sum, true};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes(data + 1, size - 1);
  Outcome whole = run(bytes, size);
  Outcome split = run(bytes, 1 + data[0] % 37);
  if (whole.sum != split.sum || whole.ok != split.ok) abort();
  if (auto job = worker::decode_job(bytes); job.ok() && *worker::decode_job(worker::encode(*job)) != *job)
    abort();
  return 0;
}

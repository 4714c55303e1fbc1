// The decoder of both sides: no crash, bounded memory, and any split gives the same result.
#include <algorithm>
#include <cstdlib>

#include "worker/protocol.h"

namespace {

using namespace eyas;

struct Tally : worker::Decoder::Sink {
  void on_track(worker::TrackMessage t) override { add(t.id + t.record.size() + t.label.size()); }
  void on_frame(worker::FrameMessage f) override { add(f.track + f.payload.size() + (f.key ? 1 : 0)); }
  void on_log(worker::LogMessage l) override { add(l.text.size()); }
  void on_shut_in(worker::ShutInMessage s) override { add(static_cast<uint64_t>(s.how)); }
  void on_trespass(worker::TrespassMessage t) override { add(t.call + static_cast<uint64_t>(t.what)); }
  void on_opened(worker::OpenedMessage o) override { add(o.firsts.size() + o.left_out.size()); }
  void on_read_through(worker::ReadThroughMessage r) override { add(static_cast<uint64_t>(r.end.count())); }
  void on_key_request(worker::KeyRequest) override { add(3); }
  void on_variant(worker::VariantMessage v) override { add(v.id + v.width + v.quality + (v.look ? 1 : 0)); }
  void add(uint64_t v) { sum = sum * 1099511628211u + v + 1; }
  uint64_t sum = 0;
};

struct Outcome {
  uint64_t sum;
  bool ok;
};

Outcome run(worker::Speaker speaker, base::Bytes bytes, size_t step) {
  worker::Limits limits;
  limits.message_bytes = 4096;
  Tally tally;
  worker::Decoder decoder(tally, limits, speaker);
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
  for (auto speaker : {worker::Speaker::kWorker, worker::Speaker::kServer}) {
    Outcome whole = run(speaker, bytes, size);
    Outcome split = run(speaker, bytes, 1 + data[0] % 37);
    if (whole.sum != split.sum || whole.ok != split.ok) abort();
  }
  auto job = worker::decode_job(bytes);
  if (!job) return 0;
  auto again = std::visit([](const auto& one) { return worker::decode_job(worker::encode(one)); }, *job);
  if (*again != *job) abort();
  return 0;
}

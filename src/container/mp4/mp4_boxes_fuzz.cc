// Box reading: no crash, bounded memory, and nothing read outside the input.
#include <cstdlib>

#include "container/mp4/box_reader.h"
#include "container/mp4/event.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  const base::Bytes bytes(data, size);
  const mp4::ReadLimits limits{.depth_max = 8, .boxes_max = 1000, .samples_max = 1000, .tracks_max = 4};
  (void)mp4::read_init(bytes, limits);
  (void)mp4::walk_boxes(bytes, limits, [&](std::string_view, const mp4::Box& box) {
    if (box.type != "emsg") return;
    const auto event = mp4::read_event(box.body);
    if (event.ok() && event->scheme.size() + event->value.size() + event->data.size() + 26 != box.body.size())
      std::abort();
  });
  auto runs = mp4::read_fragments(bytes, limits);
  if (!runs.ok()) return 0;
  size_t samples = 0;
  for (const mp4::ReadRun& run : *runs) {
    samples += run.samples.size();
    for (const mp4::ReadSample& sample : run.samples)
      if (!sample.payload.empty() &&
          (sample.payload.data() < data || sample.payload.data() + sample.payload.size() > data + size))
        std::abort();
  }
  if (samples > limits.samples_max) std::abort();
  return 0;
}

// No crash, bounded memory, and any split gives the same images.
#include <algorithm>
#include <cstdlib>

#include "protocols/mjpeg/wire/image_cutter.h"

namespace {

using namespace eyas;

struct Tally : mjpeg::ImageCutter::Sink {
  void on_image(base::Slice jpeg) override {
    if (jpeg.size() < 4 || jpeg.bytes()[0] != 0xFF || jpeg.bytes()[1] != 0xD8) abort();
    for (uint8_t byte : jpeg.bytes()) sum = sum * 1099511628211u + byte;
    ++images;
  }
  uint64_t sum = 0;
  uint64_t images = 0;
};

struct Outcome {
  uint64_t sum, images;
  bool ok;
};

Outcome run(base::Bytes bytes, size_t step) {
  Tally tally;
  mjpeg::ImageCutter cutter(tally);
  while (!bytes.empty()) {
    base::Bytes part = bytes.first(std::min(step, bytes.size()));
    if (!cutter.feed(part)) return {tally.sum, tally.images, false};
    if (cutter.buffered() > mjpeg::ImageCutter::kImageBytesMax) abort();
    bytes = bytes.subspan(part.size());
  }
  return {tally.sum, tally.images, true};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes(data + 1, size - 1);
  Outcome whole = run(bytes, size);
  Outcome split = run(bytes, 1 + data[0] % 61);
  if (whole.sum != split.sum || whole.images != split.images || whole.ok != split.ok) abort();
  return 0;
}

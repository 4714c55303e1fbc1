// A body of strangers as FLV: no crash, and any split of it gives the same tags.
#include <string>

#include "base/check.h"
#include "container/flv/demuxer.h"
#include "container/flv/file_reader.h"

using namespace eyas;

namespace {

struct Tags final : flv::FileReader::Sink {
  base::Status on_tag(const flv::TagHeader& header, base::Slice body) override {
    CHECK(body.size() == header.body_bytes);
    text += std::to_string(header.timestamp_ms) + ":" + std::string(base::as_text(body)) + ";";
    return {};
  }
  std::string text;
};

struct Outcome {
  bool failed;
  std::string text;
  bool operator==(const Outcome&) const = default;
};

Outcome read(base::Bytes bytes, size_t piece) {
  Tags tags;
  flv::FileReader reader(tags, 1 << 16);
  bool failed = false;
  for (size_t at = 0; at < bytes.size() && !failed; at += piece)
    failed = !reader.feed(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  return {failed, tags.text};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes(data + 1, size - 1);
  CHECK(read(bytes, bytes.size() + 1) == read(bytes, 1 + data[0] % 17));
  return 0;
}

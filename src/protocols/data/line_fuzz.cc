// Whatever a sender puts into a data track, it becomes one line of JSON.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "protocols/data/line.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eyas;
  if (size == 0) return 0;
  const size_t label = std::min<size_t>(data[0] % 32, size - 1);
  auto track = std::make_shared<media::Track>();
  track->config.codec = media::Codec::kData;
  track->media_type =
      data[0] & 0x80 ? "application/json" : std::string(reinterpret_cast<const char*>(data + 1), label);
  media::Frame frame;
  frame.track = track;
  frame.payload = base::Slice(std::vector<uint8_t>(data + 1 + label, data + size));
  const std::string line = eyas::data::line_of(frame, base::WallTime());
  CHECK(line.find('\n') == line.size() - 1);
  const auto read = nlohmann::json::parse(line, nullptr, false);
  CHECK(read.is_object());
  CHECK(read.contains("data") || read.contains("base64") || read.contains("omitted_bytes"));
  return 0;
}

// Properties: any split of the input gives the same messages and the same verdict; what we write of a message
// reads back to it.
#include "protocols/rtsp/wire/message_reader.h"

#include <algorithm>

namespace {

using namespace eyas;

constexpr rtsp::MessageLimits kLimits{.head_bytes_max = 512, .headers_max = 8, .body_bytes_max = 256};

struct Recorder : rtsp::MessageReader::Sink {
  void on_request(rtsp::Request request) override { out.text(rtsp::text_of(request)); }
  void on_response(rtsp::Response response) override { out.text(rtsp::text_of(response)); }
  void on_interleaved(uint8_t channel, base::Bytes packet) override {
    std::vector<uint8_t> framed;
    rtsp::append_interleaved(framed, channel, packet);
    out.bytes(framed);
  }
  base::ByteWriter out;
};

bool read(base::Bytes bytes, size_t step, Recorder& recorder, rtsp::MessageLimits limits) {
  rtsp::MessageReader reader(recorder, limits);
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (!reader.push(bytes.subspan(at, std::min(step, bytes.size() - at))).ok()) return false;
  }
  return true;
}

bool same(base::Bytes a, base::Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  Recorder whole, split, again;
  bool whole_ok = read(bytes, std::max<size_t>(size, 1), whole, kLimits);
  size_t step = size == 0 ? 1 : 1 + data[0] % 7;
  if (read(bytes, step, split, kLimits) != whole_ok) __builtin_trap();
  if (!same(whole.out.view(), split.out.view())) __builtin_trap();
  // Content-Length may be added, and a reason: the second text is stable.
  rtsp::MessageLimits wider{.head_bytes_max = 2048, .headers_max = 16, .body_bytes_max = 256};
  if (!read(whole.out.view(), std::max<size_t>(whole.out.size(), 1), again, wider)) __builtin_trap();
  if (!same(whole.out.view(), again.out.view())) __builtin_trap();
  return 0;
}

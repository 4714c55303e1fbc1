// Property: any split of the input gives the same messages and the same verdict; memory stays inside the
// limits.
#include "protocols/rtmp/wire/chunk_reader.h"

namespace {

using namespace eyas;

struct Recorder : rtmp::ChunkReader::Sink {
  base::Status on_message(rtmp::Message message) override {
    out.u8(static_cast<uint8_t>(message.type));
    out.u32(message.stream_id);
    out.u32(message.timestamp_ms);
    out.bytes(message.payload);
    if (message.type == rtmp::MessageType::kAggregate) (void)rtmp::split_aggregate(message);
    return {};
  }
  base::ByteWriter out;
};

constexpr rtmp::ChunkLimits kLimits{
    .message_bytes_max = 4096, .chunk_streams_max = 8, .unfinished_bytes_max = 8192};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::Bytes bytes(data, size);
  rtmp::ChunkReader whole(kLimits), split(kLimits);
  Recorder whole_messages, split_messages;
  bool whole_ok = whole.feed(bytes, whole_messages).ok(), split_ok = true;
  size_t step = size == 0 ? 1 : 1 + data[0] % 7;
  for (size_t at = 0; at < size && split_ok; at += step) {
    split_ok = split.feed(bytes.subspan(at, std::min(step, size - at)), split_messages).ok();
  }
  if (whole_ok != split_ok || whole.unfinished_bytes() > kLimits.unfinished_bytes_max + size)
    __builtin_trap();
  base::Bytes a = whole_messages.out.view(), b = split_messages.out.view();
  if (!std::equal(a.begin(), a.end(), b.begin(), b.end())) __builtin_trap();
  return 0;
}

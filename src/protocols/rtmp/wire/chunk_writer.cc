#include "protocols/rtmp/wire/chunk_writer.h"

#include <algorithm>

#include "protocols/rtmp/wire/chunk_reader.h"

namespace eyas::rtmp {
namespace {

constexpr uint8_t kContinuationBits = 0xC0;

void write_header(base::ByteWriter& out, uint32_t chunk_stream, MessageType type, uint32_t stream_id,
                  uint32_t timestamp_ms, size_t body_bytes) {
  bool extended = timestamp_ms >= kTimestampExtended;
  out.u8(static_cast<uint8_t>(chunk_stream));
  out.u24(extended ? kTimestampExtended : timestamp_ms);
  out.u24(static_cast<uint32_t>(body_bytes));
  out.u8(static_cast<uint8_t>(type));
  out.u32_le(stream_id);
  if (extended) out.u32(timestamp_ms);
}

void write_continuation(base::ByteWriter& out, uint32_t chunk_stream, uint32_t timestamp_ms) {
  out.u8(static_cast<uint8_t>(kContinuationBits | chunk_stream));
  if (timestamp_ms >= kTimestampExtended) out.u32(timestamp_ms);
}

}  // namespace

base::Slice message_header(uint32_t chunk_stream, MessageType type, uint32_t stream_id, uint32_t timestamp_ms,
                           size_t body_bytes) {
  base::ByteWriter out(16);
  write_header(out, chunk_stream, type, stream_id, timestamp_ms, body_bytes);
  return base::Slice(out.take());
}

void append_chunks(std::vector<base::Slice>& out, uint32_t chunk_stream, uint32_t timestamp_ms,
                   const base::Slice& header, const base::Slice& body, uint32_t chunk_size) {
  out.push_back(header);
  if (body.size() <= chunk_size) {
    if (!body.empty()) out.push_back(body);
    return;
  }
  base::ByteWriter continuation(5);
  write_continuation(continuation, chunk_stream, timestamp_ms);
  base::Slice between(continuation.take());
  for (size_t at = 0; at < body.size(); at += chunk_size) {
    if (at > 0) out.push_back(between);
    out.push_back(body.sub(at, chunk_size));
  }
}

void ChunkWriter::write(uint32_t chunk_stream, const Message& message) {
  base::Bytes body = message.payload;
  write_header(out_, chunk_stream, message.type, message.stream_id, message.timestamp_ms, body.size());
  for (size_t at = 0; at < body.size(); at += chunk_size_) {
    if (at > 0) write_continuation(out_, chunk_stream, message.timestamp_ms);
    out_.bytes(body.subspan(at, std::min<size_t>(chunk_size_, body.size() - at)));
  }
}

void ChunkWriter::change_chunk_size(uint32_t bytes) {
  write(kControlChunkStream, set_chunk_size(bytes));
  chunk_size_ = bytes;
}

std::vector<uint8_t> ChunkWriter::take() {
  std::vector<uint8_t> taken = out_.take();
  out_ = base::ByteWriter();
  return taken;
}

}  // namespace eyas::rtmp

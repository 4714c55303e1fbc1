// Messages -> chunks [RTMP 1.0 5.3]. Every message begins with a type 0 header: it depends on nothing sent
// before, so that the same header bytes serve every session that sends the same unit.
#pragma once

#include <vector>

#include "protocols/rtmp/wire/message.h"

namespace eyas::rtmp {

// The type 0 chunk header of a message: 12 bytes, or 16 with an extended timestamp. Chunk streams 2 to 63.
base::Slice message_header(uint32_t chunk_stream, MessageType type, uint32_t stream_id, uint32_t timestamp_ms,
                           size_t body_bytes);

// Appends one message to `out` as slices: `header` (from message_header), then `body`, cut by type 3 headers
// every `chunk_size` bytes. With a chunk size above the body that is two slices and no copy.
void append_chunks(std::vector<base::Slice>& out, uint32_t chunk_stream, uint32_t timestamp_ms,
                   const base::Slice& header, const base::Slice& body, uint32_t chunk_size);

// Whole small messages (control, commands) copied behind one another, for one send.
class ChunkWriter {
 public:
  explicit ChunkWriter(uint32_t chunk_size) : chunk_size_(chunk_size) {}

  void write(uint32_t chunk_stream, const Message& message);
  // Writes Set Chunk Size; what follows uses it.
  void change_chunk_size(uint32_t bytes);

  uint32_t chunk_size() const { return chunk_size_; }
  bool empty() const { return out_.size() == 0; }
  std::vector<uint8_t> take();

 private:
  uint32_t chunk_size_;
  base::ByteWriter out_;
};

}  // namespace eyas::rtmp

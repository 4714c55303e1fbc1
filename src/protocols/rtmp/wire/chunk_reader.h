// Chunks -> messages [RTMP 1.0 5.3].
#pragma once

#include <array>
#include <memory>

#include "base/result.h"
#include "protocols/rtmp/wire/message.h"

namespace eyas::rtmp {

constexpr uint32_t kChunkSizeDefault = 128;
constexpr uint32_t kChunkSizeMax = 0x7FFFFFFF;
constexpr uint32_t kTimestampExtended = 0xFFFFFF;  // "look in the extended timestamp"

struct ChunkLimits {
  uint32_t message_bytes_max = 16 * 1024 * 1024 - 1;  // the 24-bit length field's own bound
  size_t chunk_streams_max = 64;
  size_t unfinished_bytes_max = 24 * 1024 * 1024;  // of all messages under way together
};

// Takes bytes in any split and gives whole messages. Set Chunk Size and Abort act on the bytes that follow,
// so they are obeyed here and not reported. Pure. Lives with its session.
class ChunkReader {
 public:
  struct Sink {
    virtual ~Sink() = default;
    // An error ends the feeding and comes back from feed().
    virtual base::Status on_message(Message message) = 0;
  };

  explicit ChunkReader(ChunkLimits limits = {}) : limits_(limits) {}

  // Errors: kMalformed, kLimit, or what the sink said. After an error the reader is not fed again.
  base::Status feed(base::Bytes bytes, Sink& sink);

  size_t unfinished_bytes() const { return unfinished_bytes_; }
  // Chunks of type 3 whose peer left the extended timestamp out.
  uint64_t extended_timestamps_omitted() const { return extended_timestamps_omitted_; }

 private:
  struct ChunkStream {
    uint32_t id = 0;
    bool seen = false;
    uint32_t timestamp_ms = 0;
    uint32_t delta_ms = 0;
    uint32_t length = 0;
    MessageType type{};
    uint32_t stream_id = 0;
    bool extended = false;        // the last header of type 0-2 had an extended timestamp,
    uint32_t extended_value = 0;  // with this value
    bool under_way = false;       // a message has begun and is not whole
    std::vector<uint8_t> payload;
  };

  // Sizes of a chunk's parts, as far as the header bytes at hand tell.
  struct Shape {
    bool known = false;
    unsigned format = 0;
    uint32_t chunk_stream = 0;
    size_t basic_bytes = 0;
    size_t header_bytes = 0;  // basic and message header, without extended timestamp
    bool extended = false;    // four more bytes follow
  };

  base::Status take_header_byte(uint8_t byte, Sink& sink);
  Shape shape() const;
  bool extended_timestamp_omitted(const Shape& shape) const;
  base::Status begin_chunk(const Shape& shape, bool with_extended);
  base::Status begin_message(ChunkStream& stream);
  void read_message_header(ChunkStream& stream, const Shape& shape, bool with_extended);
  base::Status take_payload(base::Bytes& bytes, Sink& sink);
  base::Status finish_message(Sink& sink);
  base::Status obey(const Message& message, Sink& sink);
  void drop_unfinished(ChunkStream& stream);
  const ChunkStream* find(uint32_t id) const;
  ChunkStream* find_or_add(uint32_t id);

  ChunkLimits limits_;
  uint32_t chunk_size_ = kChunkSizeDefault;
  std::vector<std::unique_ptr<ChunkStream>> streams_;
  std::array<uint8_t, 18> header_{};  // basic 3, message 11, extended 4
  size_t header_size_ = 0;
  ChunkStream* current_ = nullptr;  // whose chunk payload is being read; null between chunks
  size_t chunk_left_ = 0;
  size_t unfinished_bytes_ = 0;
  uint64_t extended_timestamps_omitted_ = 0;
};

}  // namespace eyas::rtmp

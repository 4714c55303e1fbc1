#include "protocols/rtmp/wire/chunk_reader.h"

#include <algorithm>

namespace eyas::rtmp {
namespace {

constexpr size_t kReserveMax =
    64 * 1024;  // a length is only a claim: memory follows the bytes that really come
constexpr size_t kMessageHeaderBytes[] = {11, 7, 3, 0};  // by format [RTMP 1.0 5.3.1.2]
constexpr unsigned kContinuation = 3;
constexpr size_t kExtendedBytes = 4;

base::Error malformed(const char* context) {
  return {base::Code::kMalformed, context, {}};
}
base::Error limit(const char* context, uint64_t value, uint64_t max) {
  return {base::Code::kLimit, context, std::to_string(value) + " > " + std::to_string(max)};
}

}  // namespace

base::Status ChunkReader::feed(base::Bytes bytes, Sink& sink) {
  while (!bytes.empty()) {
    base::Status status;
    if (current_ != nullptr) {
      status = take_payload(bytes, sink);
    } else {
      uint8_t byte = bytes[0];
      bytes = bytes.subspan(1);
      status = take_header_byte(byte, sink);
    }
    if (!status) return status;
  }
  return {};
}

ChunkReader::Shape ChunkReader::shape() const {
  Shape shape;
  if (header_size_ == 0) return shape;
  shape.format = header_[0] >> 6;
  unsigned low = header_[0] & 0x3F;  // 0 and 1 announce the 2- and 3-byte forms [RTMP 1.0 5.3.1.1]
  shape.basic_bytes = low == 0 ? 2 : low == 1 ? 3 : 1;
  if (header_size_ < shape.basic_bytes) return shape;
  if (low == 0) {
    shape.chunk_stream = 64u + header_[1];
  } else if (low == 1) {
    shape.chunk_stream = 64u + header_[1] + 256u * header_[2];
  } else {
    shape.chunk_stream = low;
  }
  shape.header_bytes = shape.basic_bytes + kMessageHeaderBytes[shape.format];
  if (header_size_ < shape.header_bytes) return shape;
  if (shape.format == kContinuation) {
    const ChunkStream* stream = find(shape.chunk_stream);
    shape.extended = stream != nullptr && stream->extended;
  } else {
    base::ByteReader in(base::Bytes(header_).subspan(shape.basic_bytes));
    shape.extended = in.u24() == kTimestampExtended;
  }
  shape.known = true;
  return shape;
}

base::Status ChunkReader::take_header_byte(uint8_t byte, Sink& sink) {
  header_[header_size_++] = byte;
  Shape shape = this->shape();
  if (!shape.known) return {};
  if (extended_timestamp_omitted(shape)) {
    // What was read as its beginning is payload, and perhaps the next chunk: at most four bytes, so this
    // ends.
    ++extended_timestamps_omitted_;
    std::array<uint8_t, kExtendedBytes> again{};
    size_t count = header_size_ - shape.header_bytes;
    std::copy_n(header_.begin() + static_cast<ptrdiff_t>(shape.header_bytes), count, again.begin());
    header_size_ = shape.header_bytes;
    if (base::Status status = begin_chunk(shape, false); !status) return status;
    return feed(base::Bytes(again).first(count), sink);
  }
  if (header_size_ < shape.header_bytes + (shape.extended ? kExtendedBytes : 0)) return {};
  if (base::Status status = begin_chunk(shape, shape.extended); !status) return status;
  return current_->length == 0 ? finish_message(sink) : base::Status{};
}

// [RTMP 1.0 5.3.1.3] repeats the extended timestamp in type 3 chunks.
// DEVIATION: older Adobe tools and encoders built on them leave it out, which shows in the bytes differing
// from the value that the message began with. The first differing byte decides, so that nothing waits for
// bytes of a next message.
bool ChunkReader::extended_timestamp_omitted(const Shape& shape) const {
  if (shape.format != kContinuation || !shape.extended) return false;
  const ChunkStream* stream = find(shape.chunk_stream);
  for (size_t i = shape.header_bytes; i < header_size_; ++i) {
    auto expected = static_cast<uint8_t>(stream->extended_value >> (24 - 8 * (i - shape.header_bytes)));
    if (header_[i] != expected) return true;
  }
  return false;
}

base::Status ChunkReader::begin_chunk(const Shape& shape, bool with_extended) {
  ChunkStream* stream = find_or_add(shape.chunk_stream);
  if (stream == nullptr) {
    return limit("rtmp chunk: chunk streams", streams_.size() + 1, limits_.chunk_streams_max);
  }
  // DEVIATION: librtmp sends a type 1 chunk first on chunk stream 2 (PingResponse): stream 0, time from 0.
  if (!stream->seen && shape.format > 1) return malformed("rtmp chunk: no earlier header to continue");
  bool continues = shape.format == kContinuation && stream->under_way;
  if (!continues) {
    drop_unfinished(*stream);  // a new header gives up what was under way
    read_message_header(*stream, shape, with_extended);
    if (base::Status status = begin_message(*stream); !status) return status;
  }
  header_size_ = 0;
  current_ = stream;
  chunk_left_ = std::min<size_t>(chunk_size_, stream->length - stream->payload.size());
  return {};
}

void ChunkReader::read_message_header(ChunkStream& stream, const Shape& shape, bool with_extended) {
  base::ByteReader in(base::Bytes(header_).first(header_size_).subspan(shape.basic_bytes));
  uint32_t time = stream.extended ? stream.extended_value : stream.delta_ms;
  if (shape.format <= 2) time = in.u24();
  if (shape.format <= 1) {
    stream.length = in.u24();
    stream.type = static_cast<MessageType>(in.u8());
  }
  if (shape.format == 0) stream.stream_id = in.u32_le();
  if (shape.format != kContinuation) {
    stream.extended = with_extended;
    if (with_extended) time = stream.extended_value = in.u32();
  }
  // After type 0, a type 3 that begins a message takes that time as its delta [RTMP 1.0 5.3.1.2.4].
  stream.delta_ms = time;
  stream.timestamp_ms = shape.format == 0 ? time : stream.timestamp_ms + time;
  stream.seen = true;
}

base::Status ChunkReader::begin_message(ChunkStream& stream) {
  if (stream.length > limits_.message_bytes_max) {
    return limit("rtmp chunk: message bytes", stream.length, limits_.message_bytes_max);
  }
  stream.under_way = true;
  stream.payload.reserve(std::min<size_t>(stream.length, kReserveMax));
  return {};
}

base::Status ChunkReader::take_payload(base::Bytes& bytes, Sink& sink) {
  size_t count = std::min(chunk_left_, bytes.size());
  unfinished_bytes_ += count;
  if (unfinished_bytes_ > limits_.unfinished_bytes_max) {
    return limit("rtmp chunk: unfinished bytes", unfinished_bytes_, limits_.unfinished_bytes_max);
  }
  ChunkStream& stream = *current_;
  stream.payload.insert(stream.payload.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
  bytes = bytes.subspan(count);
  chunk_left_ -= count;
  if (chunk_left_ > 0) return {};
  if (stream.payload.size() == stream.length) return finish_message(sink);
  current_ = nullptr;
  return {};
}

base::Status ChunkReader::finish_message(Sink& sink) {
  ChunkStream& stream = *current_;
  current_ = nullptr;
  stream.under_way = false;
  unfinished_bytes_ -= stream.payload.size();
  Message message{stream.type, stream.stream_id, stream.timestamp_ms, base::Slice(std::move(stream.payload))};
  stream.payload = {};
  return obey(message, sink);
}

base::Status ChunkReader::obey(const Message& message, Sink& sink) {
  if (message.type != MessageType::kSetChunkSize && message.type != MessageType::kAbort) {
    return sink.on_message(message);
  }
  base::Result<uint32_t> number = parse_number(message.payload);
  if (!number) return number.error();
  if (message.type == MessageType::kSetChunkSize) {
    if (*number == 0 || *number > kChunkSizeMax) return malformed("rtmp set chunk size: value");
    chunk_size_ = *number;
    return {};
  }
  for (std::unique_ptr<ChunkStream>& stream : streams_) {
    if (stream->id == *number) drop_unfinished(*stream);
  }
  return {};
}

void ChunkReader::drop_unfinished(ChunkStream& stream) {
  unfinished_bytes_ -= stream.payload.size();
  stream.payload = {};
  stream.under_way = false;
}

const ChunkReader::ChunkStream* ChunkReader::find(uint32_t id) const {
  auto at = std::ranges::find(streams_, id, [](const auto& stream) { return stream->id; });
  return at == streams_.end() ? nullptr : at->get();
}

ChunkReader::ChunkStream* ChunkReader::find_or_add(uint32_t id) {
  for (std::unique_ptr<ChunkStream>& stream : streams_) {
    if (stream->id == id) return stream.get();
  }
  if (streams_.size() >= limits_.chunk_streams_max) return nullptr;
  streams_.push_back(std::make_unique<ChunkStream>());
  streams_.back()->id = id;
  return streams_.back().get();
}

}  // namespace eyas::rtmp

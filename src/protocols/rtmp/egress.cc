#include "protocols/rtmp/egress.h"

#include "base/slice_batch.h"
#include "protocols/rtmp/wire/chunk_writer.h"

namespace eyas::rtmp {
namespace {

// What is there already goes out in one send; at the live edge that is one frame.
constexpr size_t kSendBytesMax = 256 * 1024;
constexpr size_t kSendSlicesMax = 128;

base::Slice header_of(const flv::Unit& unit, uint32_t stream_id, uint32_t timestamp_ms) {
  return message_header(kMediaChunkStream, static_cast<MessageType>(unit.type), stream_id, timestamp_ms,
                        unit.body.size());
}

}  // namespace

base::Slice HeaderCache::header(const flv::UnitPtr& unit, uint32_t stream_id) {
  size_t slot = (reinterpret_cast<uintptr_t>(unit.get()) >> 6) % entries_.size();
  Entry& entry = entries_[slot];
  if (entry.unit != unit || entry.stream_id != stream_id) {
    entry = {unit, stream_id, header_of(*unit, stream_id, unit->timestamp_ms)};
  }
  return entry.header;
}

bool Egress::pump() {
  if (!started()) return true;
  while (!paused_ && stream_.pending() == 0) {
    bool more = gather();
    if (!slices_.empty()) stream_.send(slices_);
    base::clear_batch(slices_);
    gathered_bytes_ = 0;
    if (!more) return !std::visit([](const auto& reader) { return reader.ended(); }, reader_);
  }
  return true;
}

// False when the reader has nothing more for now.
bool Egress::gather() {
  while (gathered_bytes_ < kSendBytesMax && slices_.size() < kSendSlicesMax) {
    auto item = std::visit([](auto& reader) { return reader.next(); }, reader_);
    if (!item) return false;
    uint32_t timestamp_ms = item->unit->timestamp_ms;
    if (item->head) {
      wants_aac_ |= item->head->wants_aac;
      // At the time of the unit that follows, so that a player's clock does not jump back when a reader was
      // lapped. Only onMetaData stays at zero: at any other time ffmpeg takes it for a subtitle track.
      for (const flv::UnitPtr& unit : item->head->units) {
        uint32_t at_ms = unit->type == flv::TagType::kScript ? 0 : timestamp_ms;
        append(unit, at_ms, header_of(*unit, stream_id_, at_ms));
      }
    }
    if (wanted(*item->unit)) append(item->unit, timestamp_ms, headers_.header(item->unit, stream_id_));
  }
  return true;
}

void Egress::append(const flv::UnitPtr& unit, uint32_t timestamp_ms, base::Slice header) {
  if (publishes_ && unit->type == flv::TagType::kScript) return append_data(unit, timestamp_ms);
  append_chunks(slices_, kMediaChunkStream, timestamp_ms, header, unit->body, chunk_size_);
  gathered_bytes_ += unit->body.size();
  bytes_sent_ += unit->body.size();
  ++units_sent_;
}

void Egress::append_data(const flv::UnitPtr& unit, uint32_t timestamp_ms) {
  base::ByteWriter out(kSetDataFrame.size() + unit->body.size());
  out.text(kSetDataFrame);
  out.bytes(unit->body);
  base::Slice body(out.take());
  base::Slice header =
      message_header(kMediaChunkStream, MessageType::kDataAmf0, stream_id_, timestamp_ms, body.size());
  append_chunks(slices_, kMediaChunkStream, timestamp_ms, header, body, chunk_size_);
  gathered_bytes_ += body.size();
}

bool Egress::wanted(const flv::Unit& unit) const {
  if (unit.type == flv::TagType::kAudio) return audio_;
  return unit.type != flv::TagType::kVideo || video_;
}

void Egress::receive(MessageType type, bool wanted) {
  if (type == MessageType::kAudio) audio_ = wanted;
  if (type == MessageType::kVideo) video_ = wanted;
}

}  // namespace eyas::rtmp

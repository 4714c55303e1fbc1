#include <utility>

#include "base/bytes.h"
#include "codec/codec.h"
#include "rtp/payload/av1.h"
#include "rtp/payload/av1_wire.h"

namespace eyas::rtp {
namespace {

using base::ByteReader;
using base::Bytes;
using codec::av1::kHasExtension;
using codec::av1::kHasSize;
using codec::av1::ObuType;

// At most 32 bits in five bytes; false when it is longer or ends early.
bool read_leb128(ByteReader& reader, size_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    uint8_t byte = reader.u8();
    value |= size_t{byte & 0x7Fu} << shift;
    if ((byte & 0x80) == 0) return reader.ok();
  }
  return false;
}

// The unit's first OBU, when it can be one.
bool starts_unit(ObuType type) {
  using enum ObuType;
  return type == kSequenceHeader || type == kTemporalDelimiter || type == kMetadata || type == kFrameHeader ||
         type == kFrame || type == kPadding;
}

}  // namespace

void Av1Depacketizer::take(Bytes payload) {
  ByteReader reader(payload);
  uint8_t head = reader.u8();
  unsigned count = head >> kCountShift & 3;
  bool continues = (head & kContinues) != 0;
  if (!continues && !fragment_.empty()) return damage();
  for (unsigned element = 1; reader.remaining() > 0; ++element) {
    size_t size = reader.remaining();
    bool has_size = count == 0 || element < count;
    if (has_size && !read_leb128(reader, size)) return damage();
    Bytes bytes = reader.take(size);
    if (!reader.ok()) return damage();
    bool last = reader.remaining() == 0;
    take_element(bytes, continues && element == 1, last && (head & kGoesOn) != 0);
  }
}

void Av1Depacketizer::take_element(Bytes element, bool continues, bool goes_on) {
  if (damaged()) return;
  if (continues && fragment_.empty()) return damage();
  if (!continues && !goes_on) return add_obu(element);
  if (element.size() > room() || fragment_.size() > room() - element.size()) {
    fragment_ = {};
    return damage();
  }
  fragment_.insert(fragment_.end(), element.begin(), element.end());
  if (!goes_on) add_obu(std::exchange(fragment_, {}));
}

// Puts the size field in. DEVIATION: senders that leave it in are taken at their word.
void Av1Depacketizer::add_obu(Bytes obu) {
  if (obu.empty()) return;
  ByteReader reader(obu);
  uint8_t head = reader.u8();
  uint8_t extension = (head & kHasExtension) != 0 ? reader.u8() : uint8_t{0};
  size_t size = reader.remaining();
  if ((head & kHasSize) != 0 && !read_leb128(reader, size)) return damage();
  Bytes body = reader.take(size);
  if (!reader.ok()) return damage();
  ObuType type = codec::av1::obu_type(head);
  if (unit_empty() && !starts_unit(type)) return damage();
  if (is_dropped(type)) return;
  base::ByteWriter prefix;
  prefix.u8(head | kHasSize);
  if ((head & kHasExtension) != 0) prefix.u8(extension);
  codec::av1::write_leb128(prefix, body.size());
  append(prefix.view());
  append(body);
}

void Av1Depacketizer::end_unit() {
  if (fragment_.empty()) return;
  fragment_ = {};
  damage();
}

// A key frame without its sequence header goes by the one before, unless it may have been lost.
bool Av1Depacketizer::update_config(bool key) {
  if (damaged()) return false;
  if (key) {
    if (auto said = codec::describe_packet(config_.codec, payload_)) {
      config_ = *std::move(said);
    } else if (after_unit_loss()) {
      return false;
    }
  }
  return config_.width != 0;
}

}  // namespace eyas::rtp

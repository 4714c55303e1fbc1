#include <algorithm>
#include <array>

#include "rtp/payload/av1.h"
#include "rtp/payload/av1_wire.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

using base::Bytes;
using codec::av1::kHasExtension;
using codec::av1::kHasSize;
using codec::av1::kRecordHeaderBytes;
using codec::av1::Obu;
using codec::av1::ObuType;
using codec::av1::ObuWalk;

// An OBU as RTP carries it: without its size field [AV1-RTP 5].
struct Element {
  std::array<uint8_t, 2> head{};
  size_t head_size = 0;
  Bytes body;
  size_t size() const { return head_size + body.size(); }
};

Element element_of(const Obu& obu) {
  Element element;
  element.head[0] = obu.whole[0] & ~kHasSize;
  element.head_size = 1;
  if ((obu.whole[0] & kHasExtension) != 0) element.head[element.head_size++] = obu.whole[1];
  element.body = obu.payload;
  return element;
}

// Appends the elements of `obus`; true when a sequence header is among them.
bool gather(Bytes obus, std::vector<Element>& out) {
  bool has_sequence_header = false;
  ObuWalk walk(obus);
  for (Obu obu; walk.next(obu);) {
    if (is_dropped(obu.type)) continue;
    has_sequence_header |= obu.type == ObuType::kSequenceHeader;
    out.push_back(element_of(obu));
  }
  return has_sequence_header;
}

std::vector<Element> elements_of(const media::Frame& frame) {
  std::vector<Element> elements;
  bool has_sequence_header = gather(frame.payload, elements);
  if (!frame.key || has_sequence_header || !frame.track) return elements;
  Bytes record = frame.track->config.record;
  if (record.size() <= kRecordHeaderBytes) return elements;
  std::vector<Element> leading;
  gather(record.subspan(kRecordHeaderBytes), leading);
  elements.insert(elements.begin(), leading.begin(), leading.end());
  return elements;
}

// The part of an element from `from` on, `size` bytes of it.
void write_part(const Element& element, size_t from, size_t size, PacketWriter& writer) {
  Bytes head = Bytes(element.head).first(element.head_size);
  if (from < head.size()) {
    Bytes part = head.subspan(from, std::min(size, head.size() - from));
    writer.bytes(part);
    from += part.size();
    size -= part.size();
  }
  if (size > 0) writer.bytes(element.body.subspan(from - head.size(), size));
}

// Walks the elements packet by packet; each is filled up with the beginning of the element that does not fit.
class Filler {
 public:
  Filler(const std::vector<Element>& elements, size_t max_payload, PacketWriter& writer)
      : elements_(elements), max_payload_(max_payload), writer_(writer) {}

  bool done() const { return index_ == elements_.size(); }

  void packet(bool starts_sequence) {
    bool continues = offset_ > 0;
    std::vector<Part> parts = gather_parts();
    bool goes_on = offset_ > 0;
    bool counted = parts.size() <= kCountMax;
    writer_.begin();
    writer_.u8(static_cast<uint8_t>((continues ? kContinues : 0) | (goes_on ? kGoesOn : 0) |
                                    (counted ? parts.size() << kCountShift : 0) |
                                    (starts_sequence ? kNewSequence : 0)));
    for (const Part& part : parts) {
      bool sized = !counted || &part != &parts.back();
      if (sized) codec::av1::write_leb128(writer_, part.size);
      write_part(elements_[part.index], part.offset, part.size, writer_);
    }
    writer_.end();
  }

 private:
  // W: up to three elements are counted, and the last of them needs no size.
  static constexpr size_t kCountMax = 3;

  struct Part {
    size_t index;
    size_t offset;
    size_t size;
  };

  // What goes into the next packet; moves on behind it.
  std::vector<Part> gather_parts() {
    std::vector<Part> parts;
    size_t used = 1;
    while (!done()) {
      size_t left = elements_[index_].size() - offset_;
      size_t size_field = parts.size() < kCountMax ? 0 : leb128_bytes(max_payload_);
      if (used + size_field >= max_payload_) break;
      size_t size = std::min(left, max_payload_ - used - size_field);
      parts.push_back({index_, offset_, size});
      if (size < left) {
        offset_ += size;
        break;
      }
      ++index_;
      offset_ = 0;
      used += leb128_bytes(size) + size;
    }
    return parts;
  }

  const std::vector<Element>& elements_;
  size_t max_payload_;
  PacketWriter& writer_;
  size_t index_ = 0;
  size_t offset_ = 0;  // into elements_[index_]
};

}  // namespace

PacketizedFrame Av1Packetizer::packetize(const media::Frame& frame, size_t max_payload) {
  std::vector<Element> elements = elements_of(frame);
  PacketWriter writer(frame.payload.size(), max_payload);
  Filler filler(elements, max_payload, writer);
  for (bool first = true; !filler.done(); first = false) filler.packet(first && frame.key);
  return writer.finish();
}

}  // namespace eyas::rtp

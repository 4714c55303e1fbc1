#include "rtp/packet.h"

#include <algorithm>

namespace eyas::rtp {
namespace {

using base::Code;
using base::Error;

constexpr uint8_t kVersionBits = 2 << 6;
constexpr uint8_t kPaddingBit = 0x20;
constexpr uint8_t kExtensionBit = 0x10;
constexpr uint8_t kMarkerBit = 0x80;
constexpr size_t kExtensionHeaderBytes = 4;
constexpr uint8_t kOneByteIdMax = 14;
constexpr size_t kOneByteValueMax = 16;

std::optional<base::Bytes> find_one_byte(base::Bytes block, uint8_t id) {
  constexpr uint8_t kStop = 15;  // [RFC 8285 4.2]: processing ends there
  size_t at = 0;
  while (at < block.size()) {
    uint8_t found = block[at] >> 4;
    size_t size = (block[at] & 0x0F) + size_t{1};
    ++at;
    if (found == 0) continue;  // padding
    if (found == kStop || size > block.size() - at) return std::nullopt;
    if (found == id) return block.subspan(at, size);
    at += size;
  }
  return std::nullopt;
}

std::optional<base::Bytes> find_two_byte(base::Bytes block, uint8_t id) {
  size_t at = 0;
  while (at < block.size()) {
    uint8_t found = block[at++];
    if (found == 0) continue;  // padding
    if (at == block.size()) return std::nullopt;
    size_t size = block[at++];
    if (size > block.size() - at) return std::nullopt;
    if (found == id) return block.subspan(at, size);
    at += size;
  }
  return std::nullopt;
}

bool needs_two_bytes(const Header& header) {
  return std::any_of(header.extensions.begin(), header.extensions.end(), [](const Extension& extension) {
    return extension.id > kOneByteIdMax || extension.value.empty() ||
           extension.value.size() > kOneByteValueMax;
  });
}

// Without the padding to whole words.
size_t elements_bytes(const Header& header, bool two_bytes) {
  size_t bytes = 0;
  for (const Extension& extension : header.extensions) bytes += (two_bytes ? 2 : 1) + extension.value.size();
  return bytes;
}

uint8_t* put(uint8_t* at, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) *at++ = static_cast<uint8_t>(value >> shift);
  return at;
}

void write_extensions(uint8_t* at, const Header& header, uint8_t* end) {
  bool two_bytes = needs_two_bytes(header);
  auto words = static_cast<size_t>(end - at - kExtensionHeaderBytes) / 4;
  at = put(at, two_bytes ? kTwoByteProfile : kOneByteProfile, 2);
  at = put(at, words, 2);
  for (const Extension& extension : header.extensions) {
    size_t size = extension.value.size();
    if (two_bytes) {
      *at++ = extension.id;
      *at++ = static_cast<uint8_t>(size);
    } else {
      *at++ = static_cast<uint8_t>(extension.id << 4 | (size - 1));
    }
    at = std::copy(extension.value.begin(), extension.value.end(), at);
  }
  std::fill(at, end, uint8_t{0});
}

}  // namespace

base::Result<PacketView> PacketView::parse(base::Bytes packet) {
  base::ByteReader reader(packet);
  PacketView view;
  uint8_t first = reader.u8();
  uint8_t second = reader.u8();
  view.marker = (second & kMarkerBit) != 0;
  view.payload_type = second & 0x7F;
  view.sequence = reader.u16();
  view.timestamp = reader.u32();
  view.ssrc = reader.u32();
  reader.skip(size_t{4} * (first & 0x0F));  // CSRCs
  if (reader.ok() && (first & 0xC0) != kVersionBits) return Error{Code::kUnsupported, "rtp: version", {}};
  if ((first & kExtensionBit) != 0) {
    view.extension_profile = reader.u16();
    view.extension_block = reader.take(size_t{4} * reader.u16());
  }
  if (!reader.ok()) return Error{Code::kMalformed, "rtp: the header ends early", {}};
  view.payload = reader.rest();
  if ((first & kPaddingBit) != 0) {
    size_t padding = view.payload.empty() ? 0 : view.payload.back();
    if (padding == 0 || padding > view.payload.size()) return Error{Code::kMalformed, "rtp: padding", {}};
    view.payload = view.payload.first(view.payload.size() - padding);
  }
  return view;
}

std::optional<base::Bytes> PacketView::extension(uint8_t id) const {
  if (id == 0) return std::nullopt;
  if (extension_profile == kOneByteProfile)
    return id <= kOneByteIdMax ? find_one_byte(extension_block, id) : std::nullopt;
  if ((extension_profile & 0xFFF0) == kTwoByteProfile) return find_two_byte(extension_block, id);
  return std::nullopt;
}

size_t header_bytes(const Header& header) {
  if (header.extensions.empty()) return kFixedHeaderBytes;
  size_t elements = elements_bytes(header, needs_two_bytes(header));
  return kFixedHeaderBytes + kExtensionHeaderBytes + (elements + 3) / 4 * 4;
}

size_t write_header(std::span<uint8_t> out, const Header& header) {
  size_t size = header_bytes(header);
  if (size > out.size()) return 0;
  bool extended = !header.extensions.empty();
  uint8_t* at = out.data();
  *at++ = kVersionBits | (extended ? kExtensionBit : 0);
  *at++ = static_cast<uint8_t>((header.marker ? kMarkerBit : 0) | (header.payload_type & 0x7F));
  at = put(at, header.sequence, 2);
  at = put(at, header.timestamp, 4);
  at = put(at, header.ssrc, 4);
  if (extended) write_extensions(at, header, out.data() + size);
  return size;
}

}  // namespace eyas::rtp

#include "bench/flv_file.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "container/flv/tag.h"

namespace eyas::bench {
namespace {

constexpr size_t kVideoHeaderBytes = 5;  // frame type and codec, packet type, composition time
constexpr std::string_view kUuid = "EyasBenchStamp01";
constexpr size_t kDigits = 16;
constexpr size_t kPayloadBytes = 16 + 2 * kDigits;
constexpr size_t kNalBytes = 3 + kPayloadBytes + 1;  // NAL header, type, size, payload, stop bit

void append_digits(std::vector<uint8_t>& out, uint64_t value) {
  char text[kDigits + 1];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(value));
  out.insert(out.end(), text, text + kDigits);
}

uint64_t digits_at(base::Bytes bytes) {
  std::string text(base::as_text(bytes.first(kDigits)));
  return std::strtoull(text.c_str(), nullptr, 16);
}

std::optional<Stamp> stamp_at(base::Bytes bytes, size_t at) {
  if (at + kPayloadBytes > bytes.size()) return std::nullopt;
  base::Bytes digits = bytes.subspan(at + kUuid.size());
  return Stamp{digits_at(digits), static_cast<int64_t>(digits_at(digits.subspan(kDigits)))};
}

}  // namespace

std::vector<FileTag> load_flv(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<FileTag> tags;
  size_t at = flv::kFileHeaderBytes + flv::kPreviousTagSizeBytes;
  while (at + flv::kTagHeaderBytes <= bytes.size()) {
    auto header = flv::parse_tag_header(base::Bytes(bytes).subspan(at, flv::kTagHeaderBytes));
    if (!header || at + flv::kTagHeaderBytes + header->body_bytes > bytes.size()) break;
    auto body = bytes.begin() + static_cast<std::ptrdiff_t>(at + flv::kTagHeaderBytes);
    tags.push_back(
        {static_cast<uint8_t>(header->type), header->timestamp_ms, {body, body + header->body_bytes}});
    at += flv::kTagHeaderBytes + header->body_bytes + flv::kPreviousTagSizeBytes;
  }
  if (std::ranges::none_of(tags, &FileTag::coded_video)) {
    std::fprintf(stderr, "eyas-bench: no H.264 video in %s\n", path.c_str());
    std::exit(2);
  }
  return tags;
}

std::vector<FileTag> with_opus(std::vector<FileTag> tags) {
  // Sound format 9 (extended) and packet type 0 (sequence start) or 1 (coded frames), then the FourCC.
  auto tag = [](uint32_t timestamp_ms, uint8_t packet_type, base::Bytes rest) {
    FileTag made{8, timestamp_ms, {static_cast<uint8_t>(0x90 | packet_type), 'O', 'p', 'u', 's'}};
    made.body.insert(made.body.end(), rest.begin(), rest.end());
    return made;
  };
  // [RFC 7845 5.1]: version 1, 2 channels, 312 samples to skip, 48 kHz, no gain, mapping family 0.
  const auto head = base::from_hex("4f70757348656164 01 02 3801 80bb0000 0000 00");
  std::vector<uint8_t> packet(160, 0x5A);
  packet[0] = 0xFC;  // CELT, fullband, 20 ms, stereo, one frame [RFC 6716 3.1]
  std::erase_if(tags, [](const FileTag& old) { return old.type == 8; });
  const uint32_t end_ms = tags.back().timestamp_ms;
  tags.push_back(tag(0, 0, head));
  for (uint32_t at = 0; at < end_ms; at += 20) tags.push_back(tag(at, 1, packet));
  std::ranges::stable_sort(tags, {}, &FileTag::timestamp_ms);
  return tags;
}

std::vector<uint8_t> with_stamp(base::Bytes tag_body, const Stamp& stamp) {
  std::vector<uint8_t> out;
  out.reserve(tag_body.size() + 4 + kNalBytes);
  out.insert(out.end(), tag_body.begin(), tag_body.begin() + kVideoHeaderBytes);
  for (uint8_t byte : {0, 0, 0, static_cast<int>(kNalBytes), 6, 5, static_cast<int>(kPayloadBytes)})
    out.push_back(byte);
  out.insert(out.end(), kUuid.begin(), kUuid.end());
  append_digits(out, stamp.counter);
  append_digits(out, static_cast<uint64_t>(stamp.sent_ns));
  out.push_back(0x80);
  out.insert(out.end(), tag_body.begin() + kVideoHeaderBytes, tag_body.end());
  return out;
}

std::optional<Stamp> stamp_of(base::Bytes tag_body) {
  // The stamp is near the front: an access unit delimiter and parameter sets may stand before it.
  base::Bytes front = tag_body.first(std::min<size_t>(tag_body.size(), 512));
  auto found = std::ranges::search(front, base::as_bytes(kUuid));
  return stamp_at(front, static_cast<size_t>(found.begin() - front.begin()));
}

std::optional<Stamp> last_stamp_of(base::Bytes bytes) {
  size_t at = base::as_text(bytes).rfind(kUuid);
  return stamp_at(bytes, std::min(at, bytes.size()));
}

}  // namespace eyas::bench

// Playlists of other servers, as a pull reads them. [RFC 8216]
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyas::hls {

struct PulledVariant {
  std::string uri;
  uint64_t bandwidth_bps = 0;
  std::string audio_group;  // empty: the sound is in its own segments
};
struct PulledAudio {
  std::string group;
  std::string uri;  // empty: in the variant's own segments
  bool preferred = false;
};

// What segments are encrypted with, as a whole: AES-128.
struct PulledKey {
  std::string uri;                                // of its 16 bytes
  std::optional<std::array<uint8_t, 16>> vector;  // nullopt: by the segment's number
};
// Shared by the segments that it holds for: a playlist that says it once may have thousands.
using PulledKeyPtr = std::shared_ptr<const PulledKey>;

// A header segment.
struct PulledMap {
  std::string uri;
  PulledKeyPtr key;  // its own; null: not encrypted
};

struct PulledSegment {
  uint64_t sequence = 0;
  std::string uri;
  base::Duration duration{0};
  bool discontinuity = false;            // what came before belongs to another timeline
  bool gap = false;                      // not there
  PulledKeyPtr key;                      // null: not encrypted
  std::shared_ptr<const PulledMap> map;  // null: none
  std::optional<base::WallTime> date;
};

// Either kind, as the playlist itself says.
struct PulledPlaylist {
  bool multivariant = false;
  std::vector<PulledVariant> variants;
  std::vector<PulledAudio> audio;
  // A media playlist's.
  base::Duration target{0};
  bool ended = false;
  std::vector<PulledSegment> segments;

  static constexpr size_t kBytesMax = 4 * 1024 * 1024;
  static constexpr size_t kSegmentsMax = 20'000;
  static constexpr size_t kVariantsMax = 200;
  static constexpr size_t kLineBytesMax = 8192;

  // Tags that nobody needs here are passed over, parts of low latency too. Errors: kMalformed; kLimit;
  // kUnsupported for what is encrypted otherwise than by AES-128 with a plain key, or cut out of larger files
  // by byte ranges.
  static base::Result<PulledPlaylist> parse(std::string_view text);
};

// The variant with the highest bandwidth not above `bandwidth_max_bps` (0: any); the lowest when all are.
// Null when there is none.
const PulledVariant* choose_variant(const PulledPlaylist& playlist, uint64_t bandwidth_max_bps);
// The rendition of sound that goes with it, when it has a playlist of its own.
const PulledAudio* choose_audio(const PulledPlaylist& playlist, const PulledVariant& variant);

// "2026-11-21T20:15:30.123+09:00". [RFC 8216 4.3.2.6] nullopt when it is no such date.
std::optional<base::WallTime> parse_date(std::string_view text);

}  // namespace eyas::hls

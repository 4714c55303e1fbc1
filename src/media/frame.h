// Frame and Track: the words that every room shares.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/slice.h"
#include "base/time.h"
#include "media/codec.h"

namespace eyas::media {

// A point on a stream's own timeline, nanoseconds; starts near zero, never goes back after the normaliser.
struct MediaClockTag {
  using rep = int64_t;
  using period = std::nano;
  using duration = base::Duration;
  using time_point = std::chrono::time_point<MediaClockTag, base::Duration>;
  static constexpr bool is_steady = true;
};
using MediaTime = MediaClockTag::time_point;

constexpr MediaTime media_time_from_ms(int64_t ms) {
  return MediaTime(std::chrono::milliseconds(ms));
}
// Rounds down, also below zero.
constexpr int64_t media_time_to_ms(MediaTime t) {
  return std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch()).count();
}

using TrackId = uint32_t;

// One elementary medium of a stream. Immutable: a new configuration is a new Track with the same id.
struct Track {
  TrackId id = 0;
  CodecConfig config;
  std::string media_type;  // data tracks: "application/json; profile=telemetry", "application/klv"
  std::string label;       // for people; may be empty
  // Simulcast: 0 is the sender's best picture, higher numbers are smaller copies of it.
  uint8_t rendition = 0;
  // The track that a worker of ours made this one from, for those who cannot take that; 0 = the sender's own.
  TrackId derived_from = 0;

  TrackKind kind() const { return kind_of(config.codec); }
  bool derived() const { return derived_from != 0; }
};
using TrackPtr = std::shared_ptr<const Track>;
// The tracks of a stream, by id, at one moment.
using TrackSet = std::vector<TrackPtr>;

// The sender's own tracks in their best rendition: what most formats carry.
TrackSet programme_of(const TrackSet& tracks);
// The same, with what a worker of ours made in `codec` in place of the track that it was made of.
TrackSet programme_with(Codec codec, const TrackSet& tracks);

// One access unit of one track; immutable once published. Canonical payload:
//   H.264, H.265  NAL units with 4-byte lengths, parameter sets out of band in the track's record
//   AV1           OBUs, low-overhead format, without temporal delimiters
//   G.726         octet aligned, the first sample in the lowest bits [RFC 3551 4.5.4]
//   L16           samples of 16 bits, big-endian, channels interleaved
//   others        the codec's own packet; data tracks their own bytes
struct Frame {
  TrackPtr track;              // the configuration this frame is decoded with
  MediaTime pts;               // when it is shown
  MediaTime dts;               // when it is decoded; never decreasing per track after the normaliser
  base::Duration duration{0};  // 0 = unknown
  bool key = false;            // decoding can start here
  bool discontinuity = false;  // the timeline was mended before this frame
  base::MonoTime arrival;      // when its last byte came in
  std::optional<base::WallTime> capture;  // when it was taken, when the sender said so
  // Of a picture whose sender says how it is to be turned upright, coded as [3GPP TS 26.114 7.4.5] does.
  std::optional<uint8_t> orientation;
  base::Slice payload;
};
using FramePtr = std::shared_ptr<const Frame>;

}  // namespace eyas::media

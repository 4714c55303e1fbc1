// Puts together pictures that a publisher split over several tags of one timestamp.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "codec/codec.h"
#include "container/flv/demuxer.h"
#include "container/flv/quirks.h"

namespace eyas::flv {

// DEVIATION: DJI aircraft send one picture as several RTMP messages of the same timestamp: an SEI-only tag,
// then one tag per slice. Waiting for the next timestamp would cost every other publisher a picture's time,
// so a picture goes out at once until its track is caught splitting slices; from then on pictures wait for
// the next timestamp. One per H.264 or H.265 track. Lives with its Demuxer.
class PictureJoiner {
 public:
  PictureJoiner(Demuxer::Sink& sink, Quirks& quirks, size_t held_bytes_max)
      : sink_(sink), quirks_(quirks), held_bytes_max_(held_bytes_max) {}

  // One tag's canonical, non-empty payload. Errors: limit.
  base::Status add(media::Frame frame, const codec::FrameFacts& facts);
  // Emits the open picture. Parts without a picture stay held for the next one.
  void flush();

 private:
  bool continues_emitted(const media::Frame& frame, const codec::FrameFacts& facts) const;
  base::Status hold(base::Slice part);
  base::Slice take_held();
  void emit(media::Frame frame);

  Demuxer::Sink& sink_;
  Quirks& quirks_;
  size_t held_bytes_max_;
  bool joining_ = false;
  std::optional<media::Frame> open_;  // a picture whose slices are among `held_`
  std::vector<base::Slice> held_;
  size_t held_bytes_ = 0;
  std::optional<media::MediaTime> emitted_dts_;
};

}  // namespace eyas::flv

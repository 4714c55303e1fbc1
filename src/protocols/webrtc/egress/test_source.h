// For tests: a flight's frames. Each picture says its number, so that a viewer can tell what it misses.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "media/frame.h"
#include "protocols/webrtc/egress/sender.h"

namespace eyas::webrtc::test {

inline media::TrackPtr h264_track(media::TrackId id, uint8_t rendition = 0) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config =
      codec::describe(media::Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcZeroLatency)).value();
  track->rendition = rendition;
  return track;
}

inline media::TrackPtr opus_track(media::TrackId id) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config = codec::describe(media::Codec::kOpus, codec::opus_record(2, 48000)).value();
  return track;
}

constexpr size_t kNumberBytes = 8;

// One slice: NAL header, first_mb_in_slice 0 and slice_type (I 7 or P 5), the number by halves of bytes.
inline base::Slice picture(uint32_t number, bool key, size_t bytes, bool disposable = false) {
  std::vector<uint8_t> out(std::max<size_t>(bytes, 6 + kNumberBytes), 0x55);
  auto length = static_cast<uint32_t>(out.size() - 4);
  for (int i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(length >> (24 - 8 * i));
  out[4] = key ? 0x65 : disposable ? 0x01 : 0x41;
  out[5] = key ? 0x88 : 0x9a;
  for (size_t i = 0; i < kNumberBytes; ++i) out[6 + i] = 0x80 | ((number >> (28 - 4 * i)) & 0xf);
  return base::Slice(std::move(out));
}

inline std::optional<uint32_t> number_of(base::Bytes picture) {
  if (picture.size() < 6 + kNumberBytes) return std::nullopt;
  uint32_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) number = number << 4 | (picture[6 + i] & 0xf);
  return number;
}

// 20 ms of CELT, full band, stereo, one frame [RFC 6716 3.1].
inline base::Slice sound(size_t bytes = 160) {
  std::vector<uint8_t> out(bytes, 0x33);
  out[0] = 0xfc;
  return base::Slice(std::move(out));
}

inline media::FramePtr frame_of(media::TrackPtr track, media::MediaTime at, bool key, base::Slice payload,
                                base::MonoTime arrival) {
  auto frame = std::make_shared<media::Frame>();
  frame->track = std::move(track);
  frame->pts = frame->dts = at;
  frame->key = key;
  frame->arrival = arrival;
  frame->payload = std::move(payload);
  return frame;
}

// A viewer of track 1 alone, who has agreed to everything.
inline SenderOptions picture_only() {
  SendMedia video;
  video.track = 1;
  video.mid = "0";
  video.payload_type = 96;
  video.ssrc = 1;
  video.rtx_payload_type = 97;
  video.rtx_ssrc = 2;
  video.extensions = {1, 2, 3, 4, 5};
  SenderOptions options;
  options.video = video;
  return options;
}

}  // namespace eyas::webrtc::test

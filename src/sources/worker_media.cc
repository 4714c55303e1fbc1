#include "sources/worker_media.h"

#include "codec/codec.h"

namespace eyas::sources {

worker::TrackMessage message_of(const media::Track& track) {
  worker::TrackMessage message{.id = track.id, .codec = track.config.codec, .record = track.config.record};
  message.sample_rate = track.config.sample_rate;
  message.channels = track.config.channels;
  return message;
}

worker::FrameMessage message_of(const media::Frame& frame) {
  worker::FrameMessage message{.track = frame.track->id,
                               .key = frame.key,
                               .discontinuity = frame.discontinuity,
                               .pts = frame.pts.time_since_epoch(),
                               .dts = frame.dts.time_since_epoch(),
                               .duration = frame.duration};
  if (frame.capture) message.capture = *frame.capture;
  message.payload = frame.payload;
  return message;
}

base::Result<media::TrackPtr> track_of(worker::TrackMessage message) {
  auto track = std::make_shared<media::Track>();
  track->id = message.id;
  track->media_type = std::move(message.media_type);
  track->label = std::move(message.label);
  track->config.codec = message.codec;
  if (message.codec != media::Codec::kData) {
    auto config = codec::describe(message.codec, std::move(message.record));
    if (!config) return config.error();
    track->config = std::move(*config);
    // Some codecs say neither.
    if (track->config.sample_rate == 0) track->config.sample_rate = message.sample_rate;
    if (track->config.channels == 0) track->config.channels = message.channels;
  }
  return media::TrackPtr(std::move(track));
}

bool fits(const media::Track& track, const worker::FrameMessage& frame) {
  if (frame.track != track.id || frame.pts < frame.dts) return false;
  if (track.kind() == media::TrackKind::kData) return true;
  auto facts = codec::inspect(track.config, frame.payload);
  return facts && facts->picture && facts->key == frame.key;
}

media::Frame frame_of(worker::FrameMessage message, media::TrackPtr track, base::MonoTime now) {
  media::Frame frame;
  frame.track = std::move(track);
  frame.pts = media::MediaTime(message.pts);
  frame.dts = media::MediaTime(message.dts);
  frame.duration = message.duration;
  frame.key = message.key;
  frame.discontinuity = message.discontinuity;
  frame.arrival = now;
  if (message.capture != base::WallTime()) frame.capture = message.capture;
  frame.payload = std::move(message.payload);
  return frame;
}

}  // namespace eyas::sources

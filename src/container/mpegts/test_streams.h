// What the tests of this room send and collect.
#pragma once

#include <string>
#include <vector>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "container/mpegts/demuxer.h"
#include "container/mpegts/packager.h"

namespace eyas::mpegts {

struct Collector final : Demuxer::Sink {
  void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }

  std::vector<media::Frame> of(media::TrackKind kind) const {
    std::vector<media::Frame> found;
    for (const media::Frame& frame : frames) {
      if (frame.track->kind() == kind) found.push_back(frame);
    }
    return found;
  }

  std::vector<media::TrackPtr> tracks;
  std::vector<media::Frame> frames;
};

// A receiver with its sink.
struct Receiver {
  explicit Receiver(DemuxerOptions options = {}) : demuxer(seen, options) {}
  base::Status feed(base::Bytes bytes) { return demuxer.on_bytes(bytes, base::MonoTime(now)); }

  base::Duration now{0};
  Collector seen;
  Demuxer demuxer;
};

inline media::TrackPtr test_track(media::TrackId id, media::Codec codec, const std::string& record_hex = {}) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  auto config = codec::describe(codec, codec::fixtures::slice(record_hex));
  CHECK(config.ok());
  track->config = *config;
  return track;
}
inline media::TrackPtr h264_track() {
  return test_track(1, media::Codec::kH264, codec::fixtures::kAvcHigh);
}
inline media::TrackPtr h265_track() {
  return test_track(1, media::Codec::kH265, codec::fixtures::kHevcMain);
}
inline media::TrackPtr aac_track() {
  return test_track(2, media::Codec::kAac, "1190");  // AAC-LC, 48 kHz, two channels
}
inline media::TrackPtr opus_track() {
  auto track = std::make_shared<media::Track>();
  track->id = 2;
  track->config = *codec::describe(media::Codec::kOpus, codec::opus_record(2, 48'000));
  return track;
}
inline media::TrackPtr data_track(media::TrackId id, const std::string& media_type) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->media_type = media_type;
  return track;
}

inline media::FramePtr frame_of(const media::TrackPtr& track, int64_t ms, base::Slice payload,
                                bool key = true, int64_t pts_ms = -1) {
  auto frame = std::make_shared<media::Frame>();
  frame->track = track;
  frame->dts = media::media_time_from_ms(ms);
  frame->pts = media::media_time_from_ms(pts_ms < 0 ? ms : pts_ms);
  frame->key = key;
  frame->payload = std::move(payload);
  return frame;
}
inline media::FramePtr frame_of(const media::TrackPtr& track, int64_t ms, const std::string& hex,
                                bool key = true, int64_t pts_ms = -1) {
  return frame_of(track, ms, codec::fixtures::slice(hex), key, pts_ms);
}
// A picture of `bytes` bytes that counts in its payload, without start codes inside.
inline media::FramePtr picture(const media::TrackPtr& track, int64_t ms, uint8_t number, size_t bytes,
                               bool key = false) {
  std::vector<uint8_t> nal(bytes, static_cast<uint8_t>(number | 0x80));
  bool h265 = track->config.codec == media::Codec::kH265;
  const std::vector<uint8_t> head =
      h265 ? (key ? std::vector<uint8_t>{0x28, 0x01, 0xAF} : std::vector<uint8_t>{0x02, 0x01, 0xD0})
           : (key ? std::vector<uint8_t>{0x65, 0x88, 0x84} : std::vector<uint8_t>{0x41, 0x9A, 0x23});
  std::copy(head.begin(), head.end(), nal.begin());
  base::ByteWriter out;
  out.u32(static_cast<uint32_t>(nal.size()));
  out.bytes(nal);
  return frame_of(track, ms, base::Slice(out.take()), key);
}

// A feed of one reader who is there from the start.
struct Sender {
  explicit Sender(media::TrackSet tracks) { format.set_tracks(tracks, units); }
  void send(const media::FramePtr& frame) { format.package(frame, units); }
  std::vector<uint8_t> bytes() const {
    std::vector<uint8_t> all;
    for (const UnitPtr& unit : units)
      all.insert(all.end(), unit->packets.bytes().begin(), unit->packets.bytes().end());
    return all;
  }

  Format format;
  std::vector<UnitPtr> units;
};

// The packets of some bytes that are whole packets.
inline std::vector<Packet> packets_in(base::Bytes bytes) {
  std::vector<Packet> packets;
  for (size_t at = 0; at + kPacketBytes <= bytes.size(); at += kPacketBytes) {
    auto packet = read_packet(bytes.subspan(at, kPacketBytes));
    CHECK(packet.has_value());
    packets.push_back(*packet);
  }
  return packets;
}

}  // namespace eyas::mpegts

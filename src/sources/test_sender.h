// A sender of H.264 and AAC in real time, for tests of what workers make of a stream.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "codec/codec.h"
#include "hub/directory.h"
#include "io/loop.h"
#include "worker/program/encoder.h"

extern "C" {
#include <libavcodec/avcodec.h>
}

namespace eyas::sources {

inline constexpr media::TrackId kVideo = 1, kAudio = 2;
inline constexpr int kFrameRate = 25;
inline constexpr base::Duration kClickEvery = std::chrono::milliseconds(500);

// A click each half second, and a flash with every second of them. Lives on its loop.
class Sender {
 public:
  Sender(io::Loop& loop, hub::Directory& directory) : loop_(loop) {
    worker::VideoEncoder::Options options;
    options.width = 160, options.height = 90;
    options.time_base = {1, kFrameRate}, options.frame_rate = {kFrameRate, 1};
    options.bitrate_bps = 200'000, options.keyframe_pictures = kFrameRate;
    options.preset = "ultrafast", options.parameters = "threads=1";
    video_ = std::move(*worker::VideoEncoder::open(options));
    audio_ = std::move(*worker::AudioEncoder::open({"aac", 48'000, 2, 96'000}));
    directory.publish(*hub::StreamName::parse("live/alpha"),
                      {.protocol = "test", .session = "s1", .peer = "", .arguments = {}}, loop,
                      [this](base::Result<hub::Publisher> publisher) {
                        ASSERT_TRUE(publisher.ok());
                        publisher_ = std::move(*publisher);
                        begin();
                      });
  }

  void leave() { publisher_.detach(); }

 private:
  void begin() {
    publisher_.set_track(video_track_ = track(kVideo, media::Codec::kH264, video_->record()));
    publisher_.set_track(audio_track_ = track(kAudio, media::Codec::kAac, audio_->record()));
    started_ = loop_.clock().mono();
    send_due();
  }
  static media::TrackPtr track(media::TrackId id, media::Codec codec, const base::Slice& record) {
    auto made = std::make_shared<media::Track>();
    made->id = id;
    made->config = *codec::describe(codec, record);
    return made;
  }
  void send_due() {
    if (!publisher_) return;
    base::Duration now = loop_.clock().mono() - started_;
    for (; base::Duration(std::chrono::seconds(1)) * pictures_ / kFrameRate <= now; ++pictures_)
      send_picture();
    for (; base::Duration(samples_ * 1'000'000'000 / 48'000) <= now; samples_ += 1024) send_sound();
    next_ = loop_.after(std::chrono::milliseconds(5), [this] { send_due(); });
  }
  void send_picture() {
    AVFrame& frame = video_->frame();
    for (int y = 0; y < 90; ++y)
      std::fill_n(
          frame.data[0] + y * frame.linesize[0], 160,
          pictures_ % kFrameRate == 0 ? uint8_t{235} : static_cast<uint8_t>(20 + (pictures_ * 3 + y) % 100));
    for (int plane : {1, 2}) std::fill_n(frame.data[plane], frame.linesize[plane] * 45, uint8_t{128});
    ASSERT_TRUE(video_->encode(pictures_, [&](const worker::Packet& p) { publish(video_track_, p); }).ok());
  }
  void send_sound() {
    AVFrame& frame = audio_->frame();
    for (int i = 0; i < 1024; ++i) {
      base::Duration at((samples_ + i) * 1'000'000'000 / 48'000);
      double tone = 0.5 * std::sin(6.283185 * 1000 * base::to_seconds(at));
      float value = at % kClickEvery < std::chrono::milliseconds(20) ? static_cast<float>(tone) : 0;
      for (int channel : {0, 1}) reinterpret_cast<float*>(frame.extended_data[channel])[i] = value;
    }
    ASSERT_TRUE(audio_->encode(samples_, [&](const worker::Packet& p) { publish(audio_track_, p); }).ok());
  }
  void publish(const media::TrackPtr& track, const worker::Packet& packet) {
    media::Frame frame;
    frame.track = track;
    frame.pts = media::MediaTime(packet.pts), frame.dts = media::MediaTime(packet.dts);
    frame.key = packet.key;
    frame.arrival = loop_.clock().mono();
    frame.payload = packet.payload;
    publisher_.publish(std::move(frame));
  }

  io::Loop& loop_;
  std::unique_ptr<worker::VideoEncoder> video_;
  std::unique_ptr<worker::AudioEncoder> audio_;
  media::TrackPtr video_track_, audio_track_;
  hub::Publisher publisher_;
  base::MonoTime started_;
  int64_t pictures_ = 0, samples_ = 0;
  io::Timer next_;
};

}  // namespace eyas::sources

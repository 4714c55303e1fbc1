// JPEG tracks become video with the sender's track id and times; without anybody to make it they are left
// out.
#include "protocols/rtsp/jpeg_tracks.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "io/sim/sim_executor.h"
#include "protocols/rtsp/media_map.h"

namespace eyas::rtsp {
namespace {

// Tells a track with the first image, and gives a frame for each.
struct FakePictures final : hub::Pictures {
  struct Video final : hub::JpegVideo {
    Video(FakePictures& o, Sink& s) : owner(o), sink(s) {}
    bool feed(base::Slice jpeg, media::MediaTime at) override {
      if (!track) {
        auto made = std::make_shared<media::Track>();
        made->id = 77;
        made->config =
            *codec::describe(media::Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcHigh));
        track = made;
        sink.on_track(track);
      }
      media::Frame frame;
      frame.track = track;
      frame.pts = frame.dts = at;
      frame.payload = std::move(jpeg);
      sink.on_frame(std::move(frame));
      return true;
    }
    uint64_t left_out() const override { return 3; }
    FakePictures& owner;
    Sink& sink;
    media::TrackPtr track;
  };
  Lease watch(const hub::StreamName&, const hub::PictureVariant&, io::Executor&, OnPicture) override {
    return {};
  }
  base::Result<std::unique_ptr<hub::JpegVideo>> video_of_jpeg(std::string title, io::Executor&,
                                                              hub::JpegVideo::Sink& sink) override {
    titles.push_back(std::move(title));
    if (full) return base::Error{base::Code::kLimit, "too many workers", {}};
    return std::unique_ptr<hub::JpegVideo>(std::make_unique<Video>(*this, sink));
  }
  bool full = false;
  std::vector<std::string> titles;
};

struct Collector final : TrackReceiver::Sink {
  void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
  std::vector<media::TrackPtr> tracks;
  std::vector<media::Frame> frames;
};

class RtspJpegTracks : public testing::Test {
 protected:
  media::TrackPtr jpeg_track() {
    media::Track track;
    track.id = 2;
    track.media_type = kJpegType;
    return std::make_shared<const media::Track>(track);
  }
  void send(JpegTracks& tracks, const media::TrackPtr& track, int at_ms) {
    media::Frame frame;
    frame.track = track;
    frame.pts = frame.dts = media::media_time_from_ms(at_ms);
    frame.payload = base::Slice::copy_of(std::string_view("image"));
    tracks.on_frame(std::move(frame));
  }
  io::sim::SimWorld world{1};
  io::Executor& loop = world.add_loop();
  FakePictures pictures;
  Collector seen;
};

TEST_F(RtspJpegTracks, ImagesBecomeVideo) {
  JpegTracks tracks("live/door", loop, &pictures, seen);
  media::TrackPtr jpeg = jpeg_track();
  tracks.on_track(jpeg);
  EXPECT_TRUE(seen.tracks.empty()) << "the hub never sees the images' own track";
  send(tracks, jpeg, 40);
  send(tracks, jpeg, 80);
  EXPECT_EQ(pictures.titles, std::vector<std::string>{"live/door"});
  ASSERT_EQ(seen.tracks.size(), 1u);
  EXPECT_EQ(seen.tracks[0]->config.codec, media::Codec::kH264);
  EXPECT_EQ(seen.tracks[0]->id, 2u) << "the sender's own";
  ASSERT_EQ(seen.frames.size(), 2u);
  EXPECT_EQ(seen.frames[1].track, seen.tracks[0]);
  EXPECT_EQ(seen.frames[1].pts, media::media_time_from_ms(80));
  EXPECT_EQ(tracks.left_out(), 3u);
}

TEST_F(RtspJpegTracks, OthersPass) {
  JpegTracks tracks("live/door", loop, &pictures, seen);
  media::Track sound;
  sound.id = 1;
  sound.config = *codec::describe(media::Codec::kG711A, {});
  auto track = std::make_shared<const media::Track>(sound);
  tracks.on_track(track);
  send(tracks, track, 20);
  ASSERT_EQ(seen.tracks.size(), 1u);
  EXPECT_EQ(seen.tracks[0], track);
  EXPECT_EQ(seen.frames.size(), 1u);
  EXPECT_TRUE(pictures.titles.empty());
}

TEST_F(RtspJpegTracks, WithoutAWorkerImagesAreLeftOutAndCounted) {
  pictures.full = true;
  for (hub::Pictures* maker :
       {static_cast<hub::Pictures*>(&pictures), static_cast<hub::Pictures*>(nullptr)}) {
    JpegTracks tracks("live/door", loop, maker, seen);
    media::TrackPtr jpeg = jpeg_track();
    tracks.on_track(jpeg);
    send(tracks, jpeg, 40);
    EXPECT_EQ(tracks.left_out(), 1u);
  }
  EXPECT_TRUE(seen.tracks.empty());
  EXPECT_TRUE(seen.frames.empty());
}

}  // namespace
}  // namespace eyas::rtsp

#include "protocols/hls/playlist.h"

#include <gtest/gtest.h>

namespace eyas::hls {
namespace {

using std::chrono::milliseconds;

SegmentPtr segment(uint64_t msn, uint64_t generation, bool discontinuity, bool complete, size_t parts) {
  Segment made;
  made.msn = msn, made.generation = generation, made.discontinuity = discontinuity, made.complete = complete;
  made.start = base::WallTime(milliseconds(1'700'000'000'123 + 1000 * static_cast<int64_t>(msn)));
  for (size_t i = 0; i < parts; ++i) {
    made.parts.push_back({base::Slice::copy_of(std::string(25'000, 'x')), milliseconds(500), i == 0});
    made.duration += milliseconds(500);
  }
  return std::make_shared<const Segment>(made);
}

RenditionView video_view() {
  RenditionView view;
  view.name = "video";
  view.config.codec = media::Codec::kH264;
  view.config.rfc6381 = "avc1.640028";
  view.config.width = 1920, view.config.height = 1080;
  view.frame_rate = 30000.0 / 1001;
  view.part_target = milliseconds(540);
  view.target_duration = std::chrono::seconds(1);
  view.discontinuity_sequence = 2;
  view.segments = {segment(7, 1, false, true, 2), segment(8, 2, true, true, 2),
                   segment(9, 2, false, false, 1)};
  return view;
}

RenditionView audio_view() {
  RenditionView view = video_view();
  view.name = "audio";
  view.config = {};
  view.config.codec = media::Codec::kAac;
  view.config.rfc6381 = "mp4a.40.2";
  view.config.channels = 2;
  return view;
}

TEST(MediaPlaylist, Golden) {
  const RenditionView video = video_view();
  const RenditionView audio = audio_view();
  const RenditionView* both[] = {&video, &audio};
  EXPECT_EQ(media_playlist(video, both, false),
            "#EXTM3U\n"
            "#EXT-X-VERSION:9\n"
            "#EXT-X-TARGETDURATION:1\n"
            "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.620,CAN-SKIP-UNTIL=6.0\n"
            "#EXT-X-PART-INF:PART-TARGET=0.540\n"
            "#EXT-X-MEDIA-SEQUENCE:7\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:2\n"
            "#EXT-X-MAP:URI=\"video_1_init.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:27.123Z\n"
            "#EXT-X-PART:DURATION=0.50000,URI=\"video_7_0.m4s\",INDEPENDENT=YES\n"
            "#EXT-X-PART:DURATION=0.50000,URI=\"video_7_1.m4s\"\n"
            "#EXTINF:1.00000,\n"
            "video_7.m4s\n"
            "#EXT-X-DISCONTINUITY\n"
            "#EXT-X-MAP:URI=\"video_2_init.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:28.123Z\n"
            "#EXT-X-PART:DURATION=0.50000,URI=\"video_8_0.m4s\",INDEPENDENT=YES\n"
            "#EXT-X-PART:DURATION=0.50000,URI=\"video_8_1.m4s\"\n"
            "#EXTINF:1.00000,\n"
            "video_8.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2023-11-14T22:13:29.123Z\n"
            "#EXT-X-PART:DURATION=0.50000,URI=\"video_9_0.m4s\",INDEPENDENT=YES\n"
            "#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"video_9_1.m4s\"\n"
            "#EXT-X-RENDITION-REPORT:URI=\"audio.m3u8\",LAST-MSN=9,LAST-PART=0\n");
}

TEST(MediaPlaylist, DeltaLeavesOutWhatIsBeforeTheSkipBoundary) {
  RenditionView view = video_view();
  view.segments.clear();
  for (uint64_t msn = 0; msn < 20; ++msn) view.segments.push_back(segment(msn, 1, false, true, 2));
  const std::string delta = media_playlist(view, {}, true);
  EXPECT_NE(delta.find("#EXT-X-SKIP:SKIPPED-SEGMENTS=14\n"), std::string::npos) << delta;
  EXPECT_EQ(delta.find("video_13.m4s"), std::string::npos);
  EXPECT_NE(delta.find("video_14.m4s"), std::string::npos);
  EXPECT_EQ(delta.find("EXT-X-MAP"), std::string::npos) << "the map of what was skipped still holds";
  EXPECT_EQ(delta.find("video_16_0.m4s"), std::string::npos) << "parts are listed for three target durations";
  EXPECT_NE(delta.find("video_17_0.m4s"), std::string::npos);
  EXPECT_EQ(media_playlist(video_view(), {}, true), media_playlist(video_view(), {}, false));
}

TEST(MultivariantPlaylist, Golden) {
  const RenditionView video = video_view();
  const RenditionView audio = audio_view();
  const RenditionView* both[] = {&video, &audio};
  EXPECT_EQ(
      multivariant_playlist(both, "hls/"),
      "#EXTM3U\n"
      "#EXT-X-VERSION:9\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\","
      "URI=\"hls/audio.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=800000,AVERAGE-BANDWIDTH=800000,CODECS=\"avc1.640028,mp4a.40.2\","
      "RESOLUTION=1920x1080,FRAME-RATE=29.970,AUDIO=\"audio\"\n"
      "hls/video.m3u8\n");
  const RenditionView* alone[] = {&audio};
  EXPECT_EQ(multivariant_playlist(alone, "hls/"),
            "#EXTM3U\n#EXT-X-VERSION:9\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=400000,AVERAGE-BANDWIDTH=400000,CODECS=\"mp4a.40.2\"\n"
            "hls/audio.m3u8\n");
}

}  // namespace
}  // namespace eyas::hls

#include "protocols/webrtc/egress/packet_format.h"

#include <gtest/gtest.h>

#include "hub/feed.h"
#include "protocols/webrtc/egress/test_source.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using media::Codec;
using test::frame_of;
using test::h264_track;
using test::opus_track;
using test::picture;

static_assert(hub::FeedFormat<PacketFormat>);
static_assert(hub::FeedFormat<PacketFormatWithSei>);

constexpr base::MonoTime kStart{1h};

media::MediaTime at(int64_t ms) {
  return media::media_time_from_ms(ms);
}

template <typename Format = PacketFormat>
struct Fixture {
  explicit Fixture(media::TrackSet tracks) { format.set_tracks(Format::select(tracks), units); }
  void add(media::FramePtr frame) { format.package(frame, units); }

  Format format;
  std::vector<PacketUnitPtr> units;
};

media::FramePtr coded(const media::TrackPtr& track, const std::string& hex, int64_t pts_ms, int64_t dts_ms,
                      bool key = false) {
  auto frame = std::make_shared<media::Frame>();
  frame->track = track;
  frame->pts = at(pts_ms);
  frame->dts = at(dts_ms);
  frame->key = key;
  frame->arrival = kStart + std::chrono::milliseconds(dts_ms);
  frame->payload = codec::fixtures::slice(hex);
  return frame;
}

TEST(PacketFormat, AFrameBecomesOneUnitOfPacketsThatFitTheLeastMtu) {
  auto track = h264_track(1);
  Fixture fixture({track});
  fixture.add(frame_of(track, at(1000), true, picture(0, true, 10'000), kStart));
  ASSERT_EQ(fixture.units.size(), 1u);
  const PacketUnit& unit = *fixture.units[0];
  EXPECT_TRUE(unit.key);
  EXPECT_EQ(unit.rtp_timestamp, 90'000u);
  size_t bytes = 0;
  for (const rtp::PayloadPacket& packet : unit.packets) {
    EXPECT_LE(packet.size, kPayloadBytesMax);
    EXPECT_LE(packet.offset + packet.size, unit.payload.size());
    EXPECT_EQ(packet.marker, &packet == &unit.packets.back());
    bytes += packet.size;
  }
  EXPECT_EQ(bytes, unit.payload.size());
  // Parameter sets go before the keyframe: more than the frame alone needs.
  EXPECT_GT(bytes, 10'000u);
}

TEST(PacketFormat, NumbersCountEachTracksUnits) {
  auto video = h264_track(1);
  auto audio = opus_track(2);
  Fixture fixture({video, audio});
  fixture.add(frame_of(video, at(0), true, picture(0, true, 100), kStart));
  fixture.add(frame_of(audio, at(0), true, test::sound(), kStart));
  fixture.add(frame_of(video, at(33), false, picture(1, false, 100), kStart + 33ms));
  ASSERT_EQ(fixture.units.size(), 3u);
  EXPECT_EQ(fixture.units[2]->number, fixture.units[0]->number + 1);
}

TEST(PacketFormat, ATrackThatComesBackGoesOnCounting) {
  auto video = h264_track(1);
  Fixture fixture({video});
  fixture.add(frame_of(video, at(0), true, picture(0, true, 100), kStart));
  fixture.format.set_tracks({}, fixture.units);
  fixture.format.set_tracks({video}, fixture.units);
  fixture.add(frame_of(video, at(33), true, picture(1, true, 100), kStart + 33ms));
  ASSERT_EQ(fixture.units.size(), 2u);
  EXPECT_GT(fixture.units[1]->number, fixture.units[0]->number);
}

TEST(PacketFormat, CarriesWhatBrowsersTakeAndNothingElse) {
  auto aac = std::make_shared<media::Track>();
  aac->id = 3;
  aac->config.codec = Codec::kAac;
  auto data = std::make_shared<media::Track>();
  data->id = 4;
  auto all = media::TrackSet{h264_track(1), h264_track(2, 1), opus_track(5), aac, data};
  auto carried = PacketFormat::select(all);
  ASSERT_EQ(carried.size(), 3u);
  EXPECT_EQ(carried[1]->rendition, 1);  // every rendition
}

// DEVIATION: DJI; see PacketFormat.
TEST(PacketFormat, SeiGoesUnlessItIsKept) {
  auto track = h264_track(1);
  std::string sei = "00000006 0605020102 80";
  auto frame = coded(track, sei + codec::fixtures::kPHigh, 0, 0);
  Fixture<PacketFormat> bare({track});
  bare.add(frame);
  Fixture<PacketFormatWithSei> kept({track});
  kept.add(frame);
  ASSERT_EQ(bare.units.size(), 1u);
  ASSERT_EQ(kept.units.size(), 1u);
  EXPECT_EQ(bare.units[0]->payload.size(), 12u);
  EXPECT_GT(kept.units[0]->payload.size(), 12u + 6u);
}

TEST(PacketFormat, DisposablePicturesThatAreShownLateAreLeftOut) {
  auto track = h264_track(1);
  Fixture fixture({track});
  fixture.add(coded(track, codec::fixtures::kIdrHigh, 0, 0, true));
  fixture.add(coded(track, codec::fixtures::kPHigh, 120, 40));
  fixture.add(coded(track, codec::fixtures::kBHigh, 40, 80));
  fixture.add(coded(track, codec::fixtures::kBHigh, 80, 120));
  fixture.add(coded(track, codec::fixtures::kPHigh, 160, 160));
  ASSERT_EQ(fixture.units.size(), 3u);
  EXPECT_EQ(fixture.units[2]->pts, at(160));
  EXPECT_EQ(fixture.units[2]->number, fixture.units[0]->number + 2);  // nothing that is needed is missing
}

TEST(PacketFormat, PicturesThatOthersNeedStayEvenWhenTheyAreShownLate) {
  auto track = h264_track(1);
  Fixture fixture({track});
  fixture.add(coded(track, codec::fixtures::kIdrHigh, 0, 0, true));
  fixture.add(coded(track, codec::fixtures::kPHigh, 120, 40));
  fixture.add(coded(track, codec::fixtures::kBReferencedHigh, 80, 80));
  EXPECT_EQ(fixture.units.size(), 3u);
}

TEST(PacketFormat, RoundedAudioTimesAreLaidEndToEnd) {
  auto track = opus_track(2);
  Fixture fixture({track});
  int64_t pts_ms = 0;
  for (int i = 0; i < 50; ++i) {
    fixture.add(frame_of(track, at(pts_ms + i % 3), true, test::sound(), kStart));
    pts_ms += 20;
  }
  for (size_t i = 1; i < fixture.units.size(); ++i) {
    EXPECT_EQ(fixture.units[i]->rtp_timestamp - fixture.units[i - 1]->rtp_timestamp, 960u);
  }
  // A true gap stays one.
  fixture.add(frame_of(track, at(pts_ms + 200), true, test::sound(), kStart));
  EXPECT_EQ(fixture.units.back()->rtp_timestamp, (static_cast<uint32_t>(pts_ms) + 200) * 48);
}

TEST(PacketFormat, TheFastestFrameTellsWhenMediaTimeBegan) {
  auto video = h264_track(1);
  auto audio = opus_track(2);
  Fixture fixture({video, audio});
  fixture.add(frame_of(video, at(0), true, picture(0, true, 100), kStart + 90ms));
  fixture.add(frame_of(audio, at(100), true, test::sound(), kStart + 130ms));
  fixture.add(frame_of(video, at(133), false, picture(1, false, 100), kStart + 300ms));
  EXPECT_EQ(fixture.units[0]->origin, kStart + 90ms);
  EXPECT_EQ(fixture.units[1]->origin, kStart + 30ms);
  EXPECT_LT(fixture.units[2]->origin - (kStart + 30ms), 1ms);  // a late one changes next to nothing
  EXPECT_FALSE(fixture.units[2]->capture_origin);
}

TEST(PacketFormat, CaptureTimesOfThePublisherAreKept) {
  auto video = h264_track(1);
  Fixture fixture({video});
  base::WallTime captured(std::chrono::seconds(1'700'000'000));
  auto frame = std::make_shared<media::Frame>(*frame_of(video, at(500), true, picture(0, true, 100), kStart));
  frame->capture = captured + 500ms;
  fixture.add(frame);
  EXPECT_EQ(fixture.units[0]->capture_origin, captured);
  fixture.add(frame_of(video, at(533), false, picture(1, false, 100), kStart + 33ms));
  EXPECT_FALSE(fixture.units[1]->capture_origin);
}

TEST(PacketFormat, TheTracksRateIsMeasured) {
  auto video = h264_track(1);
  Fixture fixture({video});
  for (int i = 0; i < 100; ++i) {
    bool key = i % 25 == 0;
    fixture.add(frame_of(video, at(40 * i), key, picture(static_cast<uint32_t>(i), key, 5000), kStart));
  }
  EXPECT_NEAR(fixture.units.back()->track_bps, 1'000'000, 60'000);
}

}  // namespace
}  // namespace eyas::webrtc

#include "protocols/rtsp/media_map.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::rtsp {
namespace {

namespace fixtures = codec::fixtures;
using media::Codec;

media::TrackPtr track(media::TrackId id, Codec codec, base::Slice record) {
  auto made = std::make_shared<media::Track>();
  made->id = id;
  made->config = *codec::describe(codec, std::move(record));
  return made;
}

media::TrackSet tracks() {
  return {track(1, Codec::kH264, fixtures::slice(fixtures::kAvcHigh)),
          track(2, Codec::kH265, fixtures::slice(fixtures::kHevcMain)),
          track(3, Codec::kAac, codec::aac_record(2, 48000, 2)),
          track(4, Codec::kOpus, codec::opus_record(2, 48000)), track(5, Codec::kG711A, {})};
}

std::vector<SentTrack> sent(const media::TrackSet& tracks) {
  std::vector<SentTrack> out;
  for (const media::TrackPtr& track : tracks) out.push_back({track, payload_type_of(*track, out.size())});
  return out;
}

TEST(MediaMap, WhatWeDescribeIsWhatWeRead) {
  auto description = sdp::parse(description_of(sent(tracks()), "live/alpha", "127.0.0.1", 7).text());
  ASSERT_TRUE(description);
  EXPECT_EQ(description->origin.session_version, "7");
  auto received = received_media(*description);
  ASSERT_EQ(received.size(), 5u);
  for (size_t i = 0; i < received.size(); ++i) {
    EXPECT_EQ(received[i].depacketizer.codec, tracks()[i]->config.codec);
    EXPECT_EQ(track_of_control(received[i].control), tracks()[i]->id);
    EXPECT_TRUE(rtp::make_depacketizer(received[i].depacketizer)) << i;
  }
  EXPECT_EQ(received[0].payload_type, 96);
  EXPECT_EQ(received[2].depacketizer.clock_rate, 48000u);
  EXPECT_EQ(received[2].depacketizer.fmtp.at("config"), "1190");
  EXPECT_EQ(received[4].payload_type, 8);
}

TEST(MediaMap, H264CarriesItsParameterSets) {
  auto description = description_of(sent({tracks()[0]}), "live/alpha", "::1", 1);
  EXPECT_EQ(description.connection, "IN IP6 ::1");
  auto received = received_media(description);
  EXPECT_EQ(received[0].depacketizer.fmtp.at("profile-level-id"), "64000d");
  EXPECT_EQ(received[0].depacketizer.fmtp.at("sprop-parameter-sets"),
            "Z2QADazZQUGfnwEQAAADABAAAAMDwPFCmWA=,aOvjyyLA");
}

TEST(MediaMap, ReadsFurtherAudio) {
  auto description = sdp::parse(
      "v=0\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 mp4a-latm/48000/2\r\n"
      "a=fmtp:97 cpresent=0;config=400023203fc0\r\n"
      "m=audio 0 RTP/AVP 14\r\nm=audio 0 RTP/AVP 98\r\na=rtpmap:98 AC3/48000/6\r\n");
  auto received = received_media(*description);
  ASSERT_EQ(received.size(), 3u);
  EXPECT_EQ(received[0].depacketizer.codec, Codec::kAac);
  EXPECT_EQ(received[0].depacketizer.encoding, "MP4A-LATM");
  EXPECT_EQ(received[1].depacketizer.codec, Codec::kMp3);
  EXPECT_EQ(received[1].depacketizer.clock_rate, 90000u);
  EXPECT_EQ(received[2].depacketizer.codec, Codec::kAc3);
  for (const ReceivedMedia& media : received) EXPECT_TRUE(rtp::make_depacketizer(media.depacketizer));
  EXPECT_EQ(payload_type_of(*track(1, Codec::kMp3, {}), 3), 14);
  EXPECT_FALSE(sendable(*track(1, Codec::kAc3, {})));  // its rate is its clock, and not known yet
}

TEST(MediaMap, ReadsOldCameras) {
  auto description = sdp::parse(
      "v=0\r\nm=video 0 RTP/AVP 26\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 G726-24/8000\r\n"
      "m=audio 0 RTP/AVP 98\r\na=rtpmap:98 aal2-g726-32/8000\r\nm=audio 0 RTP/AVP 2\r\n"
      "m=audio 0 RTP/AVP 10\r\nm=audio 0 RTP/AVP 99\r\na=rtpmap:99 L16/16000\r\n");
  auto received = received_media(*description);
  ASSERT_EQ(received.size(), 6u);
  EXPECT_EQ(received[0].media_type, kJpegType);
  EXPECT_EQ(received[0].depacketizer.encoding, "JPEG");
  EXPECT_EQ(received[1].depacketizer.encoding, "G726-24");
  EXPECT_EQ(received[2].depacketizer.encoding, "AAL2-G726-32");
  EXPECT_EQ(received[3].depacketizer.encoding, "G726-32") << "by its static payload type";
  EXPECT_EQ(received[4].depacketizer.clock_rate, 44100u);
  EXPECT_EQ(received[4].depacketizer.channels, 2);
  EXPECT_EQ(received[5].depacketizer.codec, Codec::kL16);
  for (const ReceivedMedia& media : received) EXPECT_TRUE(rtp::make_depacketizer(media.depacketizer));
}

TEST(MediaMap, SamplesAreDescribedByTheirRates) {
  media::Track sound;
  sound.id = 6;
  sound.config = *codec::describe(Codec::kL16, {});
  sound.config.sample_rate = 44100, sound.config.channels = 2;
  media::TrackSet tracks = {track(5, Codec::kG726, base::Slice(std::vector<uint8_t>{5})),
                            std::make_shared<const media::Track>(sound)};
  auto description = description_of(sent(tracks), "live/alpha", "127.0.0.1", 1);
  EXPECT_EQ(description.media[0].attributes.first("rtpmap"), "96 G726-40/8000");
  EXPECT_EQ(description.media[1].attributes.first("rtpmap"), "97 L16/44100/2");
  media::Track images;
  images.media_type = kJpegType;
  EXPECT_FALSE(sendable(images));
}

TEST(MediaMap, ReadsCamerasAndLeavesOutWhatItDoesNotKnow) {
  auto description = sdp::parse(
      "v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=rtcp-fb:96 nack pli\r\na=control:track1\r\n"
      "m=audio 0 RTP/AVP 0\r\nm=audio 0 RTP/AVP 97\r\na=rtpmap:97 SPEEX/16000\r\n"
      "m=application 0 RTP/AVP 107\r\na=rtpmap:107 vnd.onvif.metadata/90000\r\na=control:rtsp://c/meta\r\n");
  auto received = received_media(*description);
  ASSERT_EQ(received.size(), 3u);
  EXPECT_TRUE(received[0].pli);
  EXPECT_FALSE(received[0].fir);
  EXPECT_EQ(received[1].depacketizer.codec, Codec::kG711U);
  EXPECT_EQ(received[1].control, "");
  EXPECT_EQ(received[2].section, 3u);
  EXPECT_EQ(received[2].media_type, kOnvifMetadataType);
  EXPECT_EQ(received[2].kind(), media::TrackKind::kData);
}

TEST(MediaMap, ControlsAreResolvedAsCamerasMeanThem) {
  EXPECT_EQ(control_url("rtsp://c/live", "track1"), "rtsp://c/live/track1");
  EXPECT_EQ(control_url("rtsp://c/live/", "track1"), "rtsp://c/live/track1");
  EXPECT_EQ(control_url("rtsp://c/live?a=1", "trackID=2"), "rtsp://c/live?a=1/trackID=2");
  EXPECT_EQ(control_url("rtsp://c/live", "rtsp://c/x/track1"), "rtsp://c/x/track1");
  EXPECT_EQ(control_url("rtsp://c/live", "*"), "rtsp://c/live");
  EXPECT_EQ(control_url("rtsp://c/live", ""), "rtsp://c/live");
}

TEST(MediaMap, ControlsNameTracks) {
  EXPECT_EQ(track_of_control(control_of(12)), 12u);
  EXPECT_EQ(track_of_control("trackID="), std::nullopt);
  EXPECT_EQ(track_of_control("trackID=1x"), std::nullopt);
  EXPECT_EQ(track_of_control("12"), std::nullopt);
}

TEST(MediaMap, TracksWithoutAPayloadFormatAreNotSent) {
  auto flac = std::make_shared<media::Track>();
  flac->id = 2;
  flac->config.codec = Codec::kFlac;
  media::TrackSet all = {track(1, Codec::kG711U, {}), flac};
  auto json = std::make_shared<media::Track>();
  json->id = 3;
  json->media_type = "application/json";
  all.push_back(json);
  auto sent = sendable_of(all);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(payload_type_of(*sent[0], 0), 0);
}

}  // namespace
}  // namespace eyas::rtsp

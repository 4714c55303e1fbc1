#include "protocols/dash/manifest.h"

#include <gtest/gtest.h>

namespace eyas::dash {
namespace {

using cmaf::Epoch;
using cmaf::Moment;
using cmaf::RenditionView;
using cmaf::Segment;
using std::chrono::milliseconds;

std::shared_ptr<const Segment> segment(uint64_t generation, uint64_t slot, bool complete = true) {
  Segment made;
  made.generation = generation;
  made.complete = complete;
  made.duration = milliseconds(2002);
  made.parts.push_back({base::Slice::copy_of(std::string(250'250, 'x')), milliseconds(2002), true, slot});
  return std::make_shared<const Segment>(made);
}

Moment moment() {
  RenditionView video;
  video.name = "video";
  video.config.codec = media::Codec::kH264;
  video.config.rfc6381 = "avc1.640028";
  video.config.width = 1920, video.config.height = 1080;
  video.config.frame_rate = {30000, 1001};
  video.part_target = milliseconds(216);
  video.segments = {segment(7, 100), segment(7, 101)};
  video.inits[7] = {base::Slice::copy_of("init"), video.config};
  RenditionView audio = video;
  audio.name = "audio";
  audio.config = {};
  audio.config.codec = media::Codec::kAac;
  audio.config.rfc6381 = "mp4a.40.2";
  audio.config.sample_rate = 48000, audio.config.channels = 2;
  audio.inits[7].config = audio.config;
  Moment made;
  made.views = {video, audio};
  made.slot_length = milliseconds(2002);
  made.epochs = {{100, media::media_time_from_ms(500), 0}};
  made.timeline_start = base::WallTime(milliseconds(1'700'000'000'123));
  made.capture_offset = milliseconds(100);
  return made;
}

constexpr base::WallTime kNow{std::chrono::seconds(1'700'000'005)};

TEST(Manifest, TellsOfDataBesideThePictures) {
  Moment with_data = moment();
  with_data.event_streams = {{"urn:misb:KLV:bin:1910.1", "3"}};
  const std::string text = manifest(with_data, {}, kNow);
  const std::string line =
      "      <InbandEventStream schemeIdUri=\"urn:misb:KLV:bin:1910.1\" value=\"3\" timescale=\"10000000\""
      " presentationTimeOffset=\"5000000\"/>\n";
  const size_t at = text.find(line);
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_LT(at, text.find("<ProducerReferenceTime")) << "the schema has an order";
  EXPECT_EQ(text.find("InbandEventStream", at + line.size()), std::string::npos)
      << "with the first track alone";
}

TEST(Manifest, Golden) {
  EXPECT_EQ(
      manifest(moment(), {}, kNow),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011,"
      "urn:mpeg:dash:profile:cmaf:2019,http://www.dashif.org/guidelines/low-latency-live-v5\" "
      "type=\"dynamic\""
      " availabilityStartTime=\"2023-11-14T22:13:20.123Z\" publishTime=\"2023-11-14T22:13:25.000Z\""
      " minimumUpdatePeriod=\"PT2.0000000S\" timeShiftBufferDepth=\"PT4.0040000S\""
      " maxSegmentDuration=\"PT2.2180000S\" minBufferTime=\"PT0.2160000S\""
      " suggestedPresentationDelay=\"PT2.0000000S\">\n"
      "  <ServiceDescription id=\"1\">\n"
      "    <Scope schemeIdUri=\"urn:dvb:dash:lowlatency:scope:2019\"/>\n"
      "    <Latency referenceId=\"1\" target=\"2000\" min=\"1000\" max=\"4000\"/>\n"
      "    <PlaybackRate min=\"0.95\" max=\"1.05\"/>\n"
      "  </ServiceDescription>\n"
      "  <Period id=\"100\" start=\"PT0.5000000S\">\n"
      "    <AdaptationSet id=\"1\" contentType=\"video\" mimeType=\"video/mp4\" segmentAlignment=\"true\""
      " maxWidth=\"1920\" maxHeight=\"1080\">\n"
      "      <ProducerReferenceTime id=\"1\" inband=\"true\" type=\"captured\""
      " wallClockTime=\"2023-11-14T22:13:20.523Z\" presentationTime=\"5000000\">\n"
      "        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"dash/time\"/>\n"
      "      </ProducerReferenceTime>\n"
      "      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n"
      "      <SegmentTemplate timescale=\"10000000\" duration=\"20020000\" startNumber=\"100\""
      " presentationTimeOffset=\"5000000\" availabilityTimeOffset=\"1.786\""
      " availabilityTimeComplete=\"false\" initialization=\"dash/$RepresentationID$_7_init.mp4\""
      " media=\"dash/$RepresentationID$_$Number$.m4s\"/>\n"
      "      <Representation id=\"video\" codecs=\"avc1.640028\" bandwidth=\"1000000\" width=\"1920\""
      " height=\"1080\" sar=\"1:1\" frameRate=\"30000/1001\"/>\n"
      "    </AdaptationSet>\n"
      "    <AdaptationSet id=\"2\" contentType=\"audio\" mimeType=\"audio/mp4\" segmentAlignment=\"true\">\n"
      "      <ProducerReferenceTime id=\"2\" inband=\"true\" type=\"captured\""
      " wallClockTime=\"2023-11-14T22:13:20.523Z\" presentationTime=\"5000000\">\n"
      "        <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"dash/time\"/>\n"
      "      </ProducerReferenceTime>\n"
      "      <Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"main\"/>\n"
      "      <SegmentTemplate timescale=\"10000000\" duration=\"20020000\" startNumber=\"100\""
      " presentationTimeOffset=\"5000000\" availabilityTimeOffset=\"1.786\""
      " availabilityTimeComplete=\"false\" initialization=\"dash/$RepresentationID$_7_init.mp4\""
      " media=\"dash/$RepresentationID$_$Number$.m4s\"/>\n"
      "      <Representation id=\"audio\" codecs=\"mp4a.40.2\" bandwidth=\"1000000\""
      " audioSamplingRate=\"48000\">\n"
      "        <AudioChannelConfiguration schemeIdUri=\"urn:mpeg:mpegB:cicp:ChannelConfiguration\""
      " value=\"2\"/>\n"
      "      </Representation>\n"
      "    </AdaptationSet>\n"
      "  </Period>\n"
      "  <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:http-xsdate:2014\" value=\"dash/time\"/>\n"
      "  <UTCTiming schemeIdUri=\"urn:mpeg:dash:utc:direct:2014\" value=\"2023-11-14T22:13:25.000Z\"/>\n"
      "</MPD>\n");
}

TEST(Manifest, EachEpochIsAPeriodWithItsOwnConfiguration) {
  Moment two = moment();
  two.views.resize(1);
  RenditionView& video = two.views[0];
  video.segments.push_back(segment(8, 102));
  video.inits[8] = video.inits[7];
  video.inits[8].config.rfc6381 = "hvc1.1.6.L120.90";
  video.config = video.inits[8].config;
  two.epochs[0].end = 102;
  two.epochs.push_back({102, media::media_time_from_ms(4600), 0});
  const std::string text = manifest(two, {}, kNow);
  const size_t second = text.find("<Period id=\"102\" start=\"PT4.6000000S\">");
  ASSERT_NE(second, std::string::npos) << text;
  EXPECT_LT(text.find("codecs=\"avc1.640028\""), second);
  EXPECT_GT(text.find("codecs=\"hvc1.1.6.L120.90\""), second);
  EXPECT_NE(text.find("startNumber=\"102\" presentationTimeOffset=\"46000000\""), std::string::npos) << text;
  EXPECT_GT(text.find("_8_init.mp4"), second);
  // An epoch whose parts are gone is no period any more.
  two.epochs[0].end = 100;
  EXPECT_EQ(manifest(two, {}, kNow).find("<Period id=\"100\""), std::string::npos);
}

TEST(Manifest, WaitsForAWholeSegmentOfEveryTrack) {
  Moment early = moment();
  EXPECT_TRUE(can_describe(early));
  early.slot_length = {};
  EXPECT_FALSE(can_describe(early));
  early = moment();
  early.views[1].segments = {segment(7, 100, false)};
  EXPECT_FALSE(can_describe(early));
}

TEST(Manifest, AMeasuredFrameRateIsSaidAsAFraction) {
  Moment measured = moment();
  for (cmaf::RenditionView& view : measured.views) view.inits[7].config.frame_rate = {};
  measured.views[0].frame_rate = 60000.0 / 1001;
  EXPECT_NE(manifest(measured, {}, kNow).find("frameRate=\"60000/1001\""), std::string::npos);
  measured.views[0].frame_rate = 25.0;
  EXPECT_NE(manifest(measured, {}, kNow).find("frameRate=\"25\""), std::string::npos);
  measured.views[0].frame_rate = 0;
  EXPECT_EQ(manifest(measured, {}, kNow).find("frameRate"), std::string::npos);
}

}  // namespace
}  // namespace eyas::dash

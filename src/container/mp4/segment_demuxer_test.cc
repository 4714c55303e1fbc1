#include "container/mp4/segment_demuxer.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "container/mp4/fragment.h"
#include "container/mp4/init_segment.h"

namespace eyas::mp4 {
namespace {

// AVCDecoderConfigurationRecord: Constrained Baseline 3.0, 320 x 240, NAL unit lengths of 4 bytes.
const char* const kAvcRecord =
    "0142c01effe100186742c01ed90141fb011000000300100000030320f162e48001000568cb83cb20";

struct Collector final : SegmentDemuxer::Sink {
  void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
  std::vector<media::TrackPtr> tracks;
  std::vector<media::Frame> frames;
};

media::CodecConfig config(media::Codec codec, const char* record) {
  auto made = codec::describe(codec, base::Slice(base::from_hex(record)));
  EXPECT_TRUE(made.ok());
  return *made;
}

base::Slice init_of(std::initializer_list<const media::CodecConfig*> configs) {
  std::vector<InitTrack> tracks;
  for (const media::CodecConfig* each : configs)
    tracks.push_back({static_cast<uint32_t>(tracks.size() + 1), each});
  auto made = init_segment(tracks);
  EXPECT_TRUE(made.ok());
  return *made;
}

TEST(SegmentDemuxer, GivesBackWhatOurPackagerMade) {
  media::CodecConfig video = config(media::Codec::kH264, kAvcRecord);
  media::CodecConfig audio = config(media::Codec::kAac, "1190");  // AAC-LC, 48 kHz, stereo
  Collector seen;
  SegmentDemuxer demuxer(seen);
  ASSERT_TRUE(demuxer.on_init(init_of({&video, &audio}), 100).ok());
  ASSERT_EQ(seen.tracks.size(), 2u);
  EXPECT_EQ(seen.tracks[0]->id, 101u);
  EXPECT_TRUE(seen.tracks[0]->config.same_decoder(video));
  EXPECT_EQ(seen.tracks[0]->config.width, 320u);
  EXPECT_TRUE(seen.tracks[1]->config.same_decoder(audio));

  const std::vector<Sample> pictures = {{3000, 6000, true, base::Slice::copy_of("key")},
                                        {3000, -1500, false, base::Slice::copy_of("delta")}};
  const std::vector<Sample> sound = {{1024, 0, true, base::Slice::copy_of("a")},
                                     {1024, 0, true, base::Slice::copy_of("b")}};
  // 2026 in ticks since 1970: more than 64 bits of nanoseconds times ticks would hold.
  const uint64_t seconds = 1'795'000'000;
  const TrackRun runs[] = {{1, true, seconds * 90000, pictures}, {2, false, seconds * 48000, sound}};
  base::Slice segment = write_fragment(1, runs);
  base::MonoTime arrival{std::chrono::seconds(5)};
  ASSERT_TRUE(demuxer.on_segment(segment, arrival).ok());
  ASSERT_EQ(seen.frames.size(), 4u);
  const media::Frame& first = seen.frames[0];
  EXPECT_EQ(first.dts.time_since_epoch(), std::chrono::seconds(seconds));
  EXPECT_EQ((first.pts - first.dts).count(), 66'666'666);
  EXPECT_TRUE(first.key);
  EXPECT_EQ(first.arrival, arrival);
  EXPECT_EQ(base::as_text(first.payload), "key");
  // In decode order over both tracks: key, a, b (21.3 ms), delta (33.3 ms).
  EXPECT_EQ(base::as_text(seen.frames[2].payload), "b");
  EXPECT_EQ(base::as_text(seen.frames[3].payload), "delta");
  EXPECT_FALSE(seen.frames[3].key);
  EXPECT_LT(seen.frames[3].pts, seen.frames[3].dts);
}

TEST(SegmentDemuxer, EveryCodecOfOursComesBack) {
  const std::pair<media::Codec, const char*> cases[] = {
      {media::Codec::kAac, "1210"},
      {media::Codec::kOpus,
       "4f70757348656164"
       "01"
       "02"
       "3801"
       "80bb0000"
       "0000"
       "00"},
  };
  for (const auto& [codec, record] : cases) {
    media::CodecConfig made = config(codec, record);
    Collector seen;
    SegmentDemuxer demuxer(seen);
    ASSERT_TRUE(demuxer.on_init(init_of({&made})).ok()) << media::codec_name(codec);
    EXPECT_TRUE(seen.tracks.at(0)->config.same_decoder(made)) << media::codec_name(codec);
    EXPECT_EQ(seen.tracks[0]->config.channels, 2u);
  }
}

TEST(SegmentDemuxer, ATrackThatWeDoNotKnowIsLeftOut) {
  media::CodecConfig video = config(media::Codec::kH264, kAvcRecord);
  media::CodecConfig audio = config(media::Codec::kAac, "1190");
  base::Slice init = init_of({&video, &audio});
  std::vector<uint8_t> bytes(init.data(), init.data() + init.size());
  std::string text(base::as_text(bytes));
  text.replace(text.find("mp4a"), 4, "sams");
  Collector seen;
  SegmentDemuxer demuxer(seen);
  ASSERT_TRUE(demuxer.on_init(base::as_bytes(text)).ok());
  EXPECT_EQ(demuxer.tracks(), 1u);
  EXPECT_EQ(demuxer.tracks_left_out(), 1u);
  const std::vector<Sample> sound = {{1024, 0, true, base::Slice::copy_of("a")}};
  const TrackRun runs[] = {{2, false, 0, sound}};
  ASSERT_TRUE(demuxer.on_segment(write_fragment(1, runs), {}).ok());
  EXPECT_TRUE(seen.frames.empty());
  EXPECT_EQ(demuxer.samples_dropped(), 1u);
  text.replace(text.find("avc1", text.find("stsd")), 4, "encv");
  EXPECT_EQ(demuxer.on_init(base::as_bytes(text)).error().code, base::Code::kUnsupported);
}

TEST(SegmentDemuxer, ShortLengthsBecomeLong) {
  media::CodecConfig video = config(media::Codec::kH264, kAvcRecord);
  std::string text(base::as_text(init_of({&video})));
  size_t record = text.find(std::string("\x01\x42\xc0\x1e\xff", 5));
  ASSERT_NE(record, std::string::npos);
  text[record + 4] = '\xfd';  // lengths of two bytes
  Collector seen;
  SegmentDemuxer demuxer(seen);
  ASSERT_TRUE(demuxer.on_init(base::as_bytes(text)).ok());
  EXPECT_TRUE(seen.tracks[0]->config.same_decoder(video));
  const std::vector<Sample> pictures = {{3000, 0, true, base::Slice(base::from_hex("0003658884"))},
                                        {3000, 0, false, base::Slice(base::from_hex("00ff65"))}};
  const TrackRun runs[] = {{1, true, 0, pictures}};
  ASSERT_TRUE(demuxer.on_segment(write_fragment(1, runs), {}).ok());
  ASSERT_EQ(seen.frames.size(), 1u);
  EXPECT_EQ(base::to_hex(seen.frames[0].payload), "00000003658884");
  EXPECT_EQ(demuxer.samples_dropped(), 1u);
}

TEST(SegmentDemuxer, TimesThatNoClockSaysAreLeftOut) {
  media::CodecConfig video = config(media::Codec::kH264, kAvcRecord);
  std::string text(base::as_text(init_of({&video})));
  Collector seen;
  SegmentDemuxer demuxer(seen);
  ASSERT_TRUE(demuxer.on_init(base::as_bytes(text)).ok());
  const std::vector<Sample> picture = {{3000, 1, true, base::Slice::copy_of("a")}};
  for (uint64_t decode_time : {uint64_t{5'000'000'000} * 90000, uint64_t{INT64_MAX}, UINT64_MAX}) {
    const TrackRun runs[] = {{1, true, decode_time, picture}};
    ASSERT_TRUE(demuxer.on_segment(write_fragment(1, runs), {}).ok());
  }
  EXPECT_TRUE(seen.frames.empty());
  EXPECT_EQ(demuxer.samples_dropped(), 3u);

  // mdhd: version and flags, two times, timescale. So fine a clock reaches the end of 63 bits in good time.
  text.replace(text.find("mdhd") + 16, 4, "\xff\xff\xff\xff");
  ASSERT_TRUE(demuxer.on_init(base::as_bytes(text)).ok());
  const TrackRun runs[] = {{1, true, INT64_MAX, picture}};
  ASSERT_TRUE(demuxer.on_segment(write_fragment(1, runs), {}).ok());
  ASSERT_EQ(seen.frames.size(), 1u);
  EXPECT_GE(seen.frames[0].pts, seen.frames[0].dts);
}

TEST(SegmentDemuxer, BrokenBoxesAndLimitsAreErrors) {
  media::CodecConfig video = config(media::Codec::kH264, kAvcRecord);
  base::Slice init = init_of({&video});
  Collector seen;
  SegmentDemuxer demuxer(seen, {.samples_max = 1});
  for (size_t size : {size_t{0}, size_t{10}, init.size() - 1})
    EXPECT_FALSE(demuxer.on_init(init.bytes().first(size)).ok());
  ASSERT_TRUE(demuxer.on_init(init).ok());
  const std::vector<Sample> two = {{1, 0, true, base::Slice::copy_of("a")},
                                   {1, 0, true, base::Slice::copy_of("b")}};
  const TrackRun runs[] = {{1, true, 0, two}};
  EXPECT_EQ(demuxer.on_segment(write_fragment(1, runs), {}).error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::mp4

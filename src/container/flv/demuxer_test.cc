#include "container/flv/demuxer.h"

#include <gtest/gtest.h>

#include "container/flv/amf0.h"
#include "container/flv/test_streams.h"

namespace eyas::flv {
namespace {

using media::Codec;

const std::string kHeader = "17 00 000000" + kAvcRecord;
const std::string kKey = "17 01 000000";
const std::string kInter = "27 01 000000";

int64_t ns(media::MediaTime time) {
  return time.time_since_epoch().count();
}

std::string metadata(std::vector<AmfProperty> properties) {
  return base::to_hex(
      amf0_write_all({AmfValue::string("onMetaData"), AmfValue::ecma_array(std::move(properties))}));
}

TEST(Demuxer, H264) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_EQ(p.seen.tracks.size(), 1u);
  EXPECT_EQ(p.seen.tracks[0]->config.codec, Codec::kH264);
  EXPECT_EQ(p.seen.tracks[0]->config.width, 320u);
  EXPECT_EQ(base::to_hex(p.seen.tracks[0]->config.record), kAvcRecord);
  ASSERT_TRUE(p.video(40, "17 01 000050" + kIdr).ok());
  ASSERT_EQ(p.seen.frames.size(), 1u);  // at once, without waiting for the next one
  const media::Frame& frame = p.seen.frames[0];
  EXPECT_EQ(hex_of(frame), kIdr);
  EXPECT_TRUE(frame.key);
  EXPECT_EQ(ns(frame.dts), 40'000'000);
  EXPECT_EQ(ns(frame.pts), 120'000'000);
  EXPECT_EQ(frame.track, p.seen.tracks[0]);
  EXPECT_EQ(base::to_ms(frame.arrival.time_since_epoch()), 40);
  ASSERT_TRUE(p.video(80, kInter + kSlice).ok());
  EXPECT_FALSE(p.seen.frames[1].key);
}

TEST(Demuxer, SharesTheTagsMemory) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  base::Slice body(base::from_hex(kKey + kIdr));
  ASSERT_TRUE(p.demuxer.on_tag(TagType::kVideo, 0, {}, body).ok());
  EXPECT_EQ(p.seen.frames[0].payload.data(), body.data() + 5);
}

TEST(Demuxer, H265ByFourccAndByCodecId12) {
  for (const std::string& prefix : {std::string("90 68766331"), std::string("1c 00 000000")}) {
    Publisher p;
    ASSERT_TRUE(p.video(0, prefix + kHevcRecord).ok());
    ASSERT_EQ(p.seen.tracks.size(), 1u);
    EXPECT_EQ(p.seen.tracks[0]->config.codec, Codec::kH265);
    EXPECT_EQ(p.seen.tracks[0]->config.height, 240u);
  }
}

TEST(Demuxer, NanosecondOffset) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(40, "97 02 07a120 01 61766331 000028" + kIdr).ok());
  EXPECT_EQ(ns(p.seen.frames.at(0).dts), 40'500'000);
  EXPECT_EQ(ns(p.seen.frames.at(0).pts), 80'500'000);
}

TEST(Demuxer, MultitrackMakesFurtherTracks) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, "96 00 68766331 01" + kHevcRecord).ok());
  ASSERT_EQ(p.seen.tracks.size(), 2u);
  EXPECT_NE(p.seen.tracks[0]->id, p.seen.tracks[1]->id);
}

TEST(Demuxer, AudioCodecs) {
  Publisher p;
  ASSERT_TRUE(p.audio(0, "af 00" + kAscStereo44100).ok());
  ASSERT_TRUE(p.audio(23, "af 01 2110 0408").ok());
  EXPECT_EQ(p.seen.tracks.at(0)->config.sample_rate, 44100u);
  EXPECT_EQ(p.seen.frames.at(0).duration, base::Duration(1024LL * 1'000'000'000 / 44100));
  Publisher a_law;
  ASSERT_TRUE(a_law.audio(0, "72 d5d5d5d5").ok());
  EXPECT_EQ(a_law.seen.tracks.at(0)->config.codec, Codec::kG711A);
  EXPECT_EQ(a_law.seen.tracks.at(0)->config.sample_rate, 8000u);
  EXPECT_EQ(a_law.seen.tracks.at(0)->config.channels, 1);
  Publisher mp3;
  ASSERT_TRUE(mp3.audio(0, "2f fffb9064 0000").ok());  // MPEG-1 layer III, 44.1 kHz, joint stereo
  EXPECT_EQ(mp3.seen.tracks.at(0)->config.channels, 2);
  Publisher opus;
  ASSERT_TRUE(opus.audio(0, "90 4f707573 4f70757348656164 01 02 3801 80bb0000 0000 00").ok());
  ASSERT_TRUE(opus.audio(0, "91 4f707573 fc 00").ok());
  EXPECT_EQ(opus.seen.frames.at(0).duration, std::chrono::milliseconds(20));
}

TEST(Demuxer, AacMonoWins) {
  // DEVIATION: DJI microphones: the flags say stereo, the AudioSpecificConfig one channel.
  Publisher p;
  ASSERT_TRUE(p.audio(0, "af 00" + kAscMono44100).ok());
  EXPECT_EQ(p.seen.tracks.at(0)->config.channels, 1);
  EXPECT_EQ(p.demuxer.quirks().wrong_sound_flags, 1u);
}

TEST(Demuxer, Quirk1AudioConfigFirstAndNoMetadata) {
  Publisher p;
  ASSERT_TRUE(p.audio(0, "af 00" + kAscMono44100).ok());
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  EXPECT_EQ(p.seen.tracks.size(), 2u);
  EXPECT_EQ(p.seen.frames.size(), 1u);
  Publisher video_only;
  ASSERT_TRUE(video_only.video(0, kHeader).ok());
  ASSERT_TRUE(video_only.video(0, kKey + kIdr).ok());
  EXPECT_EQ(video_only.seen.frames.size(), 1u);
}

TEST(Demuxer, Quirk2MetadataWithoutTracks) {
  Publisher p;
  std::string agora = metadata({{"metadatacreator", AmfValue::string("Agora.io SDK")},
                                {"encoder", AmfValue::string("Agora.io Encoder")}});
  ASSERT_TRUE(p.tag(TagType::kScript, 0, agora).ok());
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  EXPECT_EQ(p.demuxer.quirks().metadata_without_tracks, 1u);
  EXPECT_EQ(p.seen.frames.size(), 1u);
}

TEST(Demuxer, Quirk3EmptyVideoTag) {
  Publisher p;
  ASSERT_TRUE(p.video(0, "27 01 00 00 00 00 00 00 00").ok());  // even before the configuration
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  ASSERT_TRUE(p.video(33, "27 01 00 00 00 00 00 00 00").ok());
  ASSERT_TRUE(p.video(66, kInter + kSlice).ok());
  EXPECT_EQ(p.seen.frames.size(), 2u);
  EXPECT_EQ(p.demuxer.quirks().empty_tags, 2u);
}

TEST(Demuxer, Quirk4DuplicateHeaderAndAudioThatNeverComes) {
  Publisher p;
  std::string osmo = metadata({{"width", AmfValue::number(1920)}, {"audiocodecid", AmfValue::number(0)}});
  ASSERT_TRUE(p.tag(TagType::kScript, 0, osmo).ok());
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  ASSERT_TRUE(p.video(6000, kInter + kSlice).ok());
  EXPECT_EQ(p.seen.tracks.size(), 1u);
  EXPECT_EQ(p.demuxer.quirks().duplicate_sequence_headers, 1u);
  EXPECT_EQ(p.demuxer.quirks().announced_audio_missing, 0u);  // an id of 0 announces nothing

  ASSERT_TRUE(p.tag(TagType::kScript, 6000, metadata({{"audiocodecid", AmfValue::number(10)}})).ok());
  for (uint32_t ms = 6033; ms < 13000; ms += 33) ASSERT_TRUE(p.video(ms, kInter + kSlice).ok());
  EXPECT_EQ(p.demuxer.quirks().announced_audio_missing, 1u);
  EXPECT_EQ(p.seen.tracks.size(), 1u);
}

TEST(Demuxer, Quirk5SeiTagThenSliceTag) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(33, kInter + kSei).ok());
  EXPECT_TRUE(p.seen.frames.empty());
  ASSERT_TRUE(p.video(33, kKey + kIdr).ok());
  ASSERT_EQ(p.seen.frames.size(), 1u);  // at once: nothing says that more slices come
  EXPECT_EQ(hex_of(p.seen.frames[0]), kSei + kIdr);
  EXPECT_TRUE(p.seen.frames[0].key);
  EXPECT_EQ(p.demuxer.quirks().joined_pictures, 1u);
}

TEST(Demuxer, Quirk5OnePictureInSeveralSliceTags) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  ASSERT_TRUE(p.video(0, kKey + kLaterIdrSlice).ok());  // too late for this one
  ASSERT_TRUE(p.video(0, kKey + kLaterIdrSlice).ok());
  EXPECT_EQ(p.seen.frames.size(), 1u);
  EXPECT_EQ(p.demuxer.quirks().pictures_broken_by_split, 1u);

  ASSERT_TRUE(p.video(33, kInter + kSei).ok());
  ASSERT_TRUE(p.video(33, kInter + kSlice).ok());
  ASSERT_TRUE(p.video(33, kInter + kLaterSlice).ok());
  EXPECT_EQ(p.seen.frames.size(), 1u);
  ASSERT_TRUE(p.video(66, kKey + kIdr).ok());
  ASSERT_EQ(p.seen.frames.size(), 2u);
  EXPECT_EQ(hex_of(p.seen.frames[1]), kSei + kSlice + kLaterSlice);
  EXPECT_EQ(ns(p.seen.frames[1].dts), 33'000'000);
  ASSERT_TRUE(p.video(66, kKey + kLaterIdrSlice).ok());
  p.demuxer.flush();
  ASSERT_EQ(p.seen.frames.size(), 3u);
  EXPECT_EQ(hex_of(p.seen.frames[2]), kIdr + kLaterIdrSlice);
  EXPECT_TRUE(p.seen.frames[2].key);
  EXPECT_EQ(p.demuxer.quirks().joined_pictures, 2u);
  EXPECT_EQ(p.demuxer.quirks().pictures_broken_by_split, 1u);
}

TEST(Demuxer, Quirk7GarbageTags) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, "1f 01 000000 deadbeef").ok());  // codec 15
  ASSERT_TRUE(p.video(0, "91 8badf00d 0102").ok());       // invalid FourCC
  ASSERT_TRUE(p.audio(0, "ff 0102").ok());                // sound format 15
  ASSERT_TRUE(p.video(0, "17 01").ok());                  // truncated
  ASSERT_TRUE(p.video(0, kKey + "000000ff65").ok());      // a NAL unit longer than its tag
  ASSERT_TRUE(p.tag(TagType::kScript, 0, "02 ffff 00").ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  EXPECT_EQ(p.seen.frames.size(), 1u);
  EXPECT_EQ(p.demuxer.quirks().unknown_codec_tags, 3u);
  EXPECT_EQ(p.demuxer.quirks().garbage_tags, 3u);
}

TEST(Demuxer, Quirk9TimesThatGoBackwardsPass) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(100, kKey + kIdr).ok());
  ASSERT_TRUE(p.video(60, kInter + kSlice).ok());
  ASSERT_TRUE(p.video(0xffffffff, kInter + kSlice).ok());
  EXPECT_EQ(ns(p.seen.frames.at(1).dts), 60'000'000);
  EXPECT_EQ(ns(p.seen.frames.at(2).dts), 4294967295'000'000);
}

TEST(Demuxer, ShortNalLengths) {
  for (unsigned size : {1u, 2u, 3u}) {
    Publisher p;
    std::vector<uint8_t> record = base::from_hex(kAvcRecord);
    record[4] = static_cast<uint8_t>(0xfc | (size - 1));
    ASSERT_TRUE(p.video(0, "17 00 000000" + base::to_hex(record)).ok());
    EXPECT_EQ(base::to_hex(p.seen.tracks.at(0)->config.record), kAvcRecord);
    EXPECT_EQ(p.demuxer.quirks().short_nal_lengths, 1u);
    ASSERT_TRUE(p.video(0, kKey + kIdr.substr(2 * (4 - size))).ok());
    EXPECT_EQ(hex_of(p.seen.frames.at(0)), kIdr);
  }
}

TEST(Demuxer, AnnexBSentByMistake) {
  Publisher p;
  std::string sets = "00000001" + kAvcSps + "00000001" + kAvcPps;
  ASSERT_TRUE(p.video(0, "17 00 000000" + sets).ok());
  ASSERT_EQ(p.seen.tracks.size(), 1u);
  EXPECT_EQ(p.seen.tracks[0]->config.width, 320u);
  ASSERT_TRUE(p.video(0, kKey + "00000001" + kIdr.substr(8)).ok());
  ASSERT_EQ(p.seen.frames.size(), 1u);
  EXPECT_EQ(hex_of(p.seen.frames[0]), kIdr);
  EXPECT_EQ(p.demuxer.quirks().annexb_payloads, 1u);
}

TEST(Demuxer, InBandParameterSetsBecomeTheConfiguration) {
  Publisher p;
  std::string sets = "00000018" + kAvcSps + "00000005" + kAvcPps;
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  EXPECT_EQ(p.demuxer.quirks().frames_before_config, 1u);
  ASSERT_TRUE(p.video(33, kKey + sets + kIdr).ok());  // no sequence header at all
  ASSERT_EQ(p.seen.tracks.size(), 1u);
  EXPECT_EQ(hex_of(p.seen.frames.at(0)), kIdr);

  std::string other_pps =
      "00000005"
      "68cb83cb22";
  ASSERT_TRUE(p.video(66, kKey + "00000018" + kAvcSps + other_pps + kIdr).ok());
  ASSERT_EQ(p.seen.tracks.size(), 2u);
  EXPECT_EQ(p.seen.tracks[0]->id, p.seen.tracks[1]->id);
  EXPECT_EQ(p.demuxer.quirks().in_band_config_changes, 1u);
  EXPECT_EQ(p.seen.frames.at(1).track, p.seen.tracks[1]);
}

TEST(Demuxer, ChangedSequenceHeaderIsANewConfiguration) {
  Publisher p;
  ASSERT_TRUE(p.audio(0, "af 00" + kAscMono44100).ok());
  ASSERT_TRUE(p.audio(0, "af 00" + kAscStereo44100).ok());
  ASSERT_EQ(p.seen.tracks.size(), 2u);
  EXPECT_EQ(p.seen.tracks[0]->id, p.seen.tracks[1]->id);
  EXPECT_EQ(p.seen.tracks[1]->config.channels, 2);
}

TEST(Demuxer, CountsAndIgnoresMetadataPackets) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, "d4 61766331 02 0009 636f6c6f72496e666f 03 0000 09").ok());
  ASSERT_TRUE(p.video(0, "57 00").ok());
  EXPECT_EQ(p.demuxer.quirks().metadata_packets, 2u);
  EXPECT_TRUE(p.seen.frames.empty());
}

TEST(Demuxer, SequenceEndFlushesTheOpenPicture) {
  Publisher p;
  ASSERT_TRUE(p.video(0, kHeader).ok());
  ASSERT_TRUE(p.video(0, kKey + kIdr).ok());
  ASSERT_TRUE(p.video(0, kKey + kLaterIdrSlice).ok());
  ASSERT_TRUE(p.video(33, kInter + kSlice).ok());
  EXPECT_EQ(p.seen.frames.size(), 1u);
  ASSERT_TRUE(p.video(33, "17 02 000000").ok());
  EXPECT_EQ(p.seen.frames.size(), 2u);
}

TEST(Demuxer, MalformedConfigurationEndsTheSession) {
  Publisher p;
  base::Status status = p.video(0, "17 00 000000 01 42");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kMalformed);
}

TEST(Demuxer, Limits) {
  Publisher large({.tag_bytes_max = 8});
  EXPECT_EQ(large.video(0, kHeader).error().code, base::Code::kLimit);

  Publisher tracks({.tracks_max = 1});
  ASSERT_TRUE(tracks.video(0, kHeader).ok());
  EXPECT_EQ(tracks.audio(0, "af 00 1210").error().code, base::Code::kLimit);

  Publisher garbage({.garbage_run_max = 2});
  ASSERT_TRUE(garbage.video(0, "1f").ok());
  ASSERT_TRUE(garbage.video(0, "1f").ok());
  EXPECT_EQ(garbage.video(0, "1f").error().code, base::Code::kMalformed);

  Publisher held({.held_bytes_max = 20});
  ASSERT_TRUE(held.video(0, kHeader).ok());
  ASSERT_TRUE(held.video(0, kInter + kSei).ok());
  ASSERT_TRUE(held.video(0, kInter + kSei).ok());
  EXPECT_EQ(held.video(0, kInter + kSei).error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::flv

#include "container/flv/packager.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "codec/codec.h"
#include "container/flv/amf0.h"
#include "container/flv/test_streams.h"

namespace eyas::flv {
namespace {

using media::Codec;

media::TrackPtr track(media::TrackId id, Codec codec, base::Slice record) {
  base::Result<media::CodecConfig> config = codec::describe(codec, std::move(record));
  EXPECT_TRUE(config.ok()) << media::codec_name(codec);
  auto made = std::make_shared<media::Track>();
  made->id = id;
  made->config = std::move(*config);
  return made;
}

media::TrackPtr h264(media::TrackId id) {
  return track(id, Codec::kH264, base::Slice(base::from_hex(kAvcRecord)));
}
media::TrackPtr h265(media::TrackId id) {
  return track(id, Codec::kH265, base::Slice(base::from_hex(kHevcRecord)));
}
media::TrackPtr aac(media::TrackId id) {
  return track(id, Codec::kAac, codec::aac_record(2, 44100, 1));
}

media::FramePtr frame(const media::TrackPtr& of, int64_t dts_ms, int64_t offset_ms, bool key,
                      const std::string& hex) {
  auto made = std::make_shared<media::Frame>();
  made->track = of;
  made->dts = media::media_time_from_ms(dts_ms);
  made->pts = media::media_time_from_ms(dts_ms + offset_ms);
  made->key = key;
  made->payload = base::Slice(base::from_hex(hex));
  return made;
}

std::vector<UnitPtr> package(const media::TrackSet& tracks, const std::vector<media::FramePtr>& frames) {
  Format format;
  std::vector<UnitPtr> units;
  format.set_tracks(tracks, units);
  EXPECT_TRUE(units.empty());  // the head says it all
  std::vector<UnitPtr> all = format.head()->units;
  for (const media::FramePtr& one : frames) format.package(one, all);
  return all;
}

void expect_same_after_demuxing(const media::TrackSet& tracks, const std::vector<media::FramePtr>& frames) {
  Publisher p;
  for (const UnitPtr& unit : package(tracks, frames)) {
    base::Status status = p.demuxer.on_tag(unit->type, unit->timestamp_ms, {}, unit->body);
    ASSERT_TRUE(status.ok()) << status.error().message();
  }
  ASSERT_EQ(p.seen.tracks.size(), tracks.size());
  for (size_t i = 0; i < tracks.size(); ++i) {
    EXPECT_TRUE(p.seen.tracks[i]->config.same_decoder(tracks[i]->config))
        << media::codec_name(tracks[i]->config.codec);
  }
  ASSERT_EQ(p.seen.frames.size(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(hex_of(p.seen.frames[i]), hex_of(*frames[i]));
    EXPECT_EQ(p.seen.frames[i].dts, frames[i]->dts);
    EXPECT_EQ(p.seen.frames[i].pts, frames[i]->pts);
    EXPECT_EQ(p.seen.frames[i].key, frames[i]->key);
  }
}

void demux_file(const std::string& path, Publisher& publisher) {
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  base::ByteReader in(bytes);
  ASSERT_TRUE(parse_file_header(in.take(kFileHeaderBytes)).ok());
  in.skip(kPreviousTagSizeBytes);
  while (in.remaining() > 0) {
    base::Result<TagHeader> header = parse_tag_header(in.take(kTagHeaderBytes));
    ASSERT_TRUE(header.ok());
    base::Slice body = base::Slice::copy_of(in.take(header->body_bytes));
    in.skip(kPreviousTagSizeBytes);
    ASSERT_TRUE(publisher.demuxer.on_tag(header->type, header->timestamp_ms, {}, body).ok());
  }
}

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "not started";
  std::string said;
  char chunk[256];
  while (fgets(chunk, sizeof chunk, pipe) != nullptr) said += chunk;
  if (pclose(pipe) != 0) said += "failed";
  return said;
}

TEST(Packager, RoundTripH264AndAac) {
  media::TrackPtr video = h264(1), audio = aac(2);
  expect_same_after_demuxing({video, audio},
                             {frame(video, 0, 80, true, kSei + kIdr), frame(audio, 3, 0, true, "2110"),
                              frame(video, 40, 0, false, kSlice)});
}

TEST(Packager, RoundTripH265) {
  media::TrackPtr video = h265(7);
  // IDR_W_RADL, then TRAIL_R, both with first_slice_segment_in_pic_flag.
  expect_same_after_demuxing({video}, {frame(video, 0, 40, true, "000000052601af0811"),
                                       frame(video, 40, 0, false, "000000050201d00922")});
}

TEST(Packager, RoundTripEnhancedAudio) {
  media::TrackPtr opus = track(1, Codec::kOpus, codec::opus_record(2, 48000));
  expect_same_after_demuxing({opus}, {frame(opus, 20, 0, true, "fc00aa")});
}

TEST(Packager, RoundTripG711) {
  media::TrackPtr law = track(1, Codec::kG711U, {});
  expect_same_after_demuxing({law}, {frame(law, 20, 0, true, "ffffff7f")});
}

TEST(Packager, FurtherTracksOfAKindAreMultitrack) {
  media::TrackPtr first = h264(1), second = h265(3), third = h264(5);
  std::vector<media::FramePtr> frames = {frame(first, 0, 0, true, kIdr), frame(third, 0, 40, true, kIdr)};
  expect_same_after_demuxing({first, second, third}, frames);
  std::vector<UnitPtr> units = package({first, second, third}, frames);
  EXPECT_EQ(base::to_hex(units.back()->body.bytes().first(7)), "96016176633102");
  EXPECT_TRUE(units[units.size() - 2]->key);
  EXPECT_FALSE(units.back()->key);  // groups follow the first video track
}

TEST(Packager, UnitIsOneContiguousTag) {
  media::TrackPtr video = h264(1);
  UnitPtr unit = package({video}, {frame(video, 0x01020304, 40, true, kIdr)}).back();
  EXPECT_EQ(base::to_hex(unit->flv),
            "09"
            "00000f"
            "020304"
            "01"
            "000000"
            "17"
            "01"
            "000028" +
                kIdr + "0000001a");
  EXPECT_EQ(unit->body.data(), unit->flv.data() + kTagHeaderBytes);
  EXPECT_EQ(unit->body.size(), 15u);
  EXPECT_EQ(unit->timestamp_ms, 0x01020304u);
  EXPECT_TRUE(unit->key);
  EXPECT_EQ(unit->bytes(), unit->flv.size());
}

TEST(Packager, TimesRoundDownAndAreNeverNegative) {
  media::TrackPtr video = h264(1);
  auto odd = std::make_shared<media::Frame>(*frame(video, 0, 0, true, kIdr));
  odd->dts = media::MediaTime(base::Duration(1'999'999));
  odd->pts = media::MediaTime(base::Duration(3'000'000));
  UnitPtr unit = package({video}, {odd}).back();
  EXPECT_EQ(unit->timestamp_ms, 1u);
  EXPECT_EQ(base::to_hex(unit->body.bytes().first(5)), "1701000002");
  EXPECT_EQ(package({video}, {frame(video, -20, 0, true, kIdr)}).back()->timestamp_ms, 0u);
}

TEST(Packager, HeadSaysWhatANewcomerNeeds) {
  Format format;
  std::vector<UnitPtr> out;
  format.set_tracks({h264(1), aac(2)}, out);
  std::shared_ptr<const Head> head = format.head();
  EXPECT_EQ(base::to_hex(head->flv_file_header), "464c5601050000000900000000");
  ASSERT_EQ(head->units.size(), 3u);
  base::Result<std::vector<AmfValue>> script = amf0_read_all(head->units[0]->body);
  ASSERT_TRUE(script.ok());
  const AmfValue& said = script->at(1);
  EXPECT_EQ(script->at(0).as_string(), "onMetaData");
  EXPECT_EQ(said.get_number("width"), 320);
  EXPECT_EQ(said.get_number("height"), 240);
  EXPECT_EQ(said.get_number("videocodecid"), 7);
  EXPECT_EQ(said.get_number("audiocodecid"), 10);
  EXPECT_EQ(said.get_number("audiosamplerate"), 44100);
  EXPECT_FALSE(said.find("stereo")->as_boolean(true));
  EXPECT_EQ(base::to_hex(head->units[1]->body), "1700000000" + kAvcRecord);
  EXPECT_EQ(base::to_hex(head->units[2]->body), "af00" + kAscMono44100);
  EXPECT_EQ(format.head(), head);  // made once
}

TEST(Packager, ChangedTracksReachRunningReaders) {
  Format format;
  std::vector<UnitPtr> out;
  media::TrackPtr video = h264(1);
  format.set_tracks({video, aac(2)}, out);
  format.package(frame(video, 500, 0, true, kIdr), out);
  out.clear();
  format.set_tracks({video, aac(2)}, out);
  EXPECT_TRUE(out.empty());  // nothing changed
  format.set_tracks({video, track(2, Codec::kAac, codec::aac_record(2, 48000, 2))}, out);
  ASSERT_EQ(out.size(), 2u);  // onMetaData and the one new sequence header
  EXPECT_EQ(out[0]->type, TagType::kScript);
  EXPECT_EQ(out[1]->type, TagType::kAudio);
  EXPECT_EQ(out[1]->timestamp_ms, 500u);
}

TEST(Packager, LeavesOutWhatFlvCannotCarry) {
  auto data = std::make_shared<media::Track>();
  data->id = 9;
  media::TrackPtr video = h264(1), law = track(2, Codec::kG711A, {}),
                  second_law = track(3, Codec::kG711A, {});
  std::vector<UnitPtr> units = package(
      {video, law, second_law, data}, {frame(data, 0, 0, true, "7b7d"), frame(second_law, 0, 0, true, "d5")});
  EXPECT_EQ(units.size(), 2u);  // onMetaData and the H.264 sequence header: the head alone
}

// ffmpeg's own FLV, through our demuxer and packager, and back to ffmpeg, which must decode it without a
// complaint.
TEST(Packager, FfmpegReadsWhatWeMakeOfItsFile) {
  if (std::system("ffmpeg -version >/dev/null 2>&1") != 0) GTEST_SKIP() << "no ffmpeg";
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "eyas_packager_test";
  std::filesystem::create_directories(folder);
  std::string theirs = (folder / "theirs.flv").string(), ours = (folder / "ours.flv").string();
  std::string make =
      "ffmpeg -v error -y -f lavfi -i testsrc=size=320x240:rate=25 -f lavfi -i sine -t 1 -c:v libx264 -bf 2 "
      "-pix_fmt yuv420p -c:a aac -ac 2 " +
      theirs;
  if (std::system(make.c_str()) != 0) GTEST_SKIP() << "this ffmpeg lacks libx264";

  Publisher p;
  demux_file(theirs, p);
  ASSERT_EQ(p.seen.tracks.size(), 2u);
  for (const Quirks::Named& quirk : p.demuxer.quirks().list()) EXPECT_EQ(quirk.value, 0u) << quirk.name;
  Format format;
  std::vector<UnitPtr> units;
  format.set_tracks(p.seen.tracks, units);
  std::shared_ptr<const Head> head = format.head();
  units = head->units;
  for (const media::Frame& one : p.seen.frames)
    format.package(std::make_shared<const media::Frame>(one), units);
  std::ofstream file(ours, std::ios::binary);
  file << base::as_text(head->flv_file_header);
  for (const UnitPtr& unit : units) file << base::as_text(unit->flv);
  file.close();

  EXPECT_EQ(output_of("ffmpeg -v error -xerror -i " + ours + " -f null - 2>&1"), "");
  std::string said = output_of(
      "ffprobe -v quiet -count_packets -of csv=p=0 -show_entries "
      "stream=codec_name,width,height,channels,nb_read_packets " +
      ours);
  EXPECT_NE(said.find("h264,320,240,25"), std::string::npos) << said;
  EXPECT_NE(said.find("aac,2,"), std::string::npos) << said;
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace eyas::flv

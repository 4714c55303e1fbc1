// Others' programs: what ffmpeg writes we read, what we write of that ffmpeg decodes without a complaint.
#include <gtest/gtest.h>

#include <unistd.h>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "container/mpegts/test_streams.h"

namespace eyas::mpegts {
namespace {

using media::Codec;
using media::TrackKind;

class Ffmpeg : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("command -v ffmpeg ffprobe >/dev/null 2>&1") != 0)
      GTEST_SKIP() << "ffmpeg is not installed";
    folder_ = std::filesystem::temp_directory_path() / ("eyas_ts_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // Its output, errors too.
  static std::string run(const std::string& command) {
    std::string text;
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) return "popen failed";
    std::array<char, 4096> buffer{};
    while (size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
    pclose(pipe);
    return text;
  }
  void make(const std::string& options) const {
    std::string said = run("ffmpeg -nostdin -v error -y " + options + " " + path("in.ts"));
    ASSERT_TRUE(std::filesystem::exists(path("in.ts"))) << said;
  }
  std::vector<uint8_t> made() const {
    std::ifstream file(path("in.ts"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // Received, packaged anew and written for others to read.
  void repackage(const Collector& seen) const {
    media::TrackSet tracks;
    for (const media::TrackPtr& track : seen.tracks) {
      std::erase_if(tracks, [&](const media::TrackPtr& old) { return old->id == track->id; });
      tracks.push_back(track);
    }
    Sender sender(tracks);
    for (const media::Frame& frame : seen.frames) sender.send(std::make_shared<media::Frame>(frame));
    std::vector<uint8_t> bytes = sender.bytes();
    std::ofstream file(path("out.ts"), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  std::string decoded() const {
    return run("ffmpeg -nostdin -v warning -i " + path("out.ts") + " -f null -");
  }
  static size_t count_of(const std::string& text, const std::string& word) {
    size_t count = 0;
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
    return count;
  }
  std::string packets_of(const std::string& name) const {
    return run("ffprobe -v error -show_entries packet=stream_index,size -of compact " + path(name));
  }

  std::filesystem::path folder_;
};

constexpr const char* kPicture = "-f lavfi -i testsrc=size=320x180:rate=25:duration=2 ";
constexpr const char* kSound = "-f lavfi -i sine=duration=2:sample_rate=48000 ";

TEST_F(Ffmpeg, PicturesAndSoundGoThroughUs) {
  struct Case {
    const char* name;
    std::string options;
    Codec video;
    Codec audio;
    size_t sounds;
  };
  const std::string in = std::string(kPicture) + kSound + "-pix_fmt yuv420p ";
  const Case cases[] = {
      {"B-frames", in + "-c:v libx264 -preset ultrafast -bf 2 -g 25 -c:a aac", Codec::kH264, Codec::kAac, 94},
      {"H.265 and MP2", in + "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=25 -c:a mp2",
       Codec::kH265, Codec::kMp3, 84},
      {"Opus", in + "-c:v libx264 -preset ultrafast -c:a libopus -b:a 64k", Codec::kH264, Codec::kOpus, 101},
      {"AC-3", in + "-c:v libx264 -preset ultrafast -c:a ac3", Codec::kH264, Codec::kAc3, 63},
      {"LATM", in + "-c:v libx264 -preset ultrafast -c:a aac -mpegts_flags latm", Codec::kH264, Codec::kAac,
       94},
      {"M2TS", in + "-c:v libx264 -preset ultrafast -c:a ac3 -mpegts_m2ts_mode 1", Codec::kH264, Codec::kAc3,
       63},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    make(c.options + " -f mpegts");
    Receiver receiver;
    ASSERT_TRUE(receiver.feed(made()).ok());
    receiver.demuxer.flush();
    auto pictures = receiver.seen.of(TrackKind::kVideo), sounds = receiver.seen.of(TrackKind::kAudio);
    ASSERT_EQ(pictures.size(), 50u);
    EXPECT_EQ(pictures[0].track->config.codec, c.video);
    EXPECT_TRUE(pictures[0].key);
    ASSERT_GE(sounds.size(), c.sounds);
    EXPECT_EQ(sounds[0].track->config.codec, c.audio);
    EXPECT_EQ(sounds[0].track->config.sample_rate, 48'000u);
    const Events& events = receiver.demuxer.events();
    EXPECT_EQ(events.continuity_errors + events.damaged_units + events.broken_units + events.broken_tables,
              0u);
    repackage(receiver.seen);
    EXPECT_EQ(decoded(), "") << "without a complaint";
    std::string packets = packets_of("out.ts");
    EXPECT_EQ(count_of(packets, "packet|"), 50 + sounds.size()) << packets;
  }
}

TEST_F(Ffmpeg, ReadsOurKlvByteForByte) {
  Sender sender({h264_track(), data_track(3, kKlvMediaType), data_track(4, "application/json")});
  std::string expected;
  for (int i = 0; i < 20; ++i) {
    sender.send(picture(h264_track(), 100 * i, static_cast<uint8_t>(i), 400, i == 0));
    std::vector<uint8_t> klv = base::from_hex("060e2b34020b01010e0103010100000003aabb");
    klv.push_back(static_cast<uint8_t>(i));
    expected += base::to_hex(klv);
    sender.send(frame_of(data_track(3, kKlvMediaType), 100 * i, base::Slice(klv)));
    sender.send(frame_of(data_track(4, "application/json"), 100 * i, base::Slice::copy_of("{}")));
  }
  std::vector<uint8_t> bytes = sender.bytes();
  std::ofstream(path("out.ts"), std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  std::string streams = run("ffprobe -v error -show_entries stream=codec_name -of csv=p=0 " + path("out.ts"));
  EXPECT_NE(streams.find("klv"), std::string::npos) << streams;
  run("ffmpeg -nostdin -v error -i " + path("out.ts") + " -map 0:d:0 -c copy -f data " + path("out.klv"));
  std::ifstream file(path("out.klv"), std::ios::binary);
  std::vector<uint8_t> read{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(base::to_hex(read), expected);
}

}  // namespace
}  // namespace eyas::mpegts

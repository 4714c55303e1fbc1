// What we write is read by a program of others: ffprobe sees the tracks, times and keyframes.
#include <gtest/gtest.h>

#include <unistd.h>
#include <array>
#include <cstdio>
#include <cstdlib>

#include <filesystem>
#include <fstream>

#include "container/mp4/fragment.h"
#include "container/mp4/init_segment.h"

namespace eyas::mp4 {
namespace {

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> buffer{};
  while (size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) text.append(buffer.data(), count);
  pclose(pipe);
  return text;
}

void append(std::ofstream& file, const base::Slice& slice) {
  file.write(reinterpret_cast<const char*>(slice.data()), static_cast<std::streamsize>(slice.size()));
}

TEST(Ffprobe, ReadsInitAndFragments) {
  if (std::system("command -v ffprobe >/dev/null 2>&1") != 0) GTEST_SKIP() << "ffprobe is not installed";
  media::CodecConfig video;
  video.codec = media::Codec::kH264;
  video.width = 320, video.height = 240;
  // Constrained Baseline, 320x240, written by x264: one SPS and one PPS.
  video.record = base::Slice(
      base::from_hex("0142c00dffe100186742c00dd90141fb0110000003001000000303c0f142a48001000568cb83cb20"));
  media::CodecConfig audio;
  audio.codec = media::Codec::kAac;
  audio.sample_rate = 48000, audio.channels = 2;
  audio.record = base::Slice(base::from_hex("1190"));
  const InitTrack tracks[] = {{1, &video}, {2, &audio}};
  auto init = init_segment(tracks);
  ASSERT_TRUE(init.ok());
  const std::vector<Sample> pictures = {{3000, 3000, true, base::Slice(base::from_hex("00000004 65888421"))},
                                        {3000, 0, false, base::Slice(base::from_hex("00000004 419a0221"))}};
  const std::vector<Sample> sounds = {{1024, 0, true, base::Slice(base::from_hex("2110"))}};
  const TrackRun runs[] = {{1, true, 90000, pictures}, {2, false, 48000, sounds}};
  const auto path =
      std::filesystem::temp_directory_path() / ("eyas_mp4_" + std::to_string(getpid()) + ".mp4");
  {
    std::ofstream file(path, std::ios::binary);
    append(file, *init);
    append(file, write_fragment(1, runs));
  }
  const std::string seen = output_of(
      "ffprobe -v quiet -show_entries stream=codec_name:packet=pts,dts,flags,size "
      "-of compact=nk=0:p=1 " +
      path.string());
  std::filesystem::remove(path);
  EXPECT_NE(seen.find("codec_name=h264"), std::string::npos) << seen;
  EXPECT_NE(seen.find("codec_name=aac"), std::string::npos) << seen;
  EXPECT_NE(seen.find("pts=93000|dts=90000|size=8|flags=K"), std::string::npos) << seen;
  EXPECT_NE(seen.find("pts=93000|dts=93000|size=8|flags=_"), std::string::npos) << seen;
  EXPECT_NE(seen.find("pts=48000|dts=48000|size=2|flags=K"), std::string::npos) << seen;
}

}  // namespace
}  // namespace eyas::mp4

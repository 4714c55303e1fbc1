#include "container/mp4/init_segment.h"

#include <gtest/gtest.h>

#include "container/mp4/box_reader.h"
#include "container/mp4/sample_entry.h"

namespace eyas::mp4 {
namespace {

using media::Codec;
using media::CodecConfig;

CodecConfig config_of(Codec codec, size_t record_bytes) {
  CodecConfig config;
  config.codec = codec;
  config.record = base::Slice(std::vector<uint8_t>(record_bytes, 1));
  config.width = 1920, config.height = 1080;
  config.sample_rate = 44100, config.channels = 2;
  return config;
}

struct Row {
  Codec codec;
  size_t record_bytes;
  const char* entry;
  const char* handler;
  uint32_t timescale;
};

TEST(InitSegment, EachCodecHasItsEntry) {
  const Row rows[] = {
      {Codec::kH264, 30, "avc1", "vide", 90000}, {Codec::kH265, 60, "hvc1", "vide", 90000},
      {Codec::kAv1, 10, "av01", "vide", 90000},  {Codec::kVp9, 8, "vp09", "vide", 90000},
      {Codec::kAac, 2, "mp4a", "soun", 44100},   {Codec::kOpus, 19, "Opus", "soun", 48000},
      {Codec::kAc3, 0, "ac-3", "soun", 44100},   {Codec::kEac3, 0, "ec-3", "soun", 44100},
      {Codec::kFlac, 34, "fLaC", "soun", 44100}, {Codec::kMp3, 0, ".mp3", "soun", 44100},
  };
  for (const Row& row : rows) {
    const CodecConfig config = config_of(row.codec, row.record_bytes);
    const InitTrack track{3, &config};
    auto bytes = init_segment({&track, 1});
    ASSERT_TRUE(bytes.ok()) << row.entry;
    auto tracks = read_init(*bytes);
    ASSERT_TRUE(tracks.ok()) << tracks.error().message();
    ASSERT_EQ(tracks->size(), 1U);
    EXPECT_EQ((*tracks)[0].id, 3U);
    EXPECT_EQ(std::string((*tracks)[0].sample_entry.data(), 4), row.entry);
    EXPECT_EQ(std::string((*tracks)[0].handler.data(), 4), row.handler);
    EXPECT_EQ((*tracks)[0].timescale, row.timescale);
  }
}

TEST(InitSegment, RefusesWhatItCannotCarry) {
  const CodecConfig g711 = config_of(Codec::kG711A, 0);
  const InitTrack a{1, &g711};
  auto refused = init_segment({&a, 1});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, base::Code::kUnsupported);
  const CodecConfig short_record = config_of(Codec::kOpus, 18);
  const InitTrack b{1, &short_record};
  auto broken = init_segment({&b, 1});
  ASSERT_FALSE(broken.ok());
  EXPECT_EQ(broken.error().code, base::Code::kMalformed);
}

TEST(InitSegment, OpusHeadBecomesBigEndian) {
  CodecConfig config = config_of(Codec::kOpus, 0);
  // "OpusHead" 1, 2 channels, pre-skip 312, 48000 Hz, gain 0, family 0
  config.record = base::Slice(base::from_hex("4f70757348656164 01 02 3801 80bb0000 0000 00"));
  base::ByteWriter out;
  ASSERT_TRUE(write_sample_entry(config, out).ok());
  const std::string hex = base::to_hex(out.view());
  EXPECT_NE(hex.find("00000013"
                     "644f7073"
                     "00"
                     "02"
                     "0138"
                     "0000bb80"
                     "0000"
                     "00"),
            std::string::npos)
      << hex;
}

}  // namespace
}  // namespace eyas::mp4

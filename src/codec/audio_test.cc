#include <gtest/gtest.h>

#include "codec/aac/aac.h"
#include "codec/ac3/eac3.h"
#include "codec/codec.h"
#include "codec/fixtures.h"

namespace eyas::codec {
namespace {

using fixtures::slice;
using media::Codec;
using std::chrono::microseconds;
using std::chrono::milliseconds;

media::CodecConfig facts(Codec codec, const std::string& record) {
  auto config = describe(codec, slice(record));
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message());
  return config.ok() ? *config : media::CodecConfig{};
}

TEST(Aac, ReadsLowComplexity) {
  media::CodecConfig mono = facts(Codec::kAac, fixtures::kAacMono);
  EXPECT_EQ(mono.rfc6381, "mp4a.40.2");
  EXPECT_EQ(mono.sample_rate, 44100u);
  EXPECT_EQ(mono.channels, 1);
  media::CodecConfig stereo = facts(Codec::kAac, fixtures::kAacStereo);
  EXPECT_EQ(stereo.sample_rate, 48000u);
  EXPECT_EQ(stereo.channels, 2);
  EXPECT_EQ(packet_duration(stereo, base::from_hex("21100460")),
            microseconds(1024 * 1000 / 48) + base::Duration(333));
}

TEST(Aac, ReadsExplicitSbrAndPs) {
  media::CodecConfig sbr =
      facts(Codec::kAac, "2b920800");  // type 5, 22050 Hz, stereo, extension 44100 Hz, core type 2
  EXPECT_EQ(sbr.rfc6381, "mp4a.40.5");
  EXPECT_EQ(sbr.sample_rate, 44100u);
  EXPECT_EQ(sbr.channels, 2);
  EXPECT_EQ(base::to_ms(packet_duration(sbr, base::from_hex("00"))), 46);  // 1024 samples of the core's rate
  media::CodecConfig ps =
      facts(Codec::kAac, "eb8a0800");  // type 29, 22050 Hz, mono, extension 44100 Hz, core type 2
  EXPECT_EQ(ps.rfc6381, "mp4a.40.29");
  EXPECT_EQ(ps.sample_rate, 44100u);
  EXPECT_EQ(ps.channels, 2);
}

TEST(Aac, ReadsBackwardCompatibleSbr) {
  media::CodecConfig sbr = facts(Codec::kAac, "1390 56e5a0");  // 22050 Hz; sync extension: SBR at 44100 Hz
  EXPECT_EQ(sbr.rfc6381, "mp4a.40.5");
  EXPECT_EQ(sbr.sample_rate, 44100u);
}

TEST(Aac, BuildsAndReadsEscapedRates) {
  EXPECT_EQ(base::to_hex(aac_record(2, 44100, 1)), "1208");
  auto odd = describe(Codec::kAac, aac_record(2, 12345, 2));
  ASSERT_TRUE(odd.ok());
  EXPECT_EQ(odd->sample_rate, 12345u);
  EXPECT_EQ(describe(Codec::kAac, aac_record(2, 48000, 8))->channels, 8);
}

TEST(Aac, RefusesWhatIsNone) {
  EXPECT_FALSE(describe(Codec::kAac, slice("")).ok());
  EXPECT_FALSE(describe(Codec::kAac, slice("12")).ok());
  EXPECT_FALSE(describe(Codec::kAac, slice("1690")).ok());  // rate index 13
}

TEST(Opus, ReadsTheHead) {
  media::CodecConfig config = facts(Codec::kOpus, fixtures::kOpusHead);
  EXPECT_EQ(config.rfc6381, "opus");
  EXPECT_EQ(config.sample_rate, 48000u);
  EXPECT_EQ(config.channels, 2);
  EXPECT_EQ(base::to_hex(opus_record(2, 48000)), base::to_hex(base::from_hex(fixtures::kOpusHead)));
  EXPECT_FALSE(describe(Codec::kOpus, slice("4f70757348656164010238")).ok());
}

TEST(Opus, TellsPacketDurations) {
  media::CodecConfig config = facts(Codec::kOpus, fixtures::kOpusHead);
  EXPECT_EQ(packet_duration(config, base::from_hex("fcfffe")), milliseconds(20));  // libopus: CELT, 20 ms
  EXPECT_EQ(packet_duration(config, base::from_hex("e0")), microseconds(2500));    // CELT, 2.5 ms
  EXPECT_EQ(packet_duration(config, base::from_hex("19")), milliseconds(120));     // two SILK frames of 60 ms
  EXPECT_EQ(packet_duration(config, base::from_hex("6b03")),
            milliseconds(60));  // three hybrid frames of 20 ms
  EXPECT_EQ(packet_duration(config, base::from_hex("1b03")), milliseconds(0));  // above 120 ms is invalid
  EXPECT_EQ(packet_duration(config, {}), milliseconds(0));
}

TEST(G711, CountsBytes) {
  media::CodecConfig config = facts(Codec::kG711A, "");
  EXPECT_EQ(config.sample_rate, 8000u);
  EXPECT_EQ(packet_duration(config, std::vector<uint8_t>(160)), milliseconds(20));
  EXPECT_EQ(facts(Codec::kG711U, "").rfc6381, "ulaw");
}

TEST(Mp3, ReadsFrameHeaders) {
  auto stereo = describe_packet(Codec::kMp3, base::from_hex(fixtures::kMp3Stereo));
  ASSERT_TRUE(stereo.ok());
  EXPECT_EQ(stereo->sample_rate, 44100u);
  EXPECT_EQ(stereo->channels, 2);
  EXPECT_EQ(base::to_ms(packet_duration(*stereo, base::from_hex(fixtures::kMp3Stereo))), 26);
  auto mono = describe_packet(Codec::kMp3, base::from_hex(fixtures::kMp3Mono22));
  EXPECT_EQ(mono->sample_rate, 22050u);
  EXPECT_EQ(mono->channels, 1);
  EXPECT_EQ(base::to_ms(packet_duration(*mono, base::from_hex(fixtures::kMp3Mono22))), 26);  // 576 samples
  EXPECT_FALSE(describe_packet(Codec::kMp3, base::from_hex("4c414d45")).ok());
}

TEST(Ac3, ReadsSyncFrames) {
  auto config = describe_packet(Codec::kAc3, base::from_hex(fixtures::kAc3));
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->sample_rate, 48000u);
  EXPECT_EQ(config->channels, 6);
  EXPECT_EQ(packet_duration(*config, base::from_hex(fixtures::kAc3)), milliseconds(32));
  auto enhanced = describe_packet(Codec::kAc3, base::from_hex("0b77 0000 00 80 0000"));  // bsid 16
  ASSERT_FALSE(enhanced.ok());
  EXPECT_EQ(enhanced.error().code, base::Code::kUnsupported);
}

TEST(Eac3, ReadsSyncFrames) {
  // ffmpeg's eac3, 48 kHz stereo: 768 bytes, six blocks; then a dependent frame of 8 bytes.
  std::vector<uint8_t> frame = base::from_hex(fixtures::kEac3);
  frame.resize(768);
  auto config = describe_packet(Codec::kEac3, frame);
  ASSERT_TRUE(config.ok()) << config.error().message();
  EXPECT_EQ(config->sample_rate, 48000u);
  EXPECT_EQ(config->channels, 2);
  EXPECT_EQ(config->rfc6381, "ec-3");
  EXPECT_EQ(packet_duration(*config, frame), milliseconds(32));
  EXPECT_EQ(eac3::packet_bytes(base::Bytes(frame).first(8)), 768u);
  std::vector<uint8_t> dependent = base::from_hex("0b77 4003 34 80 0000");
  EXPECT_EQ(packet_duration(*config, dependent), milliseconds(0));
  std::vector<uint8_t> both = frame;
  both.insert(both.end(), dependent.begin(), dependent.end());
  EXPECT_EQ(eac3::packet_bytes(both), 776u);
  both.pop_back();
  EXPECT_EQ(eac3::packet_bytes(both), 768u) << "a dependent frame that is not there whole";
}

TEST(Eac3, RefusesWhatIsNone) {
  EXPECT_EQ(eac3::packet_bytes(base::from_hex(fixtures::kAc3)), 0u);
  EXPECT_EQ(eac3::packet_bytes(base::from_hex("0b77c17f3486ff")), 0u) << "reserved stream type";
  EXPECT_EQ(eac3::packet_bytes(base::from_hex("0b77017ff486ff")), 0u) << "reserved rate";
  EXPECT_EQ(eac3::packet_bytes(base::from_hex("0b7701")), 0u);
}

TEST(G726, CountsSamplesByTheirBits) {
  constexpr std::pair<const char*, int> kBytesOf20Ms[] = {{"02", 40}, {"03", 60}, {"04", 80}, {"05", 100}};
  for (auto [record, bytes] : kBytesOf20Ms) {
    media::CodecConfig config = facts(Codec::kG726, record);
    EXPECT_EQ(config.sample_rate, 8000u);
    EXPECT_EQ(config.channels, 1);
    EXPECT_EQ(packet_duration(config, std::vector<uint8_t>(static_cast<size_t>(bytes))), milliseconds(20));
  }
  for (const char* record : {"", "01", "06", "0404"})
    EXPECT_FALSE(describe(Codec::kG726, slice(record)).ok()) << record;
}

TEST(L16, CountsSamplesOfAllChannels) {
  media::CodecConfig config = facts(Codec::kL16, "");
  EXPECT_EQ(packet_duration(config, std::vector<uint8_t>(1764)), milliseconds(0)) << "nothing said";
  config.sample_rate = 44100, config.channels = 2;
  EXPECT_EQ(packet_duration(config, std::vector<uint8_t>(1764)), milliseconds(10));
}

TEST(Flac, ReadsStreamInfoAndBlocks) {
  media::CodecConfig config = facts(Codec::kFlac, fixtures::kFlacInfo);
  EXPECT_EQ(config.sample_rate, 44100u);
  EXPECT_EQ(config.channels, 2);
  EXPECT_EQ(base::to_ms(packet_duration(config, base::from_hex(fixtures::kFlacFrame))), 104);  // 4608 samples
  EXPECT_EQ(base::to_ms(packet_duration(config, base::from_hex(fixtures::kFlacLastFrame))),
            91);  // 4014 samples
  EXPECT_FALSE(describe(Codec::kFlac, slice("1200")).ok());
}

TEST(Codec, PacketsThatDoNotDescribeThemselvesSaySo) {
  auto config = describe_packet(Codec::kAac, base::from_hex("2110"));
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, base::Code::kUnsupported);
}

}  // namespace
}  // namespace eyas::codec

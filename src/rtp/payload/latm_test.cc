// MP4A-LATM [RFC 6416]. The bytes are ffmpeg's: AAC-LC, 48 kHz, two channels.
#include "rtp/payload/latm.h"

#include <gtest/gtest.h>

#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using media::Codec;
using test::hex;
using test::packet;
using test::push;

// audioMuxElement with its StreamMuxConfig [ISO 14496-3 1.7.3.1] and a frame of two bytes: useSameStreamMux
// 0; version 0, same framing, one subframe, programme and layer; AudioSpecificConfig; frameLengthType 0,
// latmBufferFullness 255, no other data, no CRC; length and frame.
std::string in_band() {
  codec::BitWriter bits;
  for (uint8_t byte : base::from_hex("20001190")) bits.bits(byte, 8);
  bits.bits(0, 3), bits.bits(255, 8), bits.bits(0, 2);
  bits.bits(2, 8), bits.bits(0xAABB, 16);
  return base::to_hex(bits.take());
}
// With useSameStreamMux 1.
std::string same_mux() {
  codec::BitWriter bits;
  bits.bits(1, 1);
  bits.bits(1, 8), bits.bits(0xCC, 8);
  return base::to_hex(bits.take());
}

base::Result<std::unique_ptr<Depacketizer>> make(std::map<std::string, std::string> fmtp) {
  DepacketizerConfig config;
  config.codec = Codec::kAac;
  config.encoding = "MP4A-LATM";
  config.clock_rate = 48000;
  config.fmtp = std::move(fmtp);
  return make_depacketizer(config);
}

TEST(Latm, ReadsTheMultiplexInBand) {
  auto units = push(**make({}), {packet(same_mux(), 1, true), packet(in_band(), 1024, true),
                                 packet(same_mux(), 2048, true)});
  ASSERT_EQ(units.size(), 2u);  // nothing can be made of what came before the multiplex
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(hex(units[0].config->record), "1190");
  EXPECT_EQ(units[0].config->sample_rate, 48000u);
  EXPECT_EQ(hex(units[0].payload), "aabb");
  EXPECT_EQ(hex(units[1].payload), "cc");
  EXPECT_FALSE(units[1].config);
}

TEST(Latm, ReadsTheMultiplexOfTheDescription) {
  auto depacketizer = make({{"cpresent", "0"}, {"config", "400023203fc0"}});  // as ffmpeg describes it
  ASSERT_TRUE(depacketizer.ok()) << depacketizer.error().message();
  auto units = push(**depacketizer, {packet("02 aabb", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].config->record), "1190");
  EXPECT_EQ(hex(units[0].payload), "aabb");
  // As GStreamer's rtpmp4apay does: with backward compatible signalling, and nothing behind it.
  auto gstreamer = make({{"cpresent", "0"}, {"config", "40002310adca00"}});
  ASSERT_TRUE(gstreamer.ok()) << gstreamer.error().message();
  units = push(**gstreamer, {packet("02 aabb", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].config->record), "118856e500");
  EXPECT_FALSE(make({{"cpresent", "0"}}).ok());
  EXPECT_FALSE(make({{"cpresent", "0"}, {"config", "4000"}}).ok());
}

TEST(Latm, JoinsElementsOverPacketsAndDropsThoseWithHoles) {
  auto depacketizer = make({{"cpresent", "0"}, {"config", "400023203fc0"}});
  std::string long_frame = "ff01";  // 256 bytes
  for (int i = 0; i < 256; ++i) long_frame += "5a";
  std::string head = long_frame.substr(0, 100), tail = long_frame.substr(100);
  auto units = push(**depacketizer, {packet(head, 1, false), packet(tail, 1, true), packet(head, 2, false),
                                     packet(tail, 2, true, true), packet("01 cc", 3, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].payload.size(), 256u);
  EXPECT_EQ(hex(units[1].payload), "cc");
  EXPECT_TRUE(units[1].after_loss);
}

TEST(Latm, SubframesHaveTheirOwnTimes) {
  // Version 0, same framing, numSubFrames 1: two frames an element.
  codec::BitWriter bits;
  bits.bits(0, 1), bits.bits(1, 1), bits.bits(1, 6), bits.bits(0, 7), bits.bits(0x1190, 16);
  bits.bits(0, 3), bits.bits(255, 8), bits.bits(0, 2);
  auto depacketizer = make({{"cpresent", "0"}, {"config", base::to_hex(bits.take())}});
  auto units = push(**depacketizer, {packet("01aa 01bb", 1000, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[1].timestamp, 2024u);
  EXPECT_EQ(hex(units[1].payload), "bb");
}

TEST(Latm, ReadsVersion1WithLengthsAndOtherData) {
  codec::BitWriter bits;
  bits.bits(1, 1), bits.bits(0, 1);   // version 1, A 0
  bits.bits(0, 2), bits.bits(0, 8);   // taraBufferFullness
  bits.bits(1, 1), bits.bits(0, 13);  // same framing, one of each
  bits.bits(0, 2), bits.bits(21, 8);  // 21 bits of configuration: 16 and fill
  bits.bits(0x1190, 16), bits.bits(0, 5);
  bits.bits(0, 3), bits.bits(255, 8);
  bits.bits(1, 1), bits.bits(0, 2), bits.bits(8, 8);  // other data: 8 bits
  bits.bits(1, 1), bits.bits(0, 8);                   // CRC
  auto depacketizer = make({{"cpresent", "0"}, {"config", base::to_hex(bits.take())}});
  ASSERT_TRUE(depacketizer.ok()) << depacketizer.error().message();
  EXPECT_EQ(push(**depacketizer, {packet("02aabb ff", 1, true)}).size(), 1u);
}

TEST(Latm, RefusesWhatItCannotRead) {
  std::vector<uint8_t> layers = base::from_hex("4002 1190 3fc0");
  codec::BitReader bits(layers);
  auto mux = codec::aac::LatmMux::parse(bits);
  ASSERT_FALSE(mux.ok());
  EXPECT_EQ(mux.error().code, base::Code::kUnsupported);
  EXPECT_TRUE(
      push(**make({}), {packet("20", 1, true), packet("2000 1190", 2, true), packet("", 3, true)}).empty());
}

}  // namespace
}  // namespace eyas::rtp

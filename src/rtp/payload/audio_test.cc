// Opus, G.711, G.726, L16 and AAC.
#include <gtest/gtest.h>

#include "codec/fixtures.h"
#include "rtp/payload/test_packets.h"

namespace eyas::rtp {
namespace {

using namespace codec::fixtures;
using media::Codec;
using test::hex;
using test::packet;
using test::push;

TEST(OpusPayload, IsTheFrameItself) {
  auto packetizer = make_packetizer(Codec::kOpus);
  base::Slice payload = slice("78010203");
  auto packetized = packetizer->packetize(test::frame(nullptr, payload, true), 1200);
  ASSERT_EQ(packetized.packets.size(), 1u);
  EXPECT_EQ(packetized.bytes.data(), payload.data());  // shared
  EXPECT_FALSE(packetized.packets[0].marker);
  EXPECT_TRUE(packetizer->packetize(test::frame(nullptr, base::Slice(std::vector<uint8_t>(65)), true), 64)
                  .packets.empty());

  auto units = push(*test::depacketizer(Codec::kOpus),
                    {packet("78010203", 5, false), packet("", 6, false), packet("78", 7, false, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(hex(units[0].payload), "78010203");
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->channels, 2);
  EXPECT_FALSE(units[1].config);
  EXPECT_TRUE(units[1].after_loss);
}

TEST(G711Payload, SplitsBetweenSamples) {
  auto packetizer = make_packetizer(Codec::kG711A);
  auto packets = test::packets_of(
      *packetizer, test::frame(nullptr, base::Slice(std::vector<uint8_t>(200, 1)), true), 160, 1000);
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_EQ(packets[0].payload.size(), 160u);
  EXPECT_EQ(packets[1].timestamp, 1160u);
  auto units = push(*test::depacketizer(Codec::kG711U), packets);
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(units[0].config->sample_rate, 8000u);
}

std::unique_ptr<Depacketizer> samples(Codec codec, const std::string& encoding, uint32_t rate,
                                      uint8_t channels) {
  DepacketizerConfig config;
  config.codec = codec;
  config.encoding = encoding;
  config.clock_rate = rate;
  config.channels = channels;
  auto made = make_depacketizer(config);
  return made ? *std::move(made) : nullptr;
}

TEST(G726Payload, GoesThereAndBackAtAllRates) {
  auto packetizer = make_packetizer(Codec::kG726);
  for (unsigned bits = 2; bits <= 5; ++bits) {
    auto track = test::track(Codec::kG726, base::to_hex(std::vector<uint8_t>{static_cast<uint8_t>(bits)}));
    base::Slice payload(std::vector<uint8_t>(size_t{bits} * 40, 0x5A));  // 40 ms
    auto packets = test::packets_of(*packetizer, test::frame(track, payload, true), 100, 1000);
    ASSERT_EQ(packets.size(), (payload.size() + 99) / 100);
    size_t first = 100 / bits * bits;
    if (packets.size() > 1) {
      EXPECT_EQ(packets[0].payload.size(), first) << "split where a sample begins";
      EXPECT_EQ(packets[1].timestamp, 1000 + first / bits * 8);
    }
    auto units = push(*samples(Codec::kG726, "G726-" + std::to_string(bits * 8), 8000, 1), packets);
    ASSERT_EQ(units.size(), packets.size());
    ASSERT_TRUE(units[0].config);
    EXPECT_EQ(hex(units[0].config->record), "0" + std::to_string(bits));
    EXPECT_EQ(hex(units[0].payload), hex(payload.bytes().first(packets[0].payload.size())));
  }
}

TEST(G726Payload, HighBitsFirstAreTurnedRound) {
  // 4 bits: nibbles change places. 3 bits: samples 1 to 8 (8 is 0) of 001 010 011 100 101 110 111 000.
  auto four = push(*samples(Codec::kG726, "AAL2-G726-32", 8000, 1), {packet("1234", 1, false)});
  ASSERT_EQ(four.size(), 1u);
  EXPECT_EQ(hex(four[0].payload), "2143");
  auto three = push(*samples(Codec::kG726, "AAL2-G726-24", 8000, 1), {packet("29cbb8", 1, false)});
  ASSERT_EQ(three.size(), 1u);
  EXPECT_EQ(hex(three[0].payload), "d1581f");
}

TEST(G726Payload, RefusesWhatItIsNot) {
  EXPECT_EQ(samples(Codec::kG726, "G726-48", 8000, 1), nullptr);
  EXPECT_EQ(samples(Codec::kG726, "", 8000, 1), nullptr);
  EXPECT_EQ(samples(Codec::kG726, "G726-32", 8000, 2), nullptr);
}

TEST(L16Payload, SplitsBetweenSamplesOfAllChannels) {
  media::Track said;
  said.config.codec = Codec::kL16;
  said.config.sample_rate = 44100;
  said.config.channels = 2;
  auto track = std::make_shared<const media::Track>(said);
  auto packets =
      test::packets_of(*make_packetizer(Codec::kL16),
                       test::frame(track, base::Slice(std::vector<uint8_t>(300, 1)), true), 150, 1000);
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_EQ(packets[0].payload.size(), 148u);
  EXPECT_EQ(packets[1].timestamp, 1037u);
  auto units = push(*samples(Codec::kL16, "L16", 44100, 2), packets);
  ASSERT_EQ(units.size(), 3u);
  ASSERT_TRUE(units[0].config);
  EXPECT_EQ(units[0].config->sample_rate, 44100u);
  EXPECT_EQ(units[0].config->channels, 2);
  EXPECT_EQ(samples(Codec::kL16, "L16", 0, 1), nullptr);
  EXPECT_EQ(samples(Codec::kL16, "L16", 200'000, 1), nullptr);
  EXPECT_EQ(samples(Codec::kL16, "L16", 48000, 9), nullptr);
}

std::map<std::string, std::string> hbr() {
  return {{"config", "1190"},
          {"sizelength", "13"},
          {"indexlength", "3"},
          {"indexdeltalength", "3"},
          {"mode", "AAC-hbr"}};
}

std::unique_ptr<Depacketizer> aac(std::map<std::string, std::string> fmtp) {
  DepacketizerConfig config;
  config.codec = Codec::kAac;
  config.clock_rate = 48000;
  config.fmtp = std::move(fmtp);
  return *make_depacketizer(config);
}

TEST(AacPayload, GoesThereAndBackWholeAndSplit) {
  auto packetizer = make_packetizer(Codec::kAac);
  for (size_t size : {1u, 96u, 97u, 1000u}) {
    base::Slice payload(std::vector<uint8_t>(size, static_cast<uint8_t>(size)));
    auto packets = test::packets_of(*packetizer, test::frame(nullptr, payload, true), 100, 7);
    EXPECT_EQ(packets.size(), (size + 95) / 96);
    EXPECT_TRUE(packets.back().marker);
    auto units = push(*aac(hbr()), packets);
    ASSERT_EQ(units.size(), 1u);
    EXPECT_EQ(hex(units[0].payload), hex(payload));
    EXPECT_EQ(units[0].config->sample_rate, 48000u);
    packets.resize(packets.size() - 1);
    if (!packets.empty()) packets.push_back(packet("0010 0008 ff", 8, true));
    EXPECT_EQ(push(*aac(hbr()), packets).size(), packets.empty() ? 0u : 1u);
  }
}

TEST(AacPayload, UnitsOfOnePacketHaveTheirOwnTimes) {
  // Two headers of 16 bits: 2 bytes, index 0; 3 bytes, index delta 0.
  auto units = push(*aac(hbr()), {packet("0020 0010 0018 aaaa bbbbbb", 1000, true)});
  ASSERT_EQ(units.size(), 2u);
  EXPECT_EQ(hex(units[0].payload), "aaaa");
  EXPECT_EQ(hex(units[1].payload), "bbbbbb");
  EXPECT_EQ(units[1].timestamp, 1000u + 1024);
}

TEST(AacPayload, ReadsLowBitRateModeAndOptionalFields) {
  auto lbr = hbr();
  lbr["sizelength"] = "6", lbr["indexlength"] = "2", lbr["indexdeltalength"] = "2";
  auto units = push(*aac(lbr), {packet("0008 08 aaaa", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), "aaaa");
  // CTS-flag 1 with 7 bits of CTS-delta: header of 13 + 3 + 1 + 7 bits; auxiliary data of 8 bits.
  auto more = hbr();
  more["ctsdeltalength"] = "7", more["auxiliarydatasizelength"] = "8";
  units = push(*aac(more), {packet("0018 0010 85 08 ff aaaa", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), "aaaa");
  units = push(*aac({{"config", "1190"}}), {packet("aabb", 1, true)});  // no AU headers at all
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), "aabb");
}

TEST(AacPayload, WhatIsBrokenIsPassedOver) {
  for (const char* hex : {"00", "0010 00", "0020 0010 0018 aa", "0000"})
    EXPECT_TRUE(push(*aac(hbr()), {packet(hex, 1, true)}).empty()) << hex;
  // A fragment whose beginning or middle was lost.
  EXPECT_TRUE(push(*aac(hbr()), {packet("0010 0020 aabb", 1, false), packet("0010 0020 ccdd", 1, true, true)})
                  .empty());
  EXPECT_TRUE(
      push(*aac(hbr()), {packet("0010 0020 aabb", 1, false), packet("0010 0020 ccddee", 1, true)}).empty());
}

TEST(AacPayload, UnitsOfOnePacketAreBounded) {
  base::ByteWriter payload;
  payload.u16(300 * 16);
  for (int i = 0; i < 300; ++i) payload.u16(1 << 3);  // 300 units of one byte
  payload.zeros(300);
  EXPECT_EQ(push(*aac(hbr()), {{payload.take(), 1, true, false}}).size(), 256u);
}

TEST(AacPayload, NeedsItsConfiguration) {
  DepacketizerConfig config;
  config.codec = Codec::kAac;
  EXPECT_EQ(make_depacketizer(config).error().code, base::Code::kMalformed);
  config.fmtp = hbr();
  config.fmtp["sizelength"] = "99";
  EXPECT_EQ(make_depacketizer(config).error().code, base::Code::kMalformed);
}

TEST(AacPayload, ReadsDevicesWithoutParameters) {
  DepacketizerConfig config;
  config.codec = Codec::kAac;
  config.clock_rate = 16000;
  config.channels = 1;
  auto depacketizer = make_depacketizer(config);
  ASSERT_TRUE(depacketizer.ok());
  auto units = push(**depacketizer, {packet("0010 0010 aabb", 1, true)});
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(hex(units[0].payload), "aabb");
  EXPECT_EQ(units[0].config->sample_rate, 16000u);
  EXPECT_EQ(units[0].config->channels, 1);
}

TEST(Payload, SaysWhatItCannot) {
  DepacketizerConfig config;
  config.codec = Codec::kFlac;
  EXPECT_EQ(make_depacketizer(config).error().code, base::Code::kUnsupported);
  EXPECT_EQ(make_packetizer(Codec::kFlac), nullptr);
}

TEST(Payload, ClockRates) {
  media::CodecConfig config;
  config.sample_rate = 44100;
  for (auto [codec, rate] : {std::pair{Codec::kH264, 90000u},
                             {Codec::kOpus, 48000u},
                             {Codec::kG711U, 8000u},
                             {Codec::kL16, 44100u},
                             {Codec::kMp3, 90000u},
                             {Codec::kData, 90000u},
                             {Codec::kAac, 44100u}}) {
    config.codec = codec;
    EXPECT_EQ(clock_rate(config), rate);
  }
}

}  // namespace
}  // namespace eyas::rtp

#include "rtp/packet.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "rtp/ntp.h"
#include "rtp/sequence.h"

namespace eyas::rtp {
namespace {

using base::from_hex;

// One-byte extensions: id 1 with 3 bytes, padding, id 5 with 1 byte.
const std::vector<uint8_t> kWithExtensions = from_hex(
    "92 e0 fffe 00000001 11223344"  // V 2, P 0, X 1, CC 2; marker, PT 96; sequence, timestamp, SSRC
    "aaaaaaaa bbbbbbbb"             // two CSRCs
    "bede 0002 12 010203 00 50 7f 00"
    "deadbeef");

TEST(RtpPacket, ReadsHeaderAndExtensions) {
  auto packet = PacketView::parse(kWithExtensions);
  ASSERT_TRUE(packet.ok());
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, 96);
  EXPECT_EQ(packet->sequence, 0xFFFE);
  EXPECT_EQ(packet->timestamp, 1u);
  EXPECT_EQ(packet->ssrc, 0x11223344u);
  EXPECT_EQ(base::to_hex(packet->payload), "deadbeef");
  EXPECT_EQ(base::to_hex(*packet->extension(1)), "010203");
  EXPECT_EQ(base::to_hex(*packet->extension(5)), "7f");
  EXPECT_FALSE(packet->extension(2));
  EXPECT_FALSE(packet->extension(0));
}

TEST(RtpPacket, ReadsTwoByteExtensions) {
  auto bytes = from_hex(
      "90 60 0001 00000002 00000003"
      "1000 0003 10 00 00 fe 04 01020304 0000 00"  // id 16 empty, padding, id 254 with 4 bytes
      "99");
  auto packet = PacketView::parse(bytes);
  ASSERT_TRUE(packet.ok());
  ASSERT_TRUE(packet->extension(16));
  EXPECT_TRUE(packet->extension(16)->empty());
  EXPECT_EQ(base::to_hex(*packet->extension(254)), "01020304");
  EXPECT_EQ(base::to_hex(packet->payload), "99");
}

TEST(RtpPacket, AnExtensionThatRunsOutOfItsBlockIsNotFound) {
  auto bytes = from_hex("90 60 0001 00000002 00000003 bede 0001 1f 010203");
  auto packet = PacketView::parse(bytes);
  ASSERT_TRUE(packet.ok());
  EXPECT_FALSE(packet->extension(1));
}

TEST(RtpPacket, TakesPaddingOff) {
  auto padded = from_hex("a0 60 0001 00000002 00000003 dead 000003");
  EXPECT_EQ(base::to_hex(PacketView::parse(padded)->payload), "dead");
  auto only_padding = from_hex("a0 60 0001 00000002 00000003 000003");
  EXPECT_TRUE(PacketView::parse(only_padding)->payload.empty());
}

TEST(RtpPacket, RefusesWhatIsBroken) {
  auto code = [](const char* hex) { return PacketView::parse(from_hex(hex)).error().code; };
  EXPECT_EQ(code("80 60 0001 00000002 000000"), base::Code::kMalformed);             // short
  EXPECT_EQ(code("40 60 0001 00000002 00000003"), base::Code::kUnsupported);         // version 1
  EXPECT_EQ(code("82 60 0001 00000002 00000003 00000004"), base::Code::kMalformed);  // CSRC missing
  EXPECT_EQ(code("90 60 0001 00000002 00000003 bede 0002 00000000"), base::Code::kMalformed);
  EXPECT_EQ(code("a0 60 0001 00000002 00000003 00"), base::Code::kMalformed);  // padding of no bytes
  EXPECT_EQ(code("a0 60 0001 00000002 00000003 05"), base::Code::kMalformed);  // more padding than payload
  EXPECT_EQ(code("a0 60 0001 00000002 00000003"), base::Code::kMalformed);
}

TEST(RtpPacket, TellsRtcpFromRtp) {
  EXPECT_TRUE(is_rtcp(from_hex("80c8")));
  EXPECT_TRUE(is_rtcp(from_hex("81ce")));
  EXPECT_FALSE(is_rtcp(from_hex("8060")));
  EXPECT_FALSE(is_rtcp(from_hex("80e0")));  // marker and payload type 96
  EXPECT_FALSE(is_rtcp(from_hex("80")));
}

Header header_with(std::span<const Extension> extensions) {
  Header header;
  header.payload_type = 111;
  header.marker = true;
  header.sequence = 0x1234;
  header.timestamp = 0x89ABCDEF;
  header.ssrc = 0xCAFEBABE;
  header.extensions = extensions;
  return header;
}

void expect_round_trip(std::span<const Extension> extensions, uint16_t profile) {
  Header header = header_with(extensions);
  std::vector<uint8_t> bytes(header_bytes(header));
  ASSERT_EQ(write_header(bytes, header), bytes.size());
  auto packet = PacketView::parse(bytes);
  ASSERT_TRUE(packet.ok());
  EXPECT_EQ(packet->extension_profile, profile);
  EXPECT_EQ(packet->sequence, header.sequence);
  EXPECT_EQ(packet->timestamp, header.timestamp);
  EXPECT_EQ(packet->ssrc, header.ssrc);
  EXPECT_EQ(packet->payload_type, header.payload_type);
  EXPECT_TRUE(packet->marker);
  EXPECT_TRUE(packet->payload.empty());
  for (const Extension& extension : extensions) {
    ASSERT_TRUE(packet->extension(extension.id));
    EXPECT_EQ(base::to_hex(*packet->extension(extension.id)), base::to_hex(extension.value));
  }
}

TEST(RtpPacket, WritesWhatItReads) {
  const std::vector<uint8_t> value(200, 0x5A);
  base::Bytes bytes = value;
  expect_round_trip({}, 0);
  expect_round_trip(std::array{Extension{1, bytes.first(3)}, Extension{14, bytes.first(16)}},
                    kOneByteProfile);
  expect_round_trip(std::array{Extension{1, bytes.first(3)}, Extension{15, bytes.first(2)}}, kTwoByteProfile);
  expect_round_trip(std::array{Extension{3, bytes.first(17)}}, kTwoByteProfile);
  expect_round_trip(std::array{Extension{3, {}}, Extension{200, bytes}}, kTwoByteProfile);
}

TEST(RtpPacket, WritesNothingWhereThereIsNoRoom) {
  std::array<uint8_t, 11> small{};
  EXPECT_EQ(write_header(small, header_with({})), 0u);
}

TEST(Unwrapper, FollowsWrapsBothWays) {
  SequenceUnwrapper sequence;
  EXPECT_EQ(sequence.unwrap(65534), 65534);
  EXPECT_EQ(sequence.unwrap(1), 65537);
  EXPECT_EQ(sequence.peek(65535), 65535);
  EXPECT_EQ(sequence.unwrap(65535), 65535);
  EXPECT_EQ(sequence.unwrap(2), 65538);
  TimestampUnwrapper timestamp;
  EXPECT_EQ(timestamp.unwrap(5), 5);
  EXPECT_EQ(timestamp.unwrap(0xFFFFFFFF), -1);
  EXPECT_EQ(distance<uint16_t>(65535, 0), 1);
  EXPECT_EQ(distance<uint16_t>(0, 65535), -1);
}

TEST(NtpTime, GoesThereAndBack) {
  using std::chrono::seconds;
  // 2026-11-21 00:00:00.5 UTC.
  base::WallTime time{seconds(1'795'219'200) + std::chrono::milliseconds(500)};
  NtpTime ntp = ntp_of(time);
  EXPECT_EQ(ntp.fixed >> 32, 1'795'219'200u + 2'208'988'800u);
  EXPECT_EQ(ntp.fixed & 0xFFFFFFFF, 0x80000000u);
  EXPECT_EQ(ntp.middle(), static_cast<uint32_t>(ntp.fixed >> 16));
  EXPECT_EQ(wall_of(ntp), time);
  base::WallTime odd = time + base::Duration(123'456'789);
  EXPECT_EQ(wall_of(ntp_of(odd)), odd);
}

TEST(NtpTime, GoesOnInEraOne) {
  base::WallTime later{std::chrono::seconds(2'208'988'800)};  // January 2040
  EXPECT_EQ(wall_of(ntp_of(later)), later);
}

TEST(NtpTime, ShortFormSaturates) {
  EXPECT_EQ(to_short_ntp(std::chrono::milliseconds(500)), 0x8000u);
  EXPECT_EQ(to_short_ntp(std::chrono::hours(24)), UINT32_MAX);
  EXPECT_EQ(to_short_ntp(-std::chrono::seconds(1)), 0u);
  EXPECT_EQ(from_short_ntp(0x18000), std::chrono::milliseconds(1500));
}

}  // namespace
}  // namespace eyas::rtp

// Packets, sections, PES headers and the finding of packets, byte by byte.
#include <gtest/gtest.h>

#include "container/mpegts/adts.h"
#include "container/mpegts/metadata_cell.h"
#include "container/mpegts/opus_header.h"
#include "container/mpegts/pes.h"
#include "container/mpegts/resync.h"
#include "container/mpegts/test_streams.h"
#include "container/mpegts/timeline.h"

namespace eyas::mpegts {
namespace {

std::vector<uint8_t> padded(const std::string& hex, uint8_t fill = 0xFF) {
  std::vector<uint8_t> bytes = base::from_hex(hex);
  bytes.resize(kPacketBytes, fill);
  return bytes;
}

TEST(TsPacket, HeaderAndAdaptationAreRead) {
  std::vector<uint8_t> bytes = padded(
      "47 41 00 37"    // unit start, PID 0x100, adaptation and payload, counter 7
      "0a"             // adaptation of 10 bytes
      "d0"             // discontinuity, random access, PCR
      "80000001 fe00"  // PCR base 0x100000003, extension 0
      "ffffff"         // stuffing
      "000001e0");
  auto packet = read_packet(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->unit_start);
  EXPECT_EQ(packet->pid, 0x100);
  EXPECT_EQ(packet->continuity_counter, 7);
  EXPECT_TRUE(packet->discontinuity);
  EXPECT_TRUE(packet->random_access);
  EXPECT_EQ(packet->pcr, 0x100000003u);
  EXPECT_EQ(packet->stuffing_bytes, 3u);
  EXPECT_EQ(base::to_hex(packet->payload.first(4)), "000001e0");
  EXPECT_EQ(packet->payload.size(), kPacketBytes - 15);
}

TEST(TsPacket, PrivateDataAndExtensionsAreNoStuffing) {
  auto packet =
      read_packet(padded("47 01 00 30"
                         "0b"
                         "07"        // splice countdown, private data, extension
                         "05"        // splice countdown
                         "03aabbcc"  // private data
                         "021234"    // extension
                         "ffff"));   // stuffing
  ASSERT_TRUE(packet);
  EXPECT_EQ(packet->stuffing_bytes, 2u);
}

TEST(TsPacket, WhatIsNoPacketIsRefused) {
  EXPECT_FALSE(read_packet(padded("48 01 00 10")));
  EXPECT_FALSE(read_packet(padded("47 01 00 30 b8")));  // adaptation of 184 bytes: one too many
  EXPECT_FALSE(read_packet(base::Bytes{}));
  EXPECT_TRUE(read_packet(padded("47 01 00 20 b7 00")));
}

TEST(TsPacket, EverySizeIsStuffedAndReadBack) {
  for (size_t size : {1u, 100u, 175u, 176u, 177u, 182u, 183u, 184u, 185u, 360u, 368u, 5000u}) {
    for (bool clock : {false, true}) {
      PacketWriter writer(0x101);
      base::ByteWriter out;
      std::vector<uint8_t> head = {1, 2, 3};
      std::vector<uint8_t> body(size - std::min<size_t>(size, 3), 0xAB);
      head.resize(size - body.size());
      Adaptation adaptation;
      if (clock) adaptation = {false, true, kTickMask};
      writer.write(out, adaptation, head, body);
      std::vector<uint8_t> unit;
      std::vector<Packet> packets = packets_in(out.view());
      for (size_t i = 0; i < packets.size(); ++i) {
        EXPECT_EQ(packets[i].unit_start, i == 0);
        EXPECT_EQ(packets[i].continuity_counter, i % 16);
        unit.insert(unit.end(), packets[i].payload.begin(), packets[i].payload.end());
      }
      head.insert(head.end(), body.begin(), body.end());
      EXPECT_EQ(unit, head) << size;
      EXPECT_EQ(packets[0].pcr.has_value(), clock);
      if (clock) {
        EXPECT_EQ(packets[0].pcr, kTickMask);
      }
      EXPECT_EQ(packets[0].random_access, clock);
    }
  }
}

TEST(TsPacket, APacketWithoutPayloadDoesNotCount) {
  PacketWriter writer(0x101);
  base::ByteWriter out;
  std::vector<uint8_t> unit = {1};
  writer.write(out, {}, unit, {});
  writer.write_adaptation(out, {true, false, 90'000});
  writer.write(out, {}, unit, {});
  auto packets = packets_in(out.view());
  ASSERT_EQ(packets.size(), 3u);
  EXPECT_FALSE(packets[1].has_payload);
  EXPECT_TRUE(packets[1].discontinuity);
  EXPECT_EQ(packets[1].pcr, 90'000u);
  EXPECT_EQ(packets[1].continuity_counter, 0);
  EXPECT_EQ(packets[2].continuity_counter, 1);
}

// As ffmpeg's muxer writes them, CRC included.
const std::string kPatSection = "00b00d0001c100000001f0002ab104b2";
const std::string kPmtSection = "02b0170001c10000e100f0001be100f0000fe101f0002f44b99b";

TEST(TsSections, OthersTablesAreRead) {
  ASSERT_EQ(crc32(base::from_hex(kPatSection)), 0u);
  auto pat = read_pat(base::from_hex(kPatSection));
  ASSERT_TRUE(pat.ok());
  EXPECT_EQ(pat->programmes, (std::vector<Programme>{{1, 0x1000}}));
  ASSERT_EQ(crc32(base::from_hex(kPmtSection)), 0u);
  auto pmt = read_pmt(base::from_hex(kPmtSection));
  ASSERT_TRUE(pmt.ok());
  EXPECT_EQ(pmt->pcr_pid, 0x100);
  ASSERT_EQ(pmt->streams.size(), 2u);
  EXPECT_EQ(pmt->streams[0].stream_type, 0x1B);
  EXPECT_EQ(pmt->streams[1].pid, 0x101);
}

TEST(TsSections, WhatIsWrittenIsRead) {
  Pmt pmt;
  pmt.programme = 7, pmt.version = 31, pmt.pcr_pid = 0x1FFF;
  pmt.descriptors = base::from_hex("05044b4c5641");
  pmt.streams = {{0x15, 0x102, base::from_hex("05044b4c5641 2609 0100ff4b4c5641000f")}, {6, 0x103, {}}};
  std::vector<uint8_t> written = write_pmt(pmt);
  EXPECT_EQ(written[0], 0) << "pointer_field";
  auto again = read_pmt(base::Bytes(written).subspan(1));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, pmt);
  EXPECT_EQ(again->streams[0].registration(), 0x4B4C5641u);
  EXPECT_EQ(again->streams[1].registration(), 0u);
}

TEST(TsSections, AreFoundHoweverPacketsCutThem) {
  std::vector<uint8_t> stream = base::from_hex(kPatSection + kPmtSection);
  for (size_t cut = 1; cut < stream.size(); ++cut) {
    if (cut * 2 == kPatSection.size()) continue;  // a unit start would say that a section begins
    SectionReader reader;
    std::vector<std::string> seen;
    auto visit = [&](base::Bytes section) { seen.push_back(base::to_hex(section)); };
    std::vector<uint8_t> first = {0};
    first.insert(first.end(), stream.begin(), stream.begin() + static_cast<ptrdiff_t>(cut));
    EXPECT_TRUE(reader.on_payload(true, first, visit));
    std::vector<uint8_t> rest(stream.begin() + static_cast<ptrdiff_t>(cut), stream.end());
    rest.resize(kPacketBytes, 0xFF);
    EXPECT_TRUE(reader.on_payload(false, rest, visit));
    EXPECT_EQ(seen, (std::vector<std::string>{kPatSection, kPmtSection})) << cut;
  }
}

TEST(TsSections, APointerFinishesTheSectionBefore) {
  std::vector<uint8_t> stream = base::from_hex(kPatSection);
  SectionReader reader;
  size_t seen = 0;
  auto visit = [&](base::Bytes) { ++seen; };
  std::vector<uint8_t> first = {0, stream[0], stream[1], stream[2], stream[3]};
  reader.on_payload(true, first, visit);
  std::vector<uint8_t> second = {static_cast<uint8_t>(stream.size() - 4)};
  second.insert(second.end(), stream.begin() + 4, stream.end());
  second.insert(second.end(), stream.begin(), stream.end());
  EXPECT_TRUE(reader.on_payload(true, second, visit));
  EXPECT_EQ(seen, 2u);
}

TEST(TsSections, BrokenOnesAreDroppedAndSaid) {
  std::vector<uint8_t> stream = base::from_hex("00" + kPatSection);
  stream[9] ^= 1;
  SectionReader reader;
  size_t seen = 0;
  auto visit = [&](base::Bytes) { ++seen; };
  EXPECT_FALSE(reader.on_payload(true, stream, visit));
  EXPECT_FALSE(reader.on_payload(true, base::from_hex("00 02bfff"), visit)) << "longer than a section may be";
  EXPECT_FALSE(reader.on_payload(true, base::from_hex("ff 02"), visit))
      << "the pointer points out of the packet";
  EXPECT_EQ(seen, 0u);
}

// A section of heap memory exactly as long as it is: sanitizers see each byte read behind it.
template <typename Reader>
void read_with_every_value_of_every_byte(const std::string& hex, const Reader& read) {
  const std::vector<uint8_t> good = base::from_hex(hex);
  for (size_t at = 0; at + 4 < good.size(); ++at) {
    for (unsigned value = 0; value < 256; ++value) {
      std::vector<uint8_t> section = good;
      section[at] = static_cast<uint8_t>(value);
      const uint32_t sum = crc32(base::Bytes(section).first(section.size() - 4));
      for (size_t i = 0; i < 4; ++i)
        section[section.size() - 4 + i] = static_cast<uint8_t>(sum >> (24 - 8 * i));
      read(section);
    }
  }
}

// ireader's GHSA-p7jj-x4pf-33fv: lengths within a table that is well sealed ran past its end.
TEST(TsSections, LengthsThatRunPastTheirTableReadNothingBehindIt) {
  read_with_every_value_of_every_byte(kPatSection, [](base::Bytes section) {
    if (auto pat = read_pat(section)) {
      EXPECT_LE(pat->programmes.size(), section.size() / 4);
    }
  });
  size_t refused = 0;
  read_with_every_value_of_every_byte(kPmtSection, [&](base::Bytes section) {
    auto pmt = read_pmt(section);
    if (!pmt) return static_cast<void>(++refused);
    EXPECT_LE(pmt->descriptors.size(), section.size());
    EXPECT_LE(pmt->streams.size(), section.size() / 5);
  });
  EXPECT_GT(refused, 500u) << "programme information and descriptors longer than the section";
}

TEST(TsPes, TimesAreReadAndWritten) {
  std::vector<uint8_t> written = write_pes_header(0xE0, 0x123456789 & kTickMask, kTickMask, 70'000);
  EXPECT_EQ(written[4] << 8 | written[5], 0) << "too long for a length";
  auto header = read_pes_header(written);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->pts, 0x123456789u & kTickMask);
  EXPECT_EQ(header->dts, kTickMask);
  EXPECT_EQ(header->bytes, written.size());
  // What ffmpeg wrote for 1.4 s, with the markers set.
  auto others = read_pes_header(base::from_hex("000001e0000080 80 05 210007d861 00000001"));
  ASSERT_TRUE(others);
  EXPECT_EQ(others->pts, 126'000u);
  EXPECT_FALSE(others->dts);
}

TEST(TsPes, BrokenHeadersAreRefused) {
  EXPECT_FALSE(read_pes_header({}));
  EXPECT_FALSE(read_pes_header(base::from_hex("000002e00000808005210007d861")));
  EXPECT_FALSE(read_pes_header(base::from_hex("000001e00000808005210007")));
  EXPECT_FALSE(read_pes_header(base::from_hex("000001e00000 80 80 02 2100"))) << "a PTS that is not there";
}

TEST(TsPes, AnAssemblyKnowsItsLength) {
  PesAssembly pes;
  pes.begin(base::from_hex("000001c0 0008 808005"));
  EXPECT_FALSE(pes.complete());
  EXPECT_FALSE(pes.unbounded());
  pes.append(base::from_hex("2100010001 ffff"));
  EXPECT_TRUE(pes.complete());
  EXPECT_EQ(pes.take().size(), 14u) << "stuffing behind it is cut off";
  EXPECT_FALSE(pes.open());
}

TEST(TsTimeline, GoesOnWhereTheClockWraps) {
  Timeline timeline;
  media::MediaTime before = timeline.unwrap(kTickMask - 89'999);
  EXPECT_EQ(timeline.unwrap(0) - before, std::chrono::seconds(1));
  EXPECT_EQ(timeline.unwrap(kTickMask - 89'999), before) << "a frame from before the wrap comes late";
  EXPECT_EQ(timeline.unwrap(90'000) - before, std::chrono::seconds(2));
  EXPECT_EQ(media_time_from_ticks(1).time_since_epoch().count(), 11'111);
  EXPECT_EQ(media_time_from_ticks(9).time_since_epoch().count(), 100'000);
}

TEST(TsTimeline, AClockThatLeapsForEverStaysWithinNanoseconds) {
  constexpr base::Duration kCentury = std::chrono::hours(24 * 365 * 100);
  for (uint64_t leap : {uint64_t{0xFFFF'FFFF}, uint64_t{0x1'0000'0001}}) {  // forwards, backwards
    Timeline timeline;
    for (uint64_t i = 0; i < 300'000; ++i) {
      const base::Duration at = timeline.unwrap(i * leap & kTickMask).time_since_epoch();
      ASSERT_TRUE(at < kCentury && at > -kCentury) << "leap " << i;
    }
  }
}

TEST(TsTimeline, WireTicksAreWhatWasRead) {
  for (int64_t ticks : {int64_t{90'000}, int64_t{90'001}, int64_t{3'600'007}, int64_t{1} << 32}) {
    EXPECT_EQ(wire_ticks(media_time_from_ticks(ticks - 90'000)), static_cast<uint64_t>(ticks));
  }
  EXPECT_EQ(wire_ticks(media_time_from_ticks(int64_t{1} << 33)), 90'000u) << "33 bits wrap";
}

std::vector<uint8_t> stream_of(size_t packets, size_t stride, size_t before) {
  std::vector<uint8_t> bytes;
  for (size_t i = 0; i < packets; ++i) {
    size_t start = bytes.size();
    bytes.resize(start + stride, static_cast<uint8_t>(i));
    bytes[start + before] = kSyncByte;
  }
  return bytes;
}

struct Stride {
  size_t bytes;
  size_t before;
};

TEST(TsPacketFinder, FindsPacketsOfEveryStrideHoweverTheyAreCut) {
  for (Stride stride : {Stride{188, 0}, Stride{192, 4}, Stride{204, 0}}) {
    std::vector<uint8_t> bytes = stream_of(10, stride.bytes, stride.before);
    for (size_t cut = 1; cut <= bytes.size(); cut += 7) {
      PacketFinder finder;
      std::vector<uint8_t> numbers;
      for (size_t at = 0; at < bytes.size(); at += cut) {
        finder.add(base::Bytes(bytes).subspan(at, std::min(cut, bytes.size() - at)));
        for (base::Bytes p = finder.next(); !p.empty(); p = finder.next()) numbers.push_back(p[1]);
      }
      finder.finish();
      for (base::Bytes p = finder.next(); !p.empty(); p = finder.next()) numbers.push_back(p[1]);
      ASSERT_EQ(numbers, (std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})) << stride.bytes << " " << cut;
      EXPECT_EQ(finder.lost_bytes(), stride.before);
    }
  }
}

TEST(TsPacketFinder, FindsPacketsAgainAfterOtherBytes) {
  std::vector<uint8_t> bytes = stream_of(4, kPacketBytes, 0);
  bytes.insert(bytes.end(), 1000, kSyncByte + 1);
  bytes.push_back(kSyncByte);  // a lone one
  bytes.insert(bytes.end(), 50, 0);
  std::vector<uint8_t> more = stream_of(5, kPacketBytes, 0);
  bytes.insert(bytes.end(), more.begin(), more.end());
  PacketFinder finder;
  finder.add(bytes);
  size_t found = 0;
  while (!finder.next().empty()) ++found;
  EXPECT_EQ(found, 9u);
  EXPECT_EQ(finder.resyncs(), 1u);
  EXPECT_EQ(finder.lost_bytes(), 1051u);
  EXPECT_EQ(finder.unsynced_bytes(), 0u);
}

TEST(TsAdts, HeadersAreWrittenAndRead) {
  auto config = codec::aac::parse(base::from_hex("1190"));
  auto written = write_adts(*config, 200);
  ASSERT_TRUE(written);
  auto header = read_adts(*written);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->object_type, 2);
  EXPECT_EQ(header->sample_rate, 48'000u);
  EXPECT_EQ(header->channels, 2);
  EXPECT_EQ(header->frame_bytes, 207u);
  EXPECT_FALSE(write_adts(*config, kAdtsFrameBytesMax)) << "13 bits of length";
  EXPECT_FALSE(read_adts(base::from_hex("fef14c8003fffc")));
}

TEST(TsOpusHeader, SizesAreReadAndCutPacketsAreNot) {
  for (size_t size : {0u, 1u, 254u, 255u, 256u, 1275u}) {
    std::vector<uint8_t> bytes = write_opus_header(size);
    size_t head = bytes.size();
    bytes.resize(head + size, 0x55);
    auto header = read_opus_header(bytes);
    ASSERT_TRUE(header) << size;
    EXPECT_EQ(header->bytes, head);
    EXPECT_EQ(header->packet_bytes, size);
    if (size > 0) {
      EXPECT_FALSE(read_opus_header(base::Bytes(bytes).first(bytes.size() - 1)));
    }
  }
  auto trimmed =
      read_opus_header(base::from_hex("7ffc"  // prefix, start trim, end trim, control extension
                                      "02"    // size
                                      "0138"  // start trim
                                      "0000"  // end trim
                                      "01aa"  // extension
                                      "fcff"));
  ASSERT_TRUE(trimmed);
  EXPECT_EQ(trimmed->bytes, 9u);
  EXPECT_FALSE(read_opus_header(base::from_hex("3fe00101")));
}

}  // namespace
}  // namespace eyas::mpegts

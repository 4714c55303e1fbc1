// What a receiver makes of streams that are damaged, change, or are not as they should be.
#include <gtest/gtest.h>

#include "container/mpegts/adts.h"
#include "container/mpegts/metadata_cell.h"
#include "container/mpegts/pes.h"
#include "container/mpegts/test_streams.h"

namespace eyas::mpegts {
namespace {

using media::TrackKind;
using namespace std::chrono_literals;

constexpr uint16_t kPid = kFirstPid;

// 30 pictures of 700 bytes (several packets each), a key frame every 10.
std::vector<UnitPtr> film(Sender& sender, const media::TrackPtr& track, int pictures = 30) {
  for (int i = 0; i < pictures; ++i) {
    sender.send(picture(track, 40 * i, static_cast<uint8_t>(i), 700, i % 10 == 0));
  }
  return sender.units;
}

std::vector<uint8_t> bytes_of(const UnitPtr& unit) {
  return {unit->packets.bytes().begin(), unit->packets.bytes().end()};
}

// A stream put together by hand.
class Bench {
 public:
  Bench(std::vector<ElementaryInfo> streams, DemuxerOptions options = {}) : receiver(options) {
    table_.programme = 1;
    table_.streams = std::move(streams);
    table_.pcr_pid = table_.streams.empty() ? kNullPid : table_.streams[0].pid;
    send_tables();
  }
  void send_tables() {
    send(pat_, write_pat({0, true, 0, 0, {{1, kPmtPid}}}, 1));
    send(pmt_, write_pmt(table_));
  }
  void change(std::vector<ElementaryInfo> streams) {
    table_.streams = std::move(streams);
    ++table_.version;
    send_tables();
  }
  // A PES packet on a PID; without a PTS where `pts` is not set.
  void pes(uint16_t pid, uint8_t stream_id, std::optional<uint64_t> pts, base::Bytes payload,
           bool bounded = true) {
    std::vector<uint8_t> header = pts ? write_pes_header(stream_id, *pts, std::nullopt, payload.size())
                                      : base::from_hex("000001bd0000800000");
    if (!pts || !bounded) {
      size_t length = bounded ? payload.size() + 3 : 0;
      header[3] = stream_id, header[4] = static_cast<uint8_t>(length >> 8);
      header[5] = static_cast<uint8_t>(length);
    }
    header.insert(header.end(), payload.begin(), payload.end());
    send(writers_.try_emplace(pid, pid).first->second, header);
  }
  void send(PacketWriter& writer, base::Bytes unit, const Adaptation& adaptation = {}) {
    base::ByteWriter out;
    writer.write(out, adaptation, unit, {});
    status = receiver.feed(out.view());
  }
  PacketWriter& writer(uint16_t pid) { return writers_.try_emplace(pid, pid).first->second; }
  const Events& events() const { return receiver.demuxer.events(); }
  std::vector<media::Frame>& frames() { return receiver.seen.frames; }

  Receiver receiver;
  base::Status status;

 private:
  Pmt table_;
  PacketWriter pat_{kPatPid}, pmt_{kPmtPid};
  std::map<uint16_t, PacketWriter> writers_;
};

const std::vector<uint8_t> kRegistered = base::from_hex("05044b4c5641");  // KLVA
const std::string kKlv = "060e2b34020b01010e0103010100000003aabbcc";

TEST(TsDemuxer, ADamagedPictureIsDroppedAndSoIsWhatNeedsIt) {
  auto track = h264_track();
  Sender sender({track});
  auto units = film(sender, track);
  Receiver receiver;
  for (size_t i = 0; i < units.size(); ++i) {
    std::vector<uint8_t> bytes = bytes_of(units[i]);
    if (i == 4) bytes.erase(bytes.begin() + kPacketBytes, bytes.begin() + 2 * kPacketBytes);
    ASSERT_TRUE(receiver.feed(bytes).ok());
  }
  receiver.demuxer.flush();
  EXPECT_EQ(receiver.demuxer.events().continuity_errors, 1u);
  EXPECT_EQ(receiver.demuxer.events().damaged_units, 1u);
  EXPECT_EQ(receiver.demuxer.events().pictures_awaiting_key, 5u);
  EXPECT_EQ(receiver.seen.frames.size(), 24u);
  EXPECT_TRUE(receiver.seen.frames[4].key);
}

TEST(TsDemuxer, LateComersDependOnNoKeyFrameWhenSoAsked) {
  auto track = h264_track();
  Sender sender({track});
  auto units = film(sender, track);
  Receiver receiver({.wait_for_key_after_loss = false});
  for (size_t i = 0; i < units.size(); ++i) {
    std::vector<uint8_t> bytes = bytes_of(units[i]);
    if (i == 4) bytes.erase(bytes.begin() + kPacketBytes, bytes.begin() + 2 * kPacketBytes);
    ASSERT_TRUE(receiver.feed(bytes).ok());
  }
  receiver.demuxer.flush();
  EXPECT_EQ(receiver.seen.frames.size(), 29u) << "only the damaged one";
}

TEST(TsDemuxer, EveryLossOfOnePacketGivesWholePicturesOnly) {
  auto track = h264_track();
  Sender sender({track});
  film(sender, track, 12);
  std::vector<uint8_t> all = sender.bytes();
  for (size_t lost = 0; lost < all.size() / kPacketBytes; ++lost) {
    std::vector<uint8_t> bytes = all;
    auto at = bytes.begin() + static_cast<ptrdiff_t>(lost * kPacketBytes);
    bytes.erase(at, at + kPacketBytes);
    Receiver receiver;
    ASSERT_TRUE(receiver.feed(bytes).ok());
    receiver.demuxer.flush();
    for (const media::Frame& frame : receiver.seen.frames) ASSERT_EQ(frame.payload.size(), 704u) << lost;
  }
}

TEST(TsDemuxer, ARepeatedPacketIsPassedOver) {
  auto track = h264_track();
  Sender sender({track});
  auto units = film(sender, track, 5);
  Receiver receiver;
  for (const UnitPtr& unit : units) {
    std::vector<uint8_t> bytes = bytes_of(unit);
    std::vector<uint8_t> twice(bytes.end() - kPacketBytes, bytes.end());
    ASSERT_TRUE(receiver.feed(bytes).ok());
    ASSERT_TRUE(receiver.feed(twice).ok());
  }
  receiver.demuxer.flush();
  EXPECT_EQ(receiver.demuxer.events().duplicate_packets, 5u);
  EXPECT_EQ(receiver.demuxer.events().continuity_errors, 0u);
  EXPECT_EQ(receiver.seen.frames.size(), 5u);
}

TEST(TsDemuxer, AnAnnouncedDiscontinuityIsNoLoss) {
  Bench bench({{0x06, kPid, kRegistered}});
  bench.pes(kPid, 0xBD, 90'000, base::from_hex(kKlv));
  bench.writer(kPid).step_back(5);
  std::vector<uint8_t> pes = write_pes_header(0xBD, 5'000'000, std::nullopt, 20);
  std::vector<uint8_t> klv = base::from_hex(kKlv);
  pes.insert(pes.end(), klv.begin(), klv.end());
  bench.send(bench.writer(kPid), pes, {true, false, std::nullopt});
  EXPECT_EQ(bench.events().continuity_errors, 0u);
  EXPECT_EQ(bench.events().discontinuities, 1u);
  EXPECT_EQ(bench.frames().size(), 2u);
}

TEST(TsDemuxer, TheClockGoesOnWhereItWraps) {
  Bench bench({{0x06, kPid, kRegistered}});
  for (int i = 0; i < 50; ++i) {
    uint64_t ticks = (kTickMask - 45'000 + static_cast<uint64_t>(i) * 3'600) & kTickMask;
    bench.pes(kPid, 0xBD, ticks, base::from_hex(kKlv));
  }
  ASSERT_EQ(bench.frames().size(), 50u);
  for (size_t i = 1; i < 50; ++i) EXPECT_EQ(bench.frames()[i].pts - bench.frames()[i - 1].pts, 40ms) << i;
}

TEST(TsDemuxer, KlvInBothFormsIsData) {
  Bench bench({{0x06, kPid, kRegistered}, {0x15, kPid + 1, kRegistered}, {0x06, kPid + 2, {}}});
  base::ByteWriter cells;
  write_cell(cells, {0, 1, CellPart::kWhole, base::as_bytes("one")});
  write_cell(cells, {0, 2, CellPart::kFirst, base::as_bytes("tw")});
  write_cell(cells, {0, 3, CellPart::kMiddle, base::as_bytes("o and ")});
  bench.pes(kPid + 1, 0xFC, 90'000, cells.view());
  base::ByteWriter last;
  write_cell(last, {0, 4, CellPart::kLast, base::as_bytes("more")});
  bench.pes(kPid + 1, 0xFC, 90'000, last.view());
  bench.pes(kPid, 0xBD, std::nullopt, base::from_hex(kKlv));
  bench.pes(kPid + 1, 0xFC, 180'000, base::from_hex(kKlv));  // no cell header
  bench.pes(kPid + 2, 0xBD, 180'000, base::as_bytes("teletext"));
  ASSERT_EQ(bench.frames().size(), 4u) << "KLV without a time has none before a picture or a clock";
  EXPECT_EQ(base::as_text(bench.frames()[0].payload), "one");
  EXPECT_EQ(base::as_text(bench.frames()[1].payload), "two and more");
  EXPECT_EQ(base::to_hex(bench.frames()[2].payload), kKlv);
  EXPECT_EQ(bench.frames()[2].track->media_type, kKlvMediaType);
  EXPECT_EQ(bench.frames()[3].track->media_type, "application/octet-stream; stream_type=0x06");
  EXPECT_EQ(bench.events().units_without_time, 1u);
}

TEST(TsDemuxer, KlvWithoutATimeGetsThatOfThePictureBesideIt) {
  Bench bench({{0x1B, kPid, {}}, {0x06, kPid + 1, kRegistered}});
  auto frame = codec::length_prefixed_to_annexb(codec::fixtures::slice(codec::fixtures::kPHigh));
  bench.pes(kPid, 0xE0, 900'000, frame);
  bench.pes(kPid + 1, 0xBD, std::nullopt, base::from_hex(kKlv));
  ASSERT_EQ(bench.frames().size(), 1u);
  EXPECT_EQ(bench.frames()[0].pts.time_since_epoch(), 10s);
}

TEST(TsDemuxer, BrokenMetadataCellsAreCounted) {
  Bench bench({{0x15, kPid, kRegistered}});
  base::ByteWriter cells;
  write_cell(cells, {0, 1, CellPart::kLast, base::as_bytes("the end of what?")});
  bench.pes(kPid, 0xFC, 90'000, cells.view());
  bench.pes(kPid, 0xFC, 90'000, base::from_hex("00 00 df ffff 00"));
  EXPECT_EQ(bench.events().broken_metadata_cells, 2u);
  EXPECT_TRUE(bench.frames().empty());
}

TEST(TsDemuxer, SoundThatCrossesPacketsKeepsItsTimes) {
  Bench bench({{0x0F, kPid, {}}});
  std::vector<uint8_t> stream;
  for (int i = 0; i < 4; ++i) {
    auto head = write_adts(*codec::aac::parse(base::from_hex("1190")), 100);
    stream.insert(stream.end(), head->begin(), head->end());
    stream.resize(stream.size() + 100, static_cast<uint8_t>(i));
  }
  base::Bytes all(stream);
  bench.pes(kPid, 0xC0, 90'000, all.first(150));
  bench.pes(kPid, 0xC0, 90'000 + 2 * 1920, all.subspan(150));  // of the third frame, which begins in it
  ASSERT_EQ(bench.frames().size(), 4u);
  EXPECT_EQ(bench.frames()[0].pts.time_since_epoch(), 1s);
  EXPECT_EQ(bench.frames()[1].pts.time_since_epoch(), 1s + base::Duration(21'333'333));
  EXPECT_EQ(bench.frames()[2].pts.time_since_epoch() / 1us, 1'042'666);
  EXPECT_EQ(bench.frames()[3].payload.data()[0], 3);
}

TEST(TsDemuxer, GarbageInSoundIsPassedOver) {
  Bench bench({{0x0F, kPid, {}}});
  std::vector<uint8_t> stream(40, 0xFF);
  auto head = write_adts(*codec::aac::parse(base::from_hex("1190")), 100);
  stream.insert(stream.end(), head->begin(), head->end());
  stream.resize(stream.size() + 100, 7);
  bench.pes(kPid, 0xC0, 90'000, stream);
  ASSERT_EQ(bench.frames().size(), 1u);
  EXPECT_EQ(bench.frames()[0].pts.time_since_epoch(), 1s);
  EXPECT_EQ(bench.events().broken_units, 1u);
  for (int i = 0; i < 30; ++i) bench.pes(kPid, 0xC0, 90'000, std::vector<uint8_t>(1000, 0x12));
  EXPECT_EQ(bench.frames().size(), 1u) << "and holds nothing of it";
}

TEST(TsDemuxer, AProgrammeIsChosenByNumberOrTheFirstIs) {
  for (uint16_t wanted : {0, 1, 2, 3}) {
    Receiver receiver({.programme = wanted});
    PacketWriter pat(kPatPid), one(0x20), two(0x30);
    base::ByteWriter out;
    pat.write(out, {}, write_pat({0, true, 0, 0, {{1, 0x20}, {2, 0x30}}}, 1), {});
    one.write(out, {}, write_pmt({1, 0, true, 0x21, {}, {{0x06, 0x21, kRegistered}}}), {});
    two.write(out, {}, write_pmt({2, 0, true, 0x31, {}, {{0x06, 0x31, kRegistered}}}), {});
    for (uint16_t pid : {0x21, 0x31}) {
      std::vector<uint8_t> pes = write_pes_header(0xBD, 90'000, std::nullopt, 2);
      pes.push_back(static_cast<uint8_t>(pid)), pes.push_back(0);
      PacketWriter(pid).write(out, {}, pes, {});
    }
    ASSERT_TRUE(receiver.feed(out.view()).ok());
    EXPECT_EQ(receiver.demuxer.programmes(), (std::vector<Programme>{{1, 0x20}, {2, 0x30}}));
    EXPECT_EQ(receiver.demuxer.chosen_programme(), wanted == 3 ? 0 : std::max<uint16_t>(wanted, 1));
    if (wanted == 3) {
      EXPECT_TRUE(receiver.seen.frames.empty());
      continue;
    }
    ASSERT_EQ(receiver.seen.frames.size(), 1u);
    EXPECT_EQ(receiver.seen.frames[0].payload.data()[0], wanted == 2 ? 0x31 : 0x21);
  }
}

TEST(TsDemuxer, AStreamThatMovesToAnotherPidIsTheSameTrack) {
  Bench bench({{0x06, kPid, kRegistered}});
  bench.pes(kPid, 0xBD, 90'000, base::from_hex(kKlv));
  bench.change({{0x06, kPid + 5, kRegistered}, {0x06, kPid, base::from_hex("0504454d5347")}});
  bench.pes(kPid + 5, 0xBD, 180'000, base::from_hex(kKlv));
  bench.pes(kPid, 0xBD, 180'000, base::as_bytes("message"));
  ASSERT_EQ(bench.frames().size(), 3u);
  EXPECT_EQ(bench.frames()[1].track->id, bench.frames()[0].track->id);
  EXPECT_NE(bench.frames()[2].track->id, bench.frames()[0].track->id);
  EXPECT_EQ(bench.frames()[2].track->media_type,
            "application/octet-stream; stream_type=0x06; registration=0x454d5347");
  EXPECT_EQ(bench.events().programme_changes, 1u);
}

TEST(TsDemuxer, ATableOfTheFutureAndABrokenOneChangeNothing) {
  Bench bench({{0x06, kPid, kRegistered}});
  PacketWriter pmt(kPmtPid);
  pmt.step_back(15);
  bench.send(pmt, write_pmt({1, 1, false, kPid, {}, {{0x06, 0x111, kRegistered}}}));
  std::vector<uint8_t> broken = write_pmt({1, 2, true, kPid, {}, {{0x06, 0x111, kRegistered}}});
  broken[12] ^= 0x40;
  bench.send(pmt, broken);
  bench.pes(kPid, 0xBD, 90'000, base::from_hex(kKlv));
  EXPECT_EQ(bench.frames().size(), 1u);
  EXPECT_EQ(bench.events().broken_tables, 1u);
}

TEST(TsDemuxer, WhatWeDoNotCarryAndWhatIsTooManyIsCounted) {
  std::vector<ElementaryInfo> streams = {{0x02, 0x90, {}}, {0x86, 0x91, {}}, {0x10, 0x92, {}}};
  for (uint16_t i = 0; i < 6; ++i) streams.push_back({0x06, static_cast<uint16_t>(kPid + i), kRegistered});
  Bench bench(streams, {.limits = {.tracks_max = 4}});
  bench.receiver.demuxer.flush();  // two packets alone might be anything
  EXPECT_EQ(bench.events().unsupported_streams, 3u);
  EXPECT_EQ(bench.events().streams_beyond_limit, 2u);
}

TEST(TsDemuxer, AScrambledProgrammeIsRefused) {
  Bench bench({{0x1B, kPid, {}}}, {.limits = {.scrambled_packets_max = 20}});
  base::ByteWriter out;
  PacketWriter writer(kPid);
  for (int i = 0; i < 21; ++i) writer.write(out, {}, std::vector<uint8_t>(184, 1), {});
  std::vector<uint8_t> bytes = out.take();
  for (size_t at = 3; at < bytes.size(); at += kPacketBytes) bytes[at] |= 0x80;
  auto status = bench.receiver.feed(bytes);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, base::Code::kUnsupported);
  EXPECT_EQ(bench.events().scrambled_packets, 21u);
}

TEST(TsDemuxer, WhatIsNoTransportStreamIsRefused) {
  Receiver receiver({.limits = {.unsynced_bytes_max = 10'000}});
  std::vector<uint8_t> noise(1'000, 0x33);
  int fed = 0;
  while (receiver.feed(noise).ok()) ASSERT_LT(++fed, 20);
  EXPECT_EQ(fed, 10);
}

TEST(TsDemuxer, AnEndlessUnitIsDropped) {
  Bench bench({{0x1B, kPid, {}}}, {.limits = {.access_unit_bytes_max = 5'000}});
  bench.pes(kPid, 0xE0, 90'000, std::vector<uint8_t>(20'000, 1), false);
  EXPECT_EQ(bench.events().oversize_units, 1u);
}

TEST(TsDemuxer, SeveralPicturesInOnePesPacketAreSplit) {
  namespace fx = codec::fixtures;
  Bench bench({{0x1B, kPid, {}}});
  std::vector<uint8_t> two =
      base::from_hex("00000001 09f0 00000001" + fx::kSpsHigh + "00000001" + fx::kPpsHigh +
                     "00000001 6588840033fffef6ecbe07cd"
                     "00000001 09f0 00000001 419a236c42fffe8cb0000fb8");
  bench.pes(kPid, 0xE0, 90'000, two);
  ASSERT_EQ(bench.frames().size(), 2u);
  EXPECT_TRUE(bench.frames()[0].key);
  EXPECT_FALSE(bench.frames()[1].key);
  EXPECT_GT(bench.frames()[1].dts, bench.frames()[0].dts);
  EXPECT_EQ(bench.events().split_pictures, 1u);
}

TEST(TsDemuxer, AnEncoderThatHasNoKeyFramesIsTakenAtARecoveryPoint) {
  namespace fx = codec::fixtures;
  Bench bench({{0x1B, kPid, {}}});
  std::vector<uint8_t> refresh = base::from_hex("00000001" + fx::kSpsHigh + "00000001" + fx::kPpsHigh +
                                                "00000001 0606018480 00000001 419a236c42fffe8cb0000fb8");
  for (uint64_t i = 0; i < 30; ++i) bench.pes(kPid, 0xE0, 90'000 + i * 22'500, refresh);
  ASSERT_FALSE(bench.frames().empty());
  EXPECT_TRUE(bench.frames()[0].key);
  EXPECT_EQ(bench.frames()[0].dts.time_since_epoch(), 6s) << "after five seconds without one";
  EXPECT_EQ(bench.events().pictures_awaiting_key, 20u);
}

TEST(TsDemuxer, StuffingTellsTheEndOfAPictureOnceItIsTrusted) {
  auto frame = codec::length_prefixed_to_annexb(codec::fixtures::slice(codec::fixtures::kPHigh));
  frame.resize(500, 0x11);
  Bench bench({{0x1B, kPid, {}}}, {.wait_for_key_after_loss = false});
  auto head = base::from_hex("00000001" + codec::fixtures::kSpsHigh + "00000001" + codec::fixtures::kPpsHigh +
                             "00000001 6588840033fffef6ecbe07cd");
  head.resize(600, 0x11);
  bench.pes(kPid, 0xE0, 90'000, head, false);
  for (uint64_t i = 1; i < 30; ++i) bench.pes(kPid, 0xE0, 90'000 + i * 3600, frame, false);
  EXPECT_EQ(bench.frames().size(), 30u) << "the last one does not wait for the next";
  EXPECT_GT(bench.events().ended_by_stuffing, 5u);
  // Now this sender stuffs in the middle: one picture is lost, and its padding is never believed again.
  uint64_t before = bench.events().ended_by_stuffing;
  base::ByteWriter out;
  std::vector<uint8_t> pes = write_pes_header(0xE0, 90'000 + 30 * 3600, std::nullopt, frame.size());
  pes[4] = pes[5] = 0;
  PacketWriter& writer = bench.writer(kPid);
  base::ByteWriter first, second;
  pes.insert(pes.end(), frame.begin(), frame.begin() + 200);
  writer.write(first, {}, pes, {});
  writer.write(second, {}, base::Bytes(frame).subspan(200), {});
  std::vector<uint8_t> rest = second.take();
  rest[1] &= 0xBF;  // no unit starts here
  ASSERT_TRUE(bench.receiver.feed(first.view()).ok());
  ASSERT_TRUE(bench.receiver.feed(rest).ok());
  for (uint64_t i = 31; i < 60; ++i) bench.pes(kPid, 0xE0, 90'000 + i * 3600, frame, false);
  EXPECT_EQ(bench.events().ended_by_stuffing, before + 1);
  bench.receiver.demuxer.flush();
  EXPECT_EQ(bench.frames().size(), 60u);
}

}  // namespace
}  // namespace eyas::mpegts

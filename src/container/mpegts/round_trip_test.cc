// What the packager writes the demuxer reads: each codec, times, and what stands where on the wire.
#include <gtest/gtest.h>

#include "container/mpegts/pes.h"
#include "container/mpegts/test_streams.h"

namespace eyas::mpegts {
namespace {

using media::TrackKind;
using namespace std::chrono_literals;

std::string hex_of(const media::Frame& frame) {
  return base::to_hex(frame.payload);
}

Receiver& received(Receiver& receiver, const Sender& sender) {
  EXPECT_TRUE(receiver.feed(sender.bytes()).ok());
  receiver.demuxer.flush();
  return receiver;
}

media::MediaTime on_wire(int64_t ms) {
  return media::media_time_from_ms(ms) + kTimeOffset;
}

TEST(TsRoundTrip, H264WithReorderedPicturesComesBack) {
  namespace fx = codec::fixtures;
  auto track = h264_track();
  Sender sender({track});
  sender.send(frame_of(track, 0, fx::kIdrHigh, true, 80));
  sender.send(frame_of(track, 40, fx::kPHigh, false, 200));
  sender.send(frame_of(track, 80, fx::kBHigh, false, 120));
  Receiver receiver;
  received(receiver, sender);
  ASSERT_EQ(receiver.seen.tracks.size(), 1u);
  EXPECT_EQ(receiver.seen.tracks[0]->config.width, 320u);
  EXPECT_TRUE(
      std::ranges::equal(receiver.seen.tracks[0]->config.record.bytes(), track->config.record.bytes()));
  ASSERT_EQ(receiver.seen.frames.size(), 3u);
  EXPECT_EQ(hex_of(receiver.seen.frames[0]), base::to_hex(base::from_hex(fx::kIdrHigh)));
  EXPECT_TRUE(receiver.seen.frames[0].key);
  EXPECT_FALSE(receiver.seen.frames[1].key);
  EXPECT_EQ(receiver.seen.frames[1].dts, on_wire(40));
  EXPECT_EQ(receiver.seen.frames[1].pts, on_wire(200));
  EXPECT_EQ(hex_of(receiver.seen.frames[2]), base::to_hex(base::from_hex(fx::kBHigh)));
}

TEST(TsRoundTrip, H265ComesBackWhateverTheSize) {
  auto track = h265_track();
  Sender sender({track});
  std::vector<media::FramePtr> sent;
  for (uint8_t i = 0; i < 20; ++i) sent.push_back(picture(track, 40 * i, i, 50 + 9'001u * i, i == 0));
  for (const auto& frame : sent) sender.send(frame);
  Receiver receiver;
  received(receiver, sender);
  ASSERT_EQ(receiver.seen.frames.size(), sent.size());
  for (size_t i = 0; i < sent.size(); ++i) EXPECT_EQ(hex_of(receiver.seen.frames[i]), hex_of(*sent[i])) << i;
  EXPECT_TRUE(
      std::ranges::equal(receiver.seen.tracks[0]->config.record.bytes(), track->config.record.bytes()));
}

TEST(TsRoundTrip, AudioComesBack) {
  struct Case {
    media::TrackPtr track;
    base::Slice packet;
    base::Duration duration;
  };
  std::vector<uint8_t> mp3(240, 0x11), ac3(256, 0x22);
  const std::vector<uint8_t> mp3_head = base::from_hex("fffd5404");  // MPEG-1 layer 2, 80 kbit/s, 48 kHz
  const std::vector<uint8_t> ac3_head = base::from_hex("0b77 0000 08 40 43 e1");  // 48 kHz, 64 kbit/s
  std::copy(mp3_head.begin(), mp3_head.end(), mp3.begin());
  std::copy(ac3_head.begin(), ac3_head.end(), ac3.begin());
  auto self_described = [](media::Codec codec, base::Bytes packet) {
    auto track = std::make_shared<media::Track>();
    track->id = 2;
    track->config = *codec::describe_packet(codec, packet);
    return track;
  };
  const Case cases[] = {
      {aac_track(), codec::fixtures::slice("2110045fffff"), base::Duration(21'333'333)},
      {opus_track(), codec::fixtures::slice("fc112233"), 20ms},
      {self_described(media::Codec::kMp3, mp3), base::Slice(mp3), 24ms},
      {self_described(media::Codec::kAc3, ac3), base::Slice(ac3), 32ms},
  };
  for (const Case& c : cases) {
    Sender sender({c.track});
    for (int i = 0; i < 5; ++i) sender.send(frame_of(c.track, 20 * i, c.packet));
    Receiver receiver;
    received(receiver, sender);
    ASSERT_EQ(receiver.seen.tracks.size(), 1u) << media::codec_name(c.track->config.codec);
    EXPECT_TRUE(receiver.seen.tracks[0]->config.same_decoder(c.track->config));
    ASSERT_EQ(receiver.seen.frames.size(), 5u) << media::codec_name(c.track->config.codec);
    EXPECT_EQ(hex_of(receiver.seen.frames[4]), base::to_hex(c.packet));
    EXPECT_EQ(receiver.seen.frames[4].pts, on_wire(80));
    EXPECT_EQ(receiver.seen.frames[4].duration, c.duration);
    EXPECT_TRUE(receiver.seen.frames[4].key);
  }
}

TEST(TsRoundTrip, DataOfAnyTypeComesBackWithItsTime) {
  auto video = h264_track();
  auto klv = data_track(3, kKlvMediaType);
  auto json = data_track(4, "application/json; profile=telemetry");
  Sender sender({video, klv, json});
  sender.send(picture(video, 0, 1, 300, true));
  std::vector<uint8_t> long_klv(150'000, 0x5A);  // more than a cell, or a PES packet, holds
  sender.send(frame_of(klv, 100, "060e2b34020b01010e0103010100000003aabbcc"));
  sender.send(frame_of(json, 120, base::Slice::copy_of("{\"battery\":71}")));
  sender.send(frame_of(klv, 200, base::Slice(long_klv)));
  Receiver receiver;
  received(receiver, sender);
  auto data = receiver.seen.of(TrackKind::kData);
  ASSERT_EQ(data.size(), 3u);
  EXPECT_EQ(hex_of(data[0]), "060e2b34020b01010e0103010100000003aabbcc");
  EXPECT_EQ(data[0].track->media_type, kKlvMediaType);
  EXPECT_EQ(data[0].pts, on_wire(100));
  EXPECT_EQ(base::as_text(data[1].payload), "{\"battery\":71}");
  EXPECT_EQ(data[1].track->media_type, "application/json; profile=telemetry");
  EXPECT_EQ(data[2].payload.size(), long_klv.size());
  EXPECT_EQ(data[2].pts, on_wire(200));
}

TEST(TsRoundTrip, AnySplitOfTheBytesGivesTheSame) {
  auto video = h264_track();
  auto audio = aac_track();
  Sender sender({video, audio});
  for (uint8_t i = 0; i < 30; ++i) {
    sender.send(picture(video, 40 * i, i, 700, i % 10 == 0));
    sender.send(frame_of(audio, 40 * i + 10, "2110045fffff"));
  }
  std::vector<uint8_t> bytes = sender.bytes();
  for (size_t cut : {size_t{1}, size_t{17}, size_t{188}, size_t{1316}, size_t{4000}, bytes.size()}) {
    Receiver receiver;
    for (size_t at = 0; at < bytes.size(); at += cut) {
      ASSERT_TRUE(receiver.feed(base::Bytes(bytes).subspan(at, std::min(cut, bytes.size() - at))).ok());
    }
    receiver.demuxer.flush();
    EXPECT_EQ(receiver.seen.of(TrackKind::kVideo).size(), 30u) << cut;
    EXPECT_EQ(receiver.seen.of(TrackKind::kAudio).size(), 30u) << cut;
    EXPECT_EQ(receiver.demuxer.events().continuity_errors, 0u);
  }
}

TEST(TsPackager, AKeyFramesUnitIsTheStartOfASegment) {
  auto track = h264_track();
  Sender sender({track});
  sender.send(picture(track, 0, 1, 300, true));
  sender.send(picture(track, 40, 2, 300));
  ASSERT_EQ(sender.units.size(), 2u);
  EXPECT_TRUE(sender.units[0]->key);
  EXPECT_TRUE(sender.units[0]->has_tables);
  EXPECT_FALSE(sender.units[1]->key);
  EXPECT_FALSE(sender.units[1]->has_tables);
  auto packets = packets_in(sender.units[0]->packets);
  ASSERT_GE(packets.size(), 4u);
  EXPECT_EQ(packets[0].pid, kPatPid);
  EXPECT_EQ(packets[1].pid, kPmtPid);
  EXPECT_TRUE(packets[2].random_access);
  EXPECT_EQ(packets[2].pcr, wire_ticks(media::media_time_from_ms(0) - Format::kBuffer));
  auto header = read_pes_header(packets[2].payload);
  ASSERT_TRUE(header);
  base::Bytes payload = packets[2].payload.subspan(header->bytes);
  EXPECT_EQ(base::to_hex(payload.first(11)),
            "0000000109f0"
            "0000000167")
      << "delimiter, then the SPS";
}

TEST(TsPackager, TablesComeEveryTenthOfASecond) {
  auto track = aac_track();
  Sender sender({track});
  for (int i = 0; i < 50; ++i) sender.send(frame_of(track, 20 * i, "2110045fffff"));
  size_t with_tables = 0;
  for (const UnitPtr& unit : sender.units) with_tables += unit->has_tables;
  EXPECT_EQ(with_tables, 10u);
  EXPECT_TRUE(sender.units[7]->key) << "sound alone may start anywhere";
}

TEST(TsPackager, TheClockIsNeverOlderThan40Ms) {
  for (int step_ms : {10, 33, 40, 100, 900}) {
    auto track = h264_track();
    auto audio = aac_track();
    Sender sender({track, audio});
    for (int i = 0; i < 40; ++i) {
      sender.send(picture(track, step_ms * i, 1, 300, i == 0));
      sender.send(frame_of(audio, step_ms * i + 5, "2110045fffff"));
    }
    std::optional<uint64_t> last;
    size_t clocks = 0;
    std::vector<uint8_t> bytes = sender.bytes();
    for (const Packet& packet : packets_in(bytes)) {
      if (!packet.pcr) continue;
      EXPECT_EQ(packet.pid, kFirstPid);
      if (last) {
        EXPECT_GT(*packet.pcr, *last);
        EXPECT_LE(*packet.pcr - *last, 90u * 40) << step_ms;
      }
      last = packet.pcr;
      ++clocks;
    }
    EXPECT_GE(clocks, static_cast<size_t>(39 * std::max(1, step_ms / 40)));
  }
}

TEST(TsPackager, APauseIsNotFilledWithClocks) {
  auto track = h264_track();
  Sender sender({track});
  sender.send(picture(track, 0, 1, 300, true));
  sender.send(picture(track, 3'600'000, 2, 300, true));
  EXPECT_LT(sender.units[1]->bytes(), 10 * kPacketBytes);
}

TEST(TsPackager, ANewTrackComesWithANewTableAndOldPids) {
  auto video = h264_track();
  auto audio = aac_track();
  Sender sender({video});
  sender.send(picture(video, 0, 1, 300, true));
  sender.format.set_tracks({audio, video}, sender.units);
  sender.send(picture(video, 40, 2, 300));
  sender.send(frame_of(audio, 45, "2110045fffff"));
  EXPECT_TRUE(sender.units[1]->has_tables);
  auto pid_of = [](const UnitPtr& unit) { return packets_in(unit->packets).back().pid; };
  EXPECT_EQ(pid_of(sender.units[0]), pid_of(sender.units[1]));
  EXPECT_NE(pid_of(sender.units[1]), pid_of(sender.units[2]));
  Receiver receiver;
  received(receiver, sender);
  EXPECT_EQ(receiver.seen.frames.size(), 3u);
  EXPECT_EQ(receiver.demuxer.events().programme_changes, 1u);
  sender.format.set_tracks({audio, video}, sender.units);
  sender.send(picture(video, 80, 3, 300));
  EXPECT_FALSE(sender.units.back()->has_tables) << "nothing changed";
}

TEST(TsPackager, ANewcomersHeadAndAResumersLeaveNoGap) {
  auto track = h264_track();
  Sender sender({track});
  sender.send(picture(track, 0, 1, 3000, true));
  for (uint8_t i = 1; i < 10; ++i) sender.send(picture(track, 40 * i, i, 3000));
  auto head = sender.format.head();
  size_t from = sender.units.size();
  sender.send(picture(track, 400, 10, 3000, true));
  sender.send(picture(track, 440, 11, 3000));
  Receiver newcomer, resumer;
  ASSERT_TRUE(newcomer.feed(head->start).ok());
  for (size_t i = from; i < sender.units.size(); ++i)
    ASSERT_TRUE(newcomer.feed(sender.units[i]->packets).ok());
  newcomer.demuxer.flush();
  EXPECT_EQ(newcomer.seen.frames.size(), 2u);
  EXPECT_EQ(newcomer.demuxer.events().continuity_errors, 0u);
  ASSERT_TRUE(resumer.feed(sender.units[0]->packets).ok());
  ASSERT_TRUE(resumer.feed(sender.units[1]->packets).ok());
  ASSERT_TRUE(resumer.feed(head->resume).ok());
  for (size_t i = from; i < sender.units.size(); ++i)
    ASSERT_TRUE(resumer.feed(sender.units[i]->packets).ok());
  resumer.demuxer.flush();
  EXPECT_EQ(resumer.seen.frames.size(), 4u);
  EXPECT_EQ(resumer.demuxer.events().continuity_errors, 0u);
  EXPECT_GT(resumer.demuxer.events().discontinuities, 0u);
}

TEST(TsPackager, WhatTransportStreamsCannotCarryIsLeftOut) {
  auto video = h264_track();
  auto odd = test_track(3, media::Codec::kG711A);
  EXPECT_TRUE(Format::carries(*video));
  EXPECT_FALSE(Format::carries(*odd));
  EXPECT_FALSE(Format::carries(*data_track(4, std::string(300, 'x'))));
  Sender sender({video, odd});
  sender.send(frame_of(odd, 0, "d5d5d5"));
  EXPECT_TRUE(sender.units.empty());
  auto json = data_track(5, "application/json");
  sender.format.set_tracks({json}, sender.units);
  sender.send(frame_of(json, 0, base::Slice(std::vector<uint8_t>(kPesPayloadBytesMax + 1))));
  EXPECT_TRUE(sender.units.empty()) << "longer than a PES packet";
}

TEST(TsPackager, AsManyTracksAsATableHoldsAreSent) {
  auto video = h264_track();
  media::TrackSet tracks = {video};
  for (media::TrackId id = 10; id < 40; ++id)
    tracks.push_back(data_track(id, "application/json; profile=" + std::string(100, 'x')));
  tracks.push_back(data_track(50, kKlvMediaType));
  Sender sender(tracks);
  sender.send(picture(video, 0, 1, 300, true));
  for (size_t i = 1; i < tracks.size(); ++i) sender.send(frame_of(tracks[i], 10, base::Slice::copy_of("{}")));
  Receiver receiver;
  received(receiver, sender);
  EXPECT_EQ(receiver.demuxer.events().broken_tables, 0u);
  size_t data = receiver.seen.of(TrackKind::kData).size();
  EXPECT_GE(data, 6u);
  EXPECT_LT(data, 10u);
  EXPECT_EQ(sender.units.size(), 1 + data) << "what is not announced is not sent";
}

TEST(TsPackager, SoundThatCannotBeCarriedIsSentInAac) {
  auto video = h264_track();
  auto g711 = std::make_shared<media::Track>(*test_track(2, media::Codec::kG711A));
  auto aac = std::make_shared<media::Track>(*aac_track());
  aac->id = 77;
  aac->derived_from = 2;
  EXPECT_EQ(Format::select({video, g711}), (media::TrackSet{video, g711}));
  EXPECT_EQ(Format::select({video, g711, aac}), (media::TrackSet{video, aac}));
  auto opus = opus_track();
  EXPECT_EQ(Format::select({video, opus, aac}), (media::TrackSet{video, opus})) << "Opus can be carried";
  Sender sender({video, g711});
  EXPECT_TRUE(sender.format.head()->wants_aac);
  sender.format.set_tracks({video, aac}, sender.units);
  EXPECT_TRUE(sender.format.head()->wants_aac) << "or it would go when it comes";
  sender.format.set_tracks({video, opus}, sender.units);
  EXPECT_FALSE(sender.format.head()->wants_aac);
}

}  // namespace
}  // namespace eyas::mpegts

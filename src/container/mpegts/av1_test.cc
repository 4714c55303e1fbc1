// AV1 and E-AC-3 in transport streams.
#include <gtest/gtest.h>

#include "codec/fixtures.h"
#include "container/mpegts/av1_framing.h"
#include "container/mpegts/test_streams.h"

namespace eyas::mpegts {
namespace {

using base::from_hex;
using base::to_hex;
namespace fixtures = codec::fixtures;

TEST(Av1Framing, StartCodesStandBeforeEachObuAndNoneInside) {
  // A frame OBU of 6 bytes: 00 00 01, 00 00 03.
  auto bytes = write_ts_obus({}, from_hex("0a01ff 3206 000001000003"));
  EXPECT_EQ(to_hex(bytes),
            "0000010a01ff"
            "000001320600000301"
            "0000"
            "0303");
  auto back = read_ts_obus(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(to_hex(*back), "0a01ff3206000001000003");
}

TEST(Av1Framing, ZerosAtAnEndAreKept) {
  auto bytes = write_ts_obus({}, from_hex("3203 aa0000 3201 bb"));
  auto back = read_ts_obus(bytes);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(to_hex(*back), "3203aa00003201bb");
}

TEST(Av1Framing, SizesAreAddedAndDelimitersLeftOut) {
  auto back = read_ts_obus(from_hex("000001 1200 000001 30aabb 000001 34 20 cc"));  // delimiter; no sizes
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(to_hex(*back),
            "3202aabb"
            "362001cc");
  EXPECT_EQ(to_hex(*read_ts_obus(from_hex("1200 3202 aabb"))), "3202aabb") << "without start codes";
}

TEST(Av1Framing, WhatBreaksIsRefused) {
  EXPECT_FALSE(read_ts_obus(from_hex("000001 3209 aa")).ok());
  EXPECT_FALSE(read_ts_obus(from_hex("80")).ok());
  EXPECT_TRUE(read_ts_obus({})->empty());
}

media::TrackPtr av1_track() {
  return test_track(1, media::Codec::kAv1, fixtures::kAv1Svt);
}

TEST(Av1, GoesThereAndBack) {
  media::TrackPtr track = av1_track();
  Sender sender({track, aac_track()});
  const std::string bare_key = fixtures::kAv1SvtKey.substr(fixtures::kAv1SvtKey.find("3217"));
  sender.send(frame_of(track, 0, bare_key));
  sender.send(frame_of(track, 40, fixtures::kAv1SvtInter, false));
  sender.send(frame_of(track, 80, fixtures::kAv1SvtKey));
  Receiver receiver;
  ASSERT_TRUE(receiver.feed(sender.bytes()).ok());
  receiver.demuxer.flush();
  ASSERT_FALSE(receiver.seen.tracks.empty());
  EXPECT_EQ(receiver.seen.tracks[0]->config.codec, media::Codec::kAv1);
  EXPECT_EQ(receiver.seen.tracks[0]->config.width, 320u);
  auto frames = receiver.seen.of(media::TrackKind::kVideo);
  ASSERT_EQ(frames.size(), 3u);
  std::string sequence = to_hex(from_hex(fixtures::kAv1Svt.substr(11)));
  EXPECT_EQ(to_hex(frames[0].payload), sequence + to_hex(from_hex(bare_key))) << "the record's header leads";
  EXPECT_TRUE(frames[0].key);
  EXPECT_FALSE(frames[1].key);
  EXPECT_EQ(to_hex(frames[1].payload), to_hex(from_hex(fixtures::kAv1SvtInter)));
  EXPECT_EQ(frames[1].pts - frames[0].pts, std::chrono::milliseconds(40));
  EXPECT_EQ(to_hex(frames[2].payload), to_hex(from_hex(fixtures::kAv1SvtKey)));
}

TEST(Av1, IsDescribedAsTheDraftSays) {
  ElementaryInfo info = describe_stream(*av1_track(), 0x100);
  EXPECT_EQ(info.stream_type, 0x06);
  // Registration AV01; the record with "no indication" of HDR.
  EXPECT_EQ(to_hex(info.descriptors),
            "050441563031"
            "800481000cc0");
  EXPECT_EQ(stream_id_for(*av1_track()), 0xBD);
  auto form = form_of(info);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->codec, media::Codec::kAv1);
}

TEST(Av1, DecodingBeginsWithAKeyFrame) {
  media::TrackPtr track = av1_track();
  Sender sender({track});
  sender.send(frame_of(track, 0, fixtures::kAv1SvtInter, false));
  sender.send(frame_of(track, 40, fixtures::kAv1SvtKey));
  Receiver receiver;
  ASSERT_TRUE(receiver.feed(sender.bytes()).ok());
  receiver.demuxer.flush();
  EXPECT_EQ(receiver.seen.of(media::TrackKind::kVideo).size(), 1u);
  EXPECT_EQ(receiver.demuxer.events().pictures_awaiting_key, 1u);
}

TEST(Eac3, GoesThereAndBack) {
  std::vector<uint8_t> packet = from_hex(fixtures::kEac3);
  packet.resize(768, 0x11);
  auto described = codec::describe_packet(media::Codec::kEac3, packet);
  ASSERT_TRUE(described.ok());
  media::Track sound;
  sound.id = 2;
  sound.config = *described;
  auto track = std::make_shared<const media::Track>(sound);
  EXPECT_EQ(describe_stream(*track, 0x101).stream_type, 0x87);
  Sender sender({track});
  for (int i = 0; i < 3; ++i) sender.send(frame_of(track, 32 * i, base::Slice(packet)));
  Receiver receiver;
  ASSERT_TRUE(receiver.feed(sender.bytes()).ok());
  receiver.demuxer.flush();
  auto frames = receiver.seen.of(media::TrackKind::kAudio);
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[2].track->config.codec, media::Codec::kEac3);
  EXPECT_EQ(frames[2].track->config.sample_rate, 48000u);
  EXPECT_EQ(frames[2].payload.size(), 768u);
  EXPECT_EQ(frames[2].duration, std::chrono::milliseconds(32));
}

TEST(Eac3, IsKnownByAllItsNames) {
  ElementaryInfo dvb{0x06, 0x101, from_hex("7a0100")}, registered{0x06, 0x101, from_hex("050445414333")};
  for (const ElementaryInfo& info : {dvb, registered, ElementaryInfo{0x87, 0x101, {}}}) {
    auto form = form_of(info);
    ASSERT_TRUE(form);
    EXPECT_EQ(form->codec, media::Codec::kEac3);
  }
}

}  // namespace
}  // namespace eyas::mpegts

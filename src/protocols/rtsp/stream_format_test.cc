#include "protocols/rtsp/stream_format.h"

#include <gtest/gtest.h>

#include "codec/codec.h"
#include "codec/fixtures.h"
#include "hub/feed.h"
#include "protocols/rtsp/media_map.h"
#include "protocols/rtsp/stream_receiver.h"

namespace eyas::rtsp {
namespace {

using namespace std::chrono_literals;
using media::Codec;

static_assert(hub::FeedFormat<StreamFormat>);

constexpr base::MonoTime kStart{1h};

media::TrackPtr track(media::TrackId id, Codec codec, base::Slice record) {
  auto made = std::make_shared<media::Track>();
  made->id = id;
  made->config = *codec::describe(codec, std::move(record));
  return made;
}
media::TrackPtr video() {
  return track(1, Codec::kH264, codec::fixtures::slice(codec::fixtures::kAvcHigh));
}
media::TrackPtr audio() {
  return track(2, Codec::kAac, codec::aac_record(2, 48000, 2));
}

// A slice of that type behind its length.
base::Slice picture(uint8_t nal_header, uint8_t slice_start, size_t bytes) {
  std::vector<uint8_t> out(bytes + 4, 0x55);
  for (int i = 0; i < 4; ++i) out[i] = static_cast<uint8_t>(bytes >> (24 - 8 * i));
  out[4] = nal_header;
  out[5] = slice_start;
  return base::Slice(std::move(out));
}

media::FramePtr frame(media::TrackPtr track, int64_t ms, bool key, base::Slice payload) {
  auto made = std::make_shared<media::Frame>();
  made->track = std::move(track);
  made->pts = made->dts = media::media_time_from_ms(ms);
  made->key = key;
  made->arrival = kStart + std::chrono::milliseconds(ms);
  made->payload = std::move(payload);
  return made;
}

struct Collector : TrackReceiver::Sink {
  void on_track(media::TrackPtr track) override { tracks.push_back(std::move(track)); }
  void on_frame(media::Frame frame) override { frames.push_back(std::move(frame)); }
  media::TrackSet tracks;
  std::vector<media::Frame> frames;
};

struct Fixture {
  explicit Fixture(media::TrackSet tracks) { format.set_tracks(tracks, units); }
  void add(const media::FramePtr& frame) { format.package(frame, units); }

  StreamFormat format;
  std::vector<StreamUnitPtr> units;
};

TEST(StreamFormat, AUnitIsInterleavedPacketsWithRunningNumbers) {
  Fixture fixture({video(), audio()});
  auto head = fixture.format.head();
  fixture.add(frame(video(), 1000, true, picture(0x65, 0x88, 10'000)));
  ASSERT_EQ(fixture.units.size(), 1u);
  const StreamUnit& unit = *fixture.units[0];
  uint16_t sequence = head->lanes[0].next_sequence;
  size_t packets = 0;
  for_each_packet(unit, [&](base::Bytes bytes) {
    auto packet = rtp::PacketView::parse(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->sequence, sequence++);
    EXPECT_EQ(packet->timestamp, head->lanes[0].timestamp_at(unit.pts));
    EXPECT_EQ(packet->ssrc, head->lanes[0].ssrc);
    EXPECT_EQ(packet->payload_type, 96);
    EXPECT_LE(packet->payload.size(), kPayloadBytesMax);
    EXPECT_EQ(packet->marker, ++packets == unit.packets);
  });
  EXPECT_GT(packets, 7u);
  EXPECT_EQ(fixture.format.head()->lanes[0].next_sequence, sequence);
}

TEST(StreamFormat, WhatItSendsIsWhatAReceiverHas) {
  Fixture fixture({video(), audio()});
  std::vector<uint8_t> sound(300, 0x21);
  for (int i = 0; i < 5; ++i) {
    fixture.add(frame(video(), 40 * i, i == 0, picture(i == 0 ? 0x65 : 0x41, i == 0 ? 0x88 : 0x9a, 5'000)));
    fixture.add(frame(audio(), 40 * i, true, base::Slice::copy_of(base::Bytes(sound))));
  }
  auto description = sdp::parse(fixture.format.head()->description("live/a", "127.0.0.1", 1).text());
  Collector collector;
  StreamReceiver receiver(received_media(*description), {}, {kStart, base::WallTime(1'795'000'000s)},
                          collector);
  ASSERT_EQ(receiver.tracks(), 2u);
  for (const StreamUnitPtr& unit : fixture.units)
    for_each_packet(*unit, [&](base::Bytes packet) { receiver.on_packet(unit->place, packet, kStart); });
  ASSERT_EQ(collector.tracks.size(), 2u);
  EXPECT_TRUE(collector.tracks[0]->config.same_decoder(video()->config));
  EXPECT_TRUE(collector.tracks[1]->config.same_decoder(audio()->config));
  ASSERT_EQ(collector.frames.size(), 10u);
  EXPECT_TRUE(collector.frames[0].key);
  EXPECT_EQ(collector.frames[8].pts - collector.frames[0].pts, 160ms);
  EXPECT_EQ(collector.frames[8].payload.size(), 5'004u);
  EXPECT_EQ(collector.frames[9].payload.size(), 300u);
}

TEST(StreamFormat, DataTracksArriveWhole) {
  media::TrackSet tracks = {video()};
  for (const char* type : {kKlvType, kOnvifMetadataType}) {
    auto data = std::make_shared<media::Track>();
    data->id = static_cast<media::TrackId>(tracks.size() + 1);
    data->media_type = type;
    tracks.push_back(data);
  }
  Fixture fixture(tracks);
  std::vector<uint8_t> klv(3000, 0x07);  // more than a packet
  std::string xml = "<tt:MetadataStream/>";
  fixture.add(frame(tracks[1], 40, true, base::Slice::copy_of(base::Bytes(klv))));
  fixture.add(frame(tracks[2], 80, true, base::Slice::copy_of(xml)));
  auto description = sdp::parse(fixture.format.head()->description("live/a", "127.0.0.1", 1).text());
  Collector collector;
  StreamReceiver receiver(received_media(*description), {}, {kStart, base::WallTime(1'795'000'000s)},
                          collector);
  for (const StreamUnitPtr& unit : fixture.units)
    for_each_packet(*unit, [&](base::Bytes packet) { receiver.on_packet(unit->place, packet, kStart); });
  ASSERT_EQ(collector.frames.size(), 2u);
  EXPECT_EQ(collector.frames[0].track->media_type, kKlvType);
  EXPECT_EQ(collector.frames[0].payload.size(), klv.size());
  EXPECT_EQ(collector.frames[1].track->media_type, kOnvifMetadataType);
  EXPECT_EQ(base::as_text(collector.frames[1].payload), xml);
}

TEST(StreamFormat, KeepsPicturesThatAreShownEarlier) {
  Fixture fixture({video()});
  fixture.add(frame(video(), 0, true, picture(0x65, 0x88, 100)));
  fixture.add(frame(video(), 80, false, picture(0x41, 0x9a, 100)));
  fixture.add(frame(video(), 40, false, picture(0x01, 0x9e, 100)));  // a B picture that none needs
  EXPECT_EQ(fixture.units.size(), 3u);
}

TEST(StreamFormat, ANewConfigurationKeepsTheNumbers) {
  Fixture fixture({video(), audio()});
  auto before = fixture.format.head();
  fixture.format.set_tracks({audio(), video()}, fixture.units);
  auto after = fixture.format.head();
  EXPECT_EQ(after->lane_of(1)->ssrc, before->lane_of(1)->ssrc);
  EXPECT_EQ(after->lane_of(2)->place, 1);
  fixture.format.set_tracks({track(1, Codec::kOpus, codec::opus_record(2, 48000))}, fixture.units);
  EXPECT_EQ(fixture.format.head()->lane_of(1)->place, 2);  // another codec is another lane
}

TEST(StreamFormat, BoundsTheTracks) {
  media::TrackSet many;
  for (media::TrackId id = 1; id <= kTracksMax + 5; ++id) many.push_back(track(id, Codec::kG711A, {}));
  Fixture fixture(many);
  EXPECT_EQ(fixture.format.head()->lanes.size(), kTracksMax);
  EXPECT_EQ(fixture.format.head()->lanes.back().channel(), 126);
}

TEST(StreamFormat, AnotherChannelIsWrittenIntoEveryFrame) {
  Fixture fixture({video()});
  fixture.add(frame(video(), 0, true, picture(0x65, 0x88, 5'000)));
  base::Slice moved = on_channel(*fixture.units[0], 6);
  ASSERT_EQ(moved.size(), fixture.units[0]->bytes.size());
  StreamUnit unit = *fixture.units[0];
  unit.bytes = moved;
  size_t packets = 0;
  for_each_packet(unit, [&](base::Bytes packet) {
    EXPECT_EQ(packet.data()[-3], 6);
    EXPECT_TRUE(rtp::PacketView::parse(packet));
    ++packets;
  });
  EXPECT_EQ(packets, unit.packets);
}

TEST(StreamFormat, ReportsTellWhenPicturesWereTaken) {
  Fixture fixture({video()});
  base::ManualClock clock;
  auto taken = std::make_shared<media::Frame>(*frame(video(), 1000, true, picture(0x65, 0x88, 100)));
  taken->arrival = clock.mono();
  taken->capture = clock.wall() - 300ms;
  fixture.add(taken);
  std::vector<uint8_t> report;
  append_report(report, fixture.format.head()->lanes[0], *fixture.units[0], 1, 100, clock);
  struct Visitor : rtp::RtcpVisitor {
    void on_sender_report(const rtp::SenderReport& got) override { report = got; }
    rtp::SenderReport report;
  } visitor;
  ASSERT_TRUE(rtp::parse_compound(report, visitor));
  // The picture's own moment, by the report's line through NTP and RTP time.
  auto ticks = static_cast<int32_t>(fixture.format.head()->lanes[0].timestamp_at(taken->pts) -
                                    visitor.report.rtp_timestamp);
  base::WallTime told = rtp::wall_of(visitor.report.ntp) + std::chrono::microseconds(ticks * 100 / 9);
  EXPECT_LT(std::chrono::abs(told - *taken->capture), 1ms);
}

}  // namespace
}  // namespace eyas::rtsp

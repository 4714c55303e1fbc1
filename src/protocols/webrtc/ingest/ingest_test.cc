#include "protocols/webrtc/ingest/ingest.h"

#include <gtest/gtest.h>

#include "protocols/webrtc/ingest/test_sender.h"

namespace eyas::webrtc {
namespace {

using base::Duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace test;

constexpr base::WallTime kWallAtStart = kWallAtMonoZero + kStart.time_since_epoch();

class IngestTest : public testing::Test {
 protected:
  void make(std::vector<NegotiatedMedia> media, IngestOptions options = {}) {
    ingest_ = std::make_unique<Ingest>(std::move(media), kLocalSsrc, options, out_, kStart, kWallAtMonoZero);
  }
  base::MonoTime at(int ms) const { return kStart + milliseconds(ms); }
  void send(const std::vector<std::vector<uint8_t>>& packets, int ms) {
    for (const auto& packet : packets) ingest_->on_rtp(packet, at(ms));
  }
  void send_video(bool key, uint32_t number, int ms, size_t size = 100, uint16_t width = 320) {
    send(video_.send(vp8_frame(key, number, size, width), milliseconds(ms)), ms);
  }
  void send_audio(int ms) { send(audio_.send(base::from_hex("780102"), milliseconds(ms)), ms); }

  Received out_;
  std::unique_ptr<Ingest> ingest_;
  Stream video_{media::Codec::kVp8, 100, kVideoPayload, 90000, 1};
  Stream audio_{media::Codec::kOpus, 200, kAudioPayload, 48000, 2};
};

TEST_F(IngestTest, FramesOfBothTracksComeOut) {
  make({video_media(), audio_media()});
  send_video(true, 0, 0, 2000);
  send_audio(10);
  send_video(false, 1, 33);
  ASSERT_EQ(out_.frames.size(), 3u);
  const media::Frame& key = out_.frames[0];
  EXPECT_TRUE(key.key);
  EXPECT_EQ(key.payload.size(), 2014u);
  EXPECT_EQ(key.track->config.width, 320u);
  EXPECT_EQ(key.arrival, at(0));
  EXPECT_FALSE(key.capture);
  const media::Frame& sound = out_.frames[1];
  EXPECT_EQ(sound.track->config.codec, media::Codec::kOpus);
  EXPECT_EQ(sound.duration, milliseconds(20));
  EXPECT_EQ(media::media_time_to_ms(sound.pts), 10);
  EXPECT_EQ(media::media_time_to_ms(out_.frames[2].pts), 33);
  EXPECT_EQ(out_.frames[2].dts, out_.frames[2].pts);
  EXPECT_EQ(out_.tracks.size(), 2u);
  EXPECT_TRUE(out_.plis.empty());
}

TEST_F(IngestTest, AfterALossVideoWaitsForAKeyFrameAndAsksForIt) {
  auto media = video_media();
  media.payloads[0].nack = false;  // so that nothing is waited for
  make({media});
  send_video(true, 0, 0);
  video_.send(vp8_frame(false, 1, 100), milliseconds(33));  // lost
  send_video(false, 2, 66);
  ingest_->on_tick(at(200));  // given up
  EXPECT_EQ(out_.plis, std::vector<uint32_t>{100});
  send_video(false, 3, 210);
  send_video(false, 4, 240);
  EXPECT_EQ(out_.frames.size(), 1u);
  EXPECT_EQ(out_.plis.size(), 1u);  // not more often than key_request_interval
  EXPECT_EQ(ingest_->next_tick(), at(200) + IngestOptions().key_request_interval);
  ingest_->on_tick(at(700));
  EXPECT_EQ(out_.plis.size(), 2u);
  send_video(true, 5, 710);
  send_video(false, 6, 740);
  ASSERT_EQ(out_.frames.size(), 3u);
  EXPECT_EQ(number_of(out_.frames[1]), 5u);
  ingest_->on_tick(at(3000));
  EXPECT_EQ(out_.plis.size(), 2u);
}

TEST_F(IngestTest, AudioGoesOnAfterALoss) {
  make({audio_media()});
  send_audio(0);
  audio_.send(base::from_hex("78"), milliseconds(20));
  send_audio(40);
  ingest_->on_tick(at(200));
  EXPECT_EQ(out_.frames.size(), 2u);
  EXPECT_TRUE(out_.plis.empty());
}

TEST_F(IngestTest, AReaderMayAskForAKeyFrame) {
  auto fir = audio_media();
  fir.kind = media::TrackKind::kVideo;
  fir.payloads[0] = video_media().payloads[0];
  fir.payloads[0].payload_type = kAudioPayload;
  fir.payloads[0].pli = false, fir.payloads[0].fir = true;
  make({video_media(), fir});
  ingest_->request_key(1, at(0));  // nothing came yet: there is nobody to ask
  EXPECT_TRUE(out_.plis.empty());
  send_video(true, 0, 0);
  ingest_->request_key(1, at(10));
  ingest_->request_key(1, at(20));
  EXPECT_EQ(out_.plis.size(), 1u);
  Stream second(media::Codec::kVp8, 300, kAudioPayload, 90000, 3);
  send(second.send(vp8_frame(true, 0, 10), milliseconds(0)), 0);
  ingest_->request_key(2, at(20));
  EXPECT_EQ(out_.firs, std::vector<uint32_t>{300});
  ingest_->request_key(9, at(20));
}

TEST_F(IngestTest, AsksForMissingPacketsAndUnwrapsRtx) {
  make({video_media()});
  send_video(true, 0, 0);
  auto packets = video_.send(vp8_frame(false, 1, 1200), milliseconds(33));
  ASSERT_EQ(packets.size(), 3u);
  auto lost = rtp::PacketView::parse(packets[1])->sequence;
  send({packets[0], packets[2]}, 33);
  EXPECT_LE(ingest_->next_tick(), at(33) + IngestOptions().nack_interval);
  ingest_->on_tick(at(40));
  ASSERT_EQ(out_.nacks.size(), 1u);
  EXPECT_EQ(out_.nacks[0], std::pair(100u, lost));
  EXPECT_EQ(out_.frames.size(), 1u);
  send({*video_.retransmit(lost)}, 60);
  ASSERT_EQ(out_.frames.size(), 2u);
  EXPECT_EQ(number_of(out_.frames[1]), 1u);
  EXPECT_EQ(out_.frames[1].arrival, at(60));
  EXPECT_TRUE(out_.plis.empty());
  EXPECT_EQ(out_.broken, 0u);
}

TEST_F(IngestTest, ReceiverReportsTellLossAndTheRoundTrip) {
  make({video_media(), audio_media()});
  for (int i = 0; i < 30; ++i) {
    auto packets = video_.send(vp8_frame(i == 0, static_cast<uint32_t>(i), 100), milliseconds(33 * i));
    if (i % 10 != 5) send(packets, 33 * i);
  }
  ingest_->on_rtcp(video_.report(milliseconds(500), kWallAtStart), at(500));
  ingest_->on_tick(at(1000));
  ASSERT_EQ(out_.blocks.size(), 1u);  // no audio came
  EXPECT_EQ(out_.blocks[0].ssrc, 100u);
  EXPECT_EQ(out_.blocks[0].cumulative_lost, 3);
  EXPECT_EQ(out_.blocks[0].fraction_lost, 3 * 256 / 30);
  EXPECT_EQ(out_.blocks[0].last_sr, rtp::ntp_of(kWallAtStart).middle());
  EXPECT_EQ(out_.blocks[0].delay_since_last_sr, 0x8000u);
  EXPECT_TRUE(out_.reporters.contains(kLocalSsrc));
}

TEST_F(IngestTest, TransportFeedbackTellsWhenPacketsArrived) {
  make({video_media()});
  auto number = [](uint16_t sequence) {
    return std::vector<uint8_t>{static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence)};
  };
  for (uint16_t i = 0; i < 4; ++i) {
    auto value = number(static_cast<uint16_t>(65534 + i));
    auto packets = video_.send(vp8_frame(i == 0, i, 10), milliseconds(10 * i), {{kIds.twcc, value}});
    if (i != 2) send(packets, 10 * i);
  }
  EXPECT_LE(ingest_->next_tick(), at(50));
  ingest_->on_tick(at(50));
  ASSERT_EQ(out_.feedbacks.size(), 1u);
  const rtp::TransportFeedback& feedback = out_.feedbacks[0];
  EXPECT_EQ(feedback.base_sequence, 65534);
  ASSERT_EQ(feedback.arrivals.size(), 4u);
  EXPECT_EQ(*feedback.arrivals[1] - *feedback.arrivals[0], milliseconds(10));
  EXPECT_FALSE(feedback.arrivals[2]);
  EXPECT_EQ(*feedback.arrivals[3] - *feedback.arrivals[0], milliseconds(30));
  EXPECT_EQ(out_.remb_bps, 0u);
}

TEST_F(IngestTest, WithoutTransportFeedbackRembSaysTheRate) {
  auto media = video_media();
  media.payloads[0].twcc = false;
  media.payloads[0].remb = true;
  make({media});
  send_video(true, 0, 0);
  ingest_->on_tick(at(1000));
  EXPECT_EQ(out_.remb_bps, IngestOptions().bitrate_max_bps / 256 * 256);  // 18 bits of it
  EXPECT_EQ(out_.remb_ssrcs, std::vector<uint32_t>{100});
}

TEST_F(IngestTest, PicturesFollowTheSoundThatSenderReportsTieThemTo) {
  make({video_media(), audio_media()});
  // Taken at the same moments; but video arrives 300 ms late, as an encoder with look-ahead has it.
  for (int ms = 0; ms < 8000; ms += 20) {
    send(audio_.send(base::from_hex("780102"), milliseconds(ms)), ms);
    if (ms % 40 == 0)
      send(video_.send(vp8_frame(ms == 0, static_cast<uint32_t>(ms), 50), milliseconds(ms)), ms + 300);
    if (ms % 1000 == 500) {
      ingest_->on_rtcp(audio_.report(milliseconds(ms), kWallAtStart + milliseconds(ms)), at(ms));
      ingest_->on_rtcp(video_.report(milliseconds(ms), kWallAtStart + milliseconds(ms)), at(ms + 300));
    }
  }
  auto pictures = out_.of(1);
  auto sounds = out_.of(2);
  EXPECT_EQ(media::media_time_to_ms(pictures[0].pts), 300);  // nobody knew
  for (size_t i = 1; i < pictures.size(); ++i) EXPECT_GT(pictures[i].pts, pictures[i - 1].pts);
  EXPECT_EQ(media::media_time_to_ms(pictures.back().pts), number_of(pictures.back()));
  EXPECT_EQ(media::media_time_to_ms(sounds.back().pts), 7980);
  ASSERT_TRUE(pictures.back().capture && sounds.back().capture);
  EXPECT_EQ(*sounds.back().capture, kWallAtStart + milliseconds(7980));
  EXPECT_EQ(*pictures.back().capture, kWallAtStart + milliseconds(7960));
}

TEST_F(IngestTest, AbsCaptureTimeIsRead) {
  make({video_media()});
  base::ByteWriter value;
  value.u64(rtp::ntp_of(kWallAtStart - milliseconds(45)).fixed);
  value.u64(
      static_cast<uint64_t>(-(int64_t{1} << 32) / 50));  // the sender's clock is 20 ms behind the capture's
  send(video_.send(vp8_frame(true, 0, 10), milliseconds(0), {{kIds.abs_capture_time, value.view()}}), 0);
  send_video(false, 1, 40);
  ASSERT_EQ(out_.frames.size(), 2u);
  auto error = *out_.frames[0].capture - (kWallAtStart - milliseconds(65));
  EXPECT_LT(std::abs(error.count()), 1000);
  EXPECT_LT(std::abs((*out_.frames[1].capture - (kWallAtStart - milliseconds(25))).count()), 1000);
}

TEST_F(IngestTest, APicturesOrientationHoldsUntilAnotherComes) {
  make({video_media()});
  std::array<uint8_t, 1> turned{1}, upright{0};
  send_video(true, 0, 0);
  send(video_.send(vp8_frame(false, 1, 10), milliseconds(40), {{kIds.video_orientation, turned}}), 40);
  send_video(false, 2, 80);
  send(video_.send(vp8_frame(false, 3, 10), milliseconds(120), {{kIds.video_orientation, upright}}), 120);
  ASSERT_EQ(out_.frames.size(), 4u);
  EXPECT_EQ(out_.frames[0].orientation, std::nullopt);
  EXPECT_EQ(out_.frames[1].orientation, 1);
  EXPECT_EQ(out_.frames[2].orientation, 1);
  EXPECT_EQ(out_.frames[3].orientation, 0);
}

TEST_F(IngestTest, SimulcastLayersAreTracksRankedBySize) {
  auto media = video_media();
  media.rids = {"q", "h", "f"};
  make({media});
  std::vector<std::unique_ptr<Stream>> layers;
  auto rid = [&](const char* name) { return rtp::Extension{kIds.rid, base::as_bytes(name)}; };
  const char* names[] = {"q", "h", "f"};
  for (unsigned i = 0; i < 3; ++i)
    layers.push_back(std::make_unique<Stream>(media::Codec::kVp8, 500 + i, kVideoPayload, 90000, i));
  for (unsigned i = 0; i < 3; ++i) {
    auto width = static_cast<uint16_t>(320 << i);
    send(layers[i]->send(vp8_frame(true, i, 600, width), milliseconds(0), {rid(names[i])}), 0);
  }
  ASSERT_EQ(out_.tracks.size(), 3u);
  EXPECT_EQ(out_.tracks[1]->rendition, 2);
  EXPECT_EQ(out_.tracks[1]->label, "q");
  EXPECT_EQ(out_.tracks[2]->rendition, 1);
  EXPECT_EQ(out_.tracks[3]->rendition, 0);
  EXPECT_EQ(out_.tracks[3]->config.width, 1280u);
  // Without rid from now on, as browsers do once they were heard; RTX by its repaired rid.
  auto packets = layers[1]->send(vp8_frame(false, 9, 600), milliseconds(33));
  auto lost = rtp::PacketView::parse(packets[0])->sequence;
  send({packets[1]}, 33);
  send({*layers[1]->retransmit(lost, {{kIds.repaired_rid, base::as_bytes("h")}})}, 50);
  ASSERT_EQ(out_.frames.size(), 4u);
  EXPECT_EQ(out_.frames[3].track->id, 2u);
  // The sender drops its best layer: the next one takes its place, and gives it back.
  for (int ms = 100; ms <= 4000; ms += 100) {
    for (unsigned i = 0; i < 2; ++i) send(layers[i]->send(vp8_frame(false, 10, 10), milliseconds(ms)), ms);
    ingest_->on_tick(at(ms));
  }
  EXPECT_EQ(out_.tracks[2]->rendition, 0);
  EXPECT_EQ(out_.tracks[3]->rendition, 2);
  for (int ms = 4100; ms <= 6000; ms += 100) {
    for (unsigned i = 0; i < 3; ++i)
      send(layers[i]->send(vp8_frame(ms == 4100, 10, 10, static_cast<uint16_t>(320 << i)), milliseconds(ms)),
           ms);
    ingest_->on_tick(at(ms));
  }
  EXPECT_EQ(out_.tracks[3]->rendition, 0);
  EXPECT_EQ(out_.tracks[1]->rendition, 2);
}

TEST_F(IngestTest, MLinesOfOnePayloadTypeAreToldApart) {
  auto first = video_media();
  auto second = video_media();
  second.mid = "7";
  first.ssrcs = {100};
  make({first, second});
  Stream other(media::Codec::kVp8, 600, kVideoPayload, 90000, 4);
  Stream nobody(media::Codec::kVp8, 601, kVideoPayload, 90000, 5);
  send_video(true, 0, 0);  // by its SSRC
  send(other.send(vp8_frame(true, 1, 10), milliseconds(0), {{kIds.mid, base::as_bytes("7")}}), 0);
  send(nobody.send(vp8_frame(true, 2, 10), milliseconds(0)), 0);
  ASSERT_EQ(out_.frames.size(), 2u);
  EXPECT_EQ(out_.frames[0].track->id, 1u);
  EXPECT_EQ(out_.frames[1].track->id, 2u);
}

TEST_F(IngestTest, ANewSourceTakesOverFromASilentOneOnly) {
  make({video_media()});
  send_video(true, 0, 0);
  Stream intruder(media::Codec::kVp8, 900, kVideoPayload, 90000, 6);
  send(intruder.send(vp8_frame(true, 50, 10), milliseconds(0)), 10);
  EXPECT_EQ(out_.frames.size(), 1u);
  send_video(false, 1, 33);
  EXPECT_EQ(out_.frames.size(), 2u);
  // The sender starts again under another SSRC.
  video_.restart(101);
  send_video(true, 2, 700);
  send_video(false, 3, 733);
  ASSERT_EQ(out_.frames.size(), 4u);
  EXPECT_EQ(media::media_time_to_ms(out_.frames[2].pts), 700);
  EXPECT_EQ(media::media_time_to_ms(out_.frames[3].pts), 733);
}

TEST_F(IngestTest, ByeMakesRoomAtOnce) {
  make({video_media()});
  send_video(true, 0, 0);
  std::vector<uint8_t> bye;
  rtp::append_bye(bye, 100);
  ingest_->on_rtcp(bye, at(10));
  video_.restart(101);
  send_video(true, 1, 20);
  EXPECT_EQ(out_.frames.size(), 2u);
}

TEST_F(IngestTest, SourcesAreBounded) {
  IngestOptions options;
  options.sources_max = 4;
  make({video_media(), audio_media()}, options);
  for (uint32_t ssrc = 1000; ssrc < 1100; ++ssrc) {
    Stream junk(media::Codec::kOpus, ssrc, kAudioPayload, 48000, ssrc);
    send(junk.send(base::from_hex("7801"), milliseconds(0)), 0);
  }
  send_video(true, 0, 10);
  EXPECT_TRUE(out_.of(1).empty());  // no room
  send_video(true, 0, 20'000);      // those that were silent for long make it
  EXPECT_EQ(out_.of(1).size(), 1u);
}

TEST_F(IngestTest, WhatWasNotNegotiatedIsCountedAndPassedOver) {
  auto inactive = audio_media();
  inactive.direction = NegotiatedMedia::Direction::kInactive;
  make({video_media(), inactive});
  send_audio(0);
  ingest_->on_rtp(base::from_hex("80"), at(0));
  ingest_->on_rtcp(base::from_hex("81c80001"), at(0));
  EXPECT_TRUE(out_.frames.empty());
  std::map<std::string, uint64_t> counters;
  for (const auto& [name, value] : ingest_->counters()) counters[name] = value;
  EXPECT_EQ(counters["rtp_unknown"], 1u);
  EXPECT_EQ(counters["rtp_malformed"], 2u);
  EXPECT_EQ(counters["rtp_packets"], 0u);
}

TEST_F(IngestTest, SaysGoodbye) {
  make({video_media()});
  ingest_->say_goodbye();
  EXPECT_EQ(out_.byes, std::vector<uint32_t>{kLocalSsrc});
}

}  // namespace
}  // namespace eyas::webrtc

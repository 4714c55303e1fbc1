#include "protocols/webrtc/egress/sender.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "protocols/webrtc/egress/test_rig.h"
#include "rtp/packet.h"

namespace eyas::webrtc {
namespace {

using namespace std::chrono_literals;
using base::Duration;
using base::MonoTime;

constexpr MonoTime kStart{1h};
constexpr base::WallTime kWallAtZero{std::chrono::seconds(1'700'000'000)};

SrtpKey key() {
  SrtpKey key;
  key.key.fill(1);
  for (size_t i = 0; i < 12; ++i) key.salt[i] = 2;
  return key;
}

// A sender whose datagrams are kept and decrypted, and a feed made by hand.
class SenderTest : public ::testing::Test, protected io::PacketSink, protected Sender::Upstream {
 protected:
  struct Received {
    std::vector<uint8_t> bytes;
    rtp::PacketView packet;
  };
  struct Rtcp final : rtp::RtcpVisitor {
    void on_sender_report(const rtp::SenderReport& report) override { reports.push_back(report); }
    void on_bye(uint32_t ssrc) override { byes.push_back(ssrc); }
    std::vector<rtp::SenderReport> reports;
    std::vector<uint32_t> byes;
  };

  SenderTest() { format_.set_tracks({video_, audio_}, made_); }

  static SenderOptions options() {
    SenderOptions options;
    SendMedia video;
    video.track = 1;
    video.mid = "v0";
    video.payload_type = 96;
    video.ssrc = 10;
    video.rtx_payload_type = 97;
    video.rtx_ssrc = 11;
    video.extensions = {1, 2, 3, 4, 5, 6};
    options.video = video;
    SendMedia audio = video;
    audio.track = 2;
    audio.codec = media::Codec::kOpus;
    audio.mid = "a0";
    audio.payload_type = 111;
    audio.clock_rate = 48000;
    audio.ssrc = 12;
    audio.rtx_payload_type = 0;
    options.audio = audio;
    options.cname = "eyas";
    options.wall_at_mono_zero = kWallAtZero - kStart.time_since_epoch();
    options.random_seed = 42;
    return options;
  }
  void make(const SenderOptions& options = SenderTest::options()) {
    sender_.reset(new Sender(options, srtp_, *this, *this));  // the bases are not public
  }

  std::span<uint8_t> prepare(size_t max) override {
    if (blocked_) return {};
    return {datagram_, std::min(max, sizeof datagram_)};
  }
  void commit(size_t bytes) override {
    if (discard_) return;
    auto kept = std::make_unique<Received>();
    kept->bytes.assign(datagram_, datagram_ + bytes);
    if (rtp::is_rtcp(kept->bytes)) {
      auto size = receiver_.unprotect_rtcp(kept->bytes);
      ASSERT_TRUE(size.ok());
      ASSERT_TRUE(rtp::parse_compound(base::Bytes(kept->bytes).first(*size), rtcp_).ok());
      return;
    }
    auto size = receiver_.unprotect(kept->bytes);
    ASSERT_TRUE(size.ok());
    kept->packet = rtp::PacketView::parse(base::Bytes(kept->bytes).first(*size)).value();
    sent_.push_back(std::move(kept));
  }
  void request_keyframe(media::TrackId track) override { keys_asked_.push_back(track); }
  void restart_group() override { ++restarts_; }
  void on_codec_changed(media::TrackKind) override { ++codec_changes_; }

  PacketUnitPtr video(bool key, size_t bytes, Duration at) {
    auto frame =
        test::frame_of(video_, media::MediaTime(at), key, test::picture(number_++, key, bytes), kStart + at);
    return packaged(frame);
  }
  PacketUnitPtr sound(Duration at) {
    return packaged(test::frame_of(audio_, media::MediaTime(at), true, test::sound(), kStart + at));
  }
  PacketUnitPtr packaged(const media::FramePtr& frame) {
    made_.clear();
    format_.package(frame, made_);
    return made_.at(0);
  }
  void send(const PacketUnitPtr& unit) { sender_->on_unit(unit, unit->arrival); }
  template <typename Build>
  void hear(MonoTime now, Build build) {
    std::vector<uint8_t> rtcp;
    build(rtcp);
    sender_->on_rtcp(rtcp, now);
  }
  size_t sent_on(uint32_t ssrc) const {
    return static_cast<size_t>(
        std::ranges::count_if(sent_, [&](const auto& r) { return r->packet.ssrc == ssrc; }));
  }

  media::TrackPtr video_ = test::h264_track(1);
  media::TrackPtr audio_ = test::opus_track(2);
  PacketFormat format_;
  std::vector<PacketUnitPtr> made_;
  SrtpSender srtp_{SrtpProfile::kAeadAes128Gcm, key()};
  SrtpReceiver receiver_{SrtpProfile::kAeadAes128Gcm, key()};
  std::unique_ptr<Sender> sender_;
  std::vector<std::unique_ptr<Received>> sent_;
  Rtcp rtcp_;
  std::vector<media::TrackId> keys_asked_;
  unsigned restarts_ = 0;
  unsigned codec_changes_ = 0;
  bool blocked_ = false;
  bool discard_ = false;
  uint32_t number_ = 0;
  uint8_t datagram_[1500];
};

TEST_F(SenderTest, PacketsCarryWhatWasNegotiated) {
  make();
  send(video(true, 5000, 0ms));
  send(sound(0ms));
  ASSERT_GE(sent_.size(), 6u);
  const rtp::PacketView& first = sent_[0]->packet;
  EXPECT_EQ(first.payload_type, 96);
  EXPECT_EQ(first.ssrc, 10u);
  EXPECT_EQ(base::as_text(*first.extension(1)), "v0");
  EXPECT_EQ(first.extension(3)->size(), 3u);
  ASSERT_TRUE(first.extension(5));
  EXPECT_EQ(base::to_hex(*first.extension(5)), "000000");  // 0 to 0: render at once
  for (size_t i = 1; i < 5; ++i) {
    auto before = *sent_[i - 1]->packet.extension(2);
    auto now = *sent_[i]->packet.extension(2);
    EXPECT_EQ(static_cast<uint16_t>((now[0] << 8 | now[1]) - (before[0] << 8 | before[1])), 1);
  }
  const rtp::PacketView& sound = sent_.back()->packet;
  EXPECT_EQ(sound.payload_type, 111);
  EXPECT_EQ(base::as_text(*sound.extension(1)), "a0");
}

TEST_F(SenderTest, TheLastPacketSaysHowAPictureIsTurned) {
  make();
  auto frame = std::make_shared<media::Frame>(
      *test::frame_of(video_, media::MediaTime(0ms), true, test::picture(number_++, true, 5000), kStart));
  frame->orientation = 1;
  send(packaged(frame));
  ASSERT_GE(sent_.size(), 5u);
  EXPECT_FALSE(sent_[0]->packet.extension(6));
  const rtp::PacketView* last = nullptr;
  for (const auto& one : sent_) {
    if (one->packet.payload_type == 96) last = &one->packet;
  }
  ASSERT_TRUE(last->marker && last->extension(6));
  EXPECT_EQ(base::to_hex(*last->extension(6)), "01");
  size_t before = sent_.size();
  send(video(false, 500, 33ms));
  for (size_t i = before; i < sent_.size(); ++i) EXPECT_FALSE(sent_[i]->packet.extension(6));
}

TEST_F(SenderTest, WhatIsSaidOnceStopsWhenTheViewerIsHeard) {
  make();
  send(video(true, 500, 0ms));
  hear(kStart + 20ms, [](auto& out) {
    rtp::ReportBlock block;
    block.ssrc = 10;
    rtp::append_receiver_report(out, 1, {&block, 1});
  });
  send(video(false, 500, 33ms));
  EXPECT_FALSE(sent_.back()->packet.extension(1));
  EXPECT_FALSE(sent_.back()->packet.extension(5));
  EXPECT_TRUE(sent_.back()->packet.extension(2));
}

TEST_F(SenderTest, ReportsTieAllTracksToOneClock) {
  make();
  for (int i = 0; i < 60; ++i) {
    send(video(i == 0, 500, i * 33ms));
    send(sound(i * 33ms));
  }
  // 0, 100 ms, 500 ms, 1.5 s after the start.
  ASSERT_GE(rtcp_.reports.size(), 7u);
  for (const rtp::SenderReport& report : rtcp_.reports) {
    // The report's moment on the stream's timeline, as that track's timestamps tell.
    uint32_t rate = report.ssrc == 10 ? 90000 : 48000;
    auto first = std::ranges::find_if(sent_, [&](const auto& r) { return r->packet.ssrc == report.ssrc; });
    auto ticks = static_cast<int32_t>(report.rtp_timestamp - (*first)->packet.timestamp);
    double media = static_cast<double>(ticks) / rate;
    double wall = base::to_seconds(rtp::wall_of(report.ntp) - kWallAtZero);
    EXPECT_NEAR(media, wall, 0.001) << report.ssrc;
  }
}

TEST_F(SenderTest, CaptureTimesGoToTheViewer) {
  make();
  auto frame = std::make_shared<media::Frame>(
      *test::frame_of(video_, media::MediaTime(0ms), true, test::picture(0, true, 3000), kStart + 80ms));
  frame->capture = kWallAtZero + 10ms;
  send(packaged(frame));
  auto last = std::ranges::find_if(sent_, [](const auto& r) { return r->packet.marker; });
  auto captured = (*last)->packet.extension(4);
  ASSERT_TRUE(captured);
  uint64_t ntp = base::ByteReader(*captured).u64();
  EXPECT_LT(std::chrono::abs(rtp::wall_of({ntp}) - (kWallAtZero + 10ms)), 1us);
  // A capture clock that is not set is not believed.
  frame->capture = base::WallTime(100s);
  frame->pts = frame->dts = media::MediaTime(33ms);
  send(packaged(frame));
  ntp = base::ByteReader(*sent_.back()->packet.extension(4)).u64();
  EXPECT_LT(std::chrono::abs(rtp::wall_of({ntp}) - (kWallAtZero + 113ms)), 40ms);
}

TEST_F(SenderTest, WhatIsAskedForIsSentAgainOnceARoundTrip) {
  make();
  send(video(true, 5000, 0ms));
  size_t rtx = sent_on(11);
  auto sequence = sent_[2]->packet.sequence;
  auto ask = [&](MonoTime now) { hear(now, [&](auto& out) { rtp::append_nack(out, 1, 10, {{sequence}}); }); };
  ask(kStart + 30ms);
  ASSERT_EQ(sent_on(11), rtx + 1);
  const rtp::PacketView& again = sent_.back()->packet;
  EXPECT_EQ(again.payload_type, 97);
  EXPECT_EQ(again.timestamp, sent_[2]->packet.timestamp);
  EXPECT_EQ(again.payload[0] << 8 | again.payload[1], sequence);
  EXPECT_TRUE(std::ranges::equal(again.payload.subspan(2), sent_[2]->packet.payload));
  ask(kStart + 35ms);
  EXPECT_EQ(sent_on(11), rtx + 1);
  ask(kStart + 140ms);
  EXPECT_EQ(sent_on(11), rtx + 3);  // lost again: two copies
  sequence = static_cast<uint16_t>(sequence - 1000);
  ask(kStart + 150ms);
  EXPECT_EQ(sender_->statistics().nacks_missed, 1u);
}

TEST_F(SenderTest, WhatFeedbackReportsLostIsSentAgainUnasked) {
  make();
  send(video(true, 5000, 0ms));
  send(video(false, 500, 33ms));
  size_t rtx = sent_on(11);
  auto first = *sent_[0]->packet.extension(2);
  rtp::TransportFeedback feedback;
  feedback.base_sequence = static_cast<uint16_t>(first[0] << 8 | first[1]);
  feedback.arrivals.assign(sent_.size(), 100ms);
  feedback.arrivals[2].reset();
  feedback.arrivals.back() = 133ms;
  hear(kStart + 60ms, [&](auto& out) { rtp::append_transport_feedback(out, feedback); });
  ASSERT_EQ(sent_on(11), rtx + 1);
  const rtp::PacketView& again = sent_.back()->packet;
  EXPECT_EQ(again.payload[0] << 8 | again.payload[1], sent_[2]->packet.sequence);
}

TEST_F(SenderTest, WithoutRtxNothingIsSentTwice) {
  SenderOptions plain = options();
  plain.video->rtx_payload_type = 0;
  make(plain);
  send(video(true, 5000, 0ms));
  size_t before = sent_.size();
  hear(kStart + 30ms, [&](auto& out) { rtp::append_nack(out, 1, 10, {{sent_[2]->packet.sequence}}); });
  EXPECT_EQ(sent_.size(), before);
}

TEST_F(SenderTest, ALostPictureAsksThePublisherAndThenTheFeed) {
  make();
  send(video(true, 500, 0ms));
  auto pli = [&](MonoTime now) { hear(now, [](auto& out) { rtp::append_pli(out, 1, 10); }); };
  pli(kStart + 100ms);
  EXPECT_EQ(keys_asked_, std::vector<media::TrackId>{1});
  pli(kStart + 200ms);
  EXPECT_EQ(keys_asked_.size(), 1u);  // not more often than the stream listens
  EXPECT_EQ(restarts_, 0u);
  pli(kStart + 450ms);
  EXPECT_EQ(restarts_, 1u);
  pli(kStart + 700ms);
  EXPECT_EQ(restarts_, 1u);
  EXPECT_EQ(sender_->statistics().plis, 4u);
}

TEST_F(SenderTest, AGroupThatIsSentAgainIsSqueezedInBeforeWhatComesLive) {
  make();
  std::vector<PacketUnitPtr> group;
  for (int i = 0; i < 10; ++i) {
    group.push_back(video(i == 0, 500, i * 33ms));
    send(group.back());
  }
  MonoTime now = kStart + 330ms;
  hear(now, [](auto& out) { rtp::append_fir(out, 1, 10, 1); });
  now += 320ms;
  hear(now, [](auto& out) { rtp::append_fir(out, 1, 10, 2); });
  ASSERT_EQ(restarts_, 1u);
  size_t before = sent_.size();
  for (const PacketUnitPtr& unit : group) sender_->on_unit(unit, now);
  send(video(false, 500, 660ms));
  std::vector<uint32_t> timestamps;
  for (size_t i = before; i < sent_.size(); ++i) timestamps.push_back(sent_[i]->packet.timestamp);
  ASSERT_GE(timestamps.size(), 11u);
  uint32_t last_shown = sent_[before - 1]->packet.timestamp;
  for (uint32_t timestamp : timestamps) {
    EXPECT_GE(static_cast<int32_t>(timestamp - last_shown), 0);
    last_shown = timestamp;
  }
  EXPECT_EQ(timestamps.back() - sent_[0]->packet.timestamp, 660u * 90);
}

TEST_F(SenderTest, SoundOfANewcomersGroupIsNotSentLate) {
  make();
  std::vector<PacketUnitPtr> group{video(true, 500, 0ms)};
  for (int i = 0; i < 50; ++i) group.push_back(sound(i * 20ms));
  for (const PacketUnitPtr& unit : group) sender_->on_unit(unit, kStart + 1s);
  EXPECT_GT(sent_on(12), 5u);
  EXPECT_LE(sent_on(12), 13u);
}

TEST_F(SenderTest, AnotherCodecIsToldOnce) {
  make();
  send(video(true, 500, 0ms));
  auto hevc = std::make_shared<media::Track>(*video_);
  hevc->config =
      codec::describe(media::Codec::kH265, codec::fixtures::slice(codec::fixtures::kHevcMain)).value();
  format_.set_tracks({hevc}, made_);
  for (int i = 1; i < 3; ++i) {
    send(packaged(test::frame_of(hevc, media::MediaTime(i * 33ms), true,
                                 codec::fixtures::slice(codec::fixtures::kIdrMain), kStart + i * 33ms)));
  }
  EXPECT_EQ(codec_changes_, 1u);
}

TEST_F(SenderTest, ASinkThatTakesNothingIsCountedAndNeverWaitedFor) {
  make();
  blocked_ = true;
  for (int i = 0; i < 100; ++i) send(video(i == 0, 3000, i * 33ms));
  EXPECT_TRUE(sent_.empty());
  EXPECT_GE(sender_->statistics().sink_refused, 300u);
  EXPECT_EQ(sender_->statistics().queued_bytes, 0u);
}

TEST_F(SenderTest, GarbageIsCounted) {
  make();
  std::vector<uint8_t> garbage(100, 0xff);
  sender_->on_rtcp(garbage, kStart);
  EXPECT_EQ(sender_->statistics().bad_rtcp, 1u);
}

TEST_F(SenderTest, SaysGoodbye) {
  make();
  sender_->say_goodbye();
  EXPECT_EQ(rtcp_.byes, (std::vector<uint32_t>{10, 12}));
}

// A whole session has 64 KiB. What the feed holds anyway is not a viewer's own.
TEST_F(SenderTest, AViewerCostsLittleMemory) {
  std::vector<PacketUnitPtr> units;
  for (int i = 0; i < 300; ++i) {
    units.push_back(video(i % 60 == 0, i % 60 == 0 ? 60'000 : 7000, i * 33ms));
    units.push_back(sound(i * 33ms));
  }
  discard_ = true;
  size_t before = mallinfo2().uordblks;
  make();
  for (const PacketUnitPtr& unit : units) send(unit);
  hear(kStart + 9900ms, [&](auto& out) { rtp::append_nack(out, 1, 10, {{7}}); });
  size_t cost = mallinfo2().uordblks - before;
  RecordProperty("bytes", static_cast<int>(cost));
  EXPECT_LE(cost, 24u * 1024) << "sender alone: " << sizeof(Sender);
}

}  // namespace
}  // namespace eyas::webrtc

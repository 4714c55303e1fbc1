// The ingest behind a network of many seeds that loses, delays and reorders both ways, with a sender that
// answers NACK by RTX and PLI by a key frame.
#include <gtest/gtest.h>

#include <functional>

#include "protocols/webrtc/ingest/test_sender.h"

namespace eyas::webrtc {
namespace {

using base::Duration;
using base::MonoTime;
using std::chrono::milliseconds;
using namespace test;

struct Network {
  unsigned loss_percent = 0;
  Duration one_way{0};
  Duration jitter{0};
};

// A sender of 30 pictures and 50 sounds a second, for some seconds, and what the ingest makes of it.
class Simulation : private rtp::RtcpVisitor {
 public:
  Simulation(unsigned seed, Network network, bool rtx)
      : random_(seed),
        network_(network),
        video_(media::Codec::kVp8, 100, kVideoPayload, 90000, seed),
        audio_(media::Codec::kOpus, 200, kAudioPayload, 48000, seed + 1) {
    auto media = video_media();
    if (!rtx) media.payloads[0].nack = false, media.payloads[0].rtx_payload_type = 0;
    ingest_ = std::make_unique<Ingest>(std::vector{media, audio_media()}, kLocalSsrc, IngestOptions(), out_,
                                       kStart, kWallAtMonoZero);
  }

  void run(Duration length) {
    for (Duration at{0}; at < length; at += milliseconds(1)) {
      now_ = kStart + at;
      if (at % milliseconds(33) == Duration(0)) send_picture(at);
      if (at % milliseconds(20) == Duration(0)) put(audio_.send(base::from_hex("780102"), at));
      while (!network_in_.empty() && network_in_.begin()->first <= now_) {
        ingest_->on_rtp(network_in_.begin()->second, now_);
        network_in_.erase(network_in_.begin());
      }
      if (ingest_->next_tick() <= now_) ingest_->on_tick(now_);
      answer();
    }
  }

  Received out_;
  uint32_t pictures_ = 0;
  uint32_t keys_ = 0;
  std::vector<std::vector<uint8_t>> sent_;

 private:
  static constexpr size_t kPictureBytes = 8000;

  void send_picture(Duration at) {
    bool key = pictures_ == 0 || std::exchange(key_wanted_, false);
    keys_ += key;
    sent_.push_back(vp8_frame(key, pictures_, key ? 4 * kPictureBytes : random_() % (2 * kPictureBytes)));
    ++pictures_;
    put(video_.send(sent_.back(), at));
  }

  // The first picture is spared, so that there is something to lose.
  bool spared() const { return now_ - kStart < milliseconds(30); }
  bool lost() { return !spared() && random_() % 100 < network_.loss_percent; }
  Duration delay() {
    auto jitter = spared() ? 0 : static_cast<uint64_t>(network_.jitter.count());
    return network_.one_way + Duration(jitter == 0 ? 0 : static_cast<int64_t>(random_() % jitter));
  }
  void put(std::vector<std::vector<uint8_t>> packets) {
    for (auto& packet : packets) {
      if (!lost()) network_in_.emplace(now_ + delay(), std::move(packet));
    }
  }

  // RTCP takes its time too, and gets lost.
  void answer() {
    for (auto [ssrc, sequence] : std::exchange(out_.nacks, {})) {
      if (!lost())
        back_.emplace(now_ + delay(), [this, sequence = sequence] {
          if (auto packet = video_.retransmit(sequence)) put({*packet});
        });
    }
    for (; plis_seen_ < out_.plis.size(); ++plis_seen_) {
      if (!lost()) back_.emplace(now_ + delay(), [this] { key_wanted_ = true; });
    }
    while (!back_.empty() && back_.begin()->first <= now_) {
      back_.begin()->second();
      back_.erase(back_.begin());
    }
  }

  std::mt19937 random_;
  Network network_;
  Stream video_;
  Stream audio_;
  std::unique_ptr<Ingest> ingest_;
  MonoTime now_ = kStart;
  bool key_wanted_ = false;
  size_t plis_seen_ = 0;
  std::multimap<MonoTime, std::vector<uint8_t>> network_in_;
  std::multimap<MonoTime, std::function<void()>> back_;
};

// Every picture is one that was sent, whole, and follows the one it refers to.
void expect_sound(const Simulation& simulation) {
  std::optional<uint32_t> before;
  for (const media::Frame& frame : simulation.out_.of(1)) {
    uint32_t number = number_of(frame);
    ASSERT_LT(number, simulation.sent_.size());
    ASSERT_TRUE(std::ranges::equal(frame.payload.bytes(), simulation.sent_[number]));
    if (!frame.key) {
      ASSERT_TRUE(before && *before + 1 == number) << number;
    }
    before = number;
  }
  EXPECT_EQ(simulation.out_.broken, 0u);
  EXPECT_LE(simulation.out_.largest, Ingest::kRtcpBytesMax);
}

TEST(IngestSimulation, FivePercentLossAtFiftyMillisecondsIsMended) {
  size_t sent = 0;
  size_t came = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed, {5, milliseconds(25), milliseconds(3)}, true);
    simulation.run(std::chrono::seconds(10));
    expect_sound(simulation);
    sent += simulation.pictures_;
    came += simulation.out_.of(1).size();
  }
  // The last pictures are still on the way when a run ends.
  EXPECT_GT(came, (sent - 20 * 10) * 995 / 1000);
}

TEST(IngestSimulation, WithoutRetransmissionKeyFramesMendIt) {
  size_t came = 0;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed, {1, milliseconds(10), milliseconds(2)}, false);
    simulation.run(std::chrono::seconds(10));
    expect_sound(simulation);
    EXPECT_GT(simulation.out_.plis.size(), 0u);
    EXPECT_LE(simulation.out_.plis.size(), 21u);  // twice a second at most
    came += simulation.out_.of(1).size();
  }
  EXPECT_GT(came, 20 * 60u);  // of 300: every second key frame is hit too
}

TEST(IngestSimulation, DisorderAloneCostsNothing) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed, {0, milliseconds(20), milliseconds(30)}, true);
    simulation.run(std::chrono::seconds(3));
    expect_sound(simulation);
    EXPECT_GE(simulation.out_.of(1).size() + 4, simulation.pictures_);
    EXPECT_GE(simulation.out_.of(2).size() + 4, 150u);
    EXPECT_TRUE(simulation.out_.plis.empty());
  }
}

TEST(IngestSimulation, HeavyLossNeverMakesAFalsePicture) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation simulation(seed, {10 + seed, milliseconds(seed * 5), milliseconds(40)}, seed % 2 == 0);
    simulation.run(std::chrono::seconds(5));
    expect_sound(simulation);
  }
}

}  // namespace
}  // namespace eyas::webrtc

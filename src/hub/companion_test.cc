// Derived tracks, renditions and keyframe requests: what rides beside a stream's programme.
#include <gtest/gtest.h>

#include "hub/derivations.h"
#include "hub/directory.h"
#include "io/sim/sim_executor.h"

namespace eyas::hub {
namespace {

using namespace std::chrono_literals;

constexpr media::TrackId kVideo = 1, kAudio = 2, kSmall = 3;
constexpr media::TrackId kOpus = derived_track_id(kAudio, Derivation::kOpus);

media::TrackPtr make_track(media::TrackId id, media::Codec codec, uint8_t rendition = 0,
                           media::TrackId from = 0) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config.codec = codec;
  track->rendition = rendition;
  track->derived_from = from;
  return track;
}

class CompanionTest : public testing::Test {
 protected:
  CompanionTest() {
    camera_ = publish({});
    camera_.set_track(video_);
    camera_.set_track(audio_);
    camera_.set_track(small_);
    // Data before the first frame makes no stream: a keyframe puts it on air.
    send(camera_, video_, 0, true);
  }
  ~CompanionTest() override {
    camera_.detach();
    world_.settle();
  }

  Publisher publish(PublisherInfo info) {
    Publisher made;
    directory_.publish(name_, std::move(info), loop_, [&](base::Result<Publisher> answer) {
      failure_ = answer.ok() ? std::nullopt : std::optional(answer.error().code);
      if (answer.ok()) made = std::move(*answer);
    });
    world_.settle();
    return made;
  }
  template <typename Format>
  Reader<Format> read() {
    Reader<Format> reader;
    directory_.read<Format>(
        name_, {}, loop_, [] {},
        [&](base::Result<Reader<Format>> answer) {
          if (answer.ok()) reader = std::move(*answer);
        });
    world_.settle();
    return reader;
  }
  void send(Publisher& publisher, const media::TrackPtr& track, int64_t ms, bool key = false) {
    media::Frame frame;
    frame.track = track;
    frame.pts = frame.dts = media::media_time_from_ms(ms);
    frame.key = key;
    frame.arrival = world_.clock().mono();
    frame.payload = base::Slice(std::vector<uint8_t>(100));
    publisher.publish(std::move(frame));
    world_.settle();
  }
  template <typename Format>
  std::vector<std::pair<media::TrackId, int64_t>> drain(Reader<Format>& reader) {
    std::vector<std::pair<media::TrackId, int64_t>> got;
    while (auto item = reader.next())
      got.emplace_back(item->unit->track->id, media::media_time_to_ms(item->unit->dts));
    return got;
  }
  size_t tracks() {
    size_t count = 0;
    directory_.snapshot(name_, loop_, [&](std::vector<StreamFacts> facts) {
      if (!facts.empty()) count = facts[0].tracks.size();
    });
    world_.settle();
    return count;
  }

  io::sim::SimWorld world_;
  io::sim::SimExecutor& loop_ = world_.add_loop();
  io::sim::SimExecutor& other_loop_ = world_.add_loop();
  Directory directory_{{&other_loop_}, {}};
  StreamName name_ = *StreamName::parse("live/alpha");
  std::optional<base::Code> failure_;
  media::TrackPtr video_ = make_track(kVideo, media::Codec::kH264);
  media::TrackPtr audio_ = make_track(kAudio, media::Codec::kAac);
  media::TrackPtr small_ = make_track(kSmall, media::Codec::kH264, 1);
  media::TrackPtr opus_ = make_track(kOpus, media::Codec::kOpus, 0, kAudio);
  PublisherInfo companion_info_{.protocol = "worker", .session = "w-1", .peer = {}, .companion = true};
  Publisher camera_;
};

TEST_F(CompanionTest, ADerivedTrackKeepsTheTimesItIsGiven) {
  Publisher companion = publish(companion_info_);
  ASSERT_TRUE(companion);
  companion.set_track(opus_);
  auto reader = read<FrameFormat>();
  send(companion, opus_, 7, false);
  send(companion, opus_, 3, false);  // what the normaliser would mend
  auto got = drain(reader);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[1], std::pair(kOpus, int64_t{7}));
  EXPECT_EQ(got[2], std::pair(kOpus, int64_t{3}));
}

TEST_F(CompanionTest, FormatsCarryTheProgrammeUnlessTheyAskForMore) {
  Publisher companion = publish(companion_info_);
  companion.set_track(opus_);
  auto whole = read<FrameFormat>();
  auto programme = read<ProgrammeFormat>();
  send(companion, opus_, 1);
  send(camera_, small_, 1, true);
  send(camera_, audio_, 1);
  EXPECT_EQ(drain(whole).size(), 4u);
  auto got = drain(programme);
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].first, kVideo);
  EXPECT_EQ(got[1].first, kAudio);
}

TEST_F(CompanionTest, ARenditionsKeyframeStartsNoGroup) {
  auto reader = read<FrameFormat>();
  send(camera_, video_, 40);
  send(camera_, small_, 40, true);
  auto start = drain(reader).front();
  auto late = read<FrameFormat>();
  EXPECT_EQ(start.first, kVideo);
  EXPECT_EQ(drain(late).front(), start);
}

TEST_F(CompanionTest, ItGoesWithItsSourceAndKeepsNothingAlive) {
  Publisher companion = publish(companion_info_);
  companion.set_track(opus_);
  world_.settle();
  EXPECT_EQ(tracks(), 4u);
  companion.detach();
  world_.settle();
  EXPECT_EQ(tracks(), 3u);
  companion = publish(companion_info_);
  companion.set_track(make_track(derived_track_id(9, Derivation::kOpus), media::Codec::kOpus, 0, 9));
  world_.settle();
  EXPECT_EQ(tracks(), 3u) << "nothing on air is its source";
  camera_.detach();
  world_.advance(11s);
  EXPECT_EQ(tracks(), 0u) << "the stream is over";
}

// What a worker still had of a publisher that has left: of renditions alone, its keyframes would start
// groups.
TEST_F(CompanionTest, WhatComesWhenNobodyIsOnAirIsLeftOut) {
  camera_.detach();
  world_.advance(11s);
  camera_ = publish({});
  camera_.set_track(small_);
  send(camera_, small_, 0, true);
  world_.advance(4s);  // long enough for tracks to be missed
  send(camera_, small_, 4000, true);
  Publisher companion = publish(companion_info_);
  constexpr media::TrackId kPlain = derived_track_id(kSmall, Derivation::kH264WithoutDelay);
  media::TrackPtr plain = make_track(kPlain, media::Codec::kH264, 0, kSmall);
  companion.set_track(plain);
  send(companion, plain, 4000, true);
  auto reader = read<FrameFormat>();
  drain(reader);
  camera_.detach();
  world_.settle();
  send(companion, plain, 4040, true);
  EXPECT_TRUE(drain(reader).empty());
}

TEST_F(CompanionTest, ItNeedsAStream) {
  camera_.detach();
  world_.advance(11s);
  EXPECT_FALSE(publish(companion_info_));
  EXPECT_EQ(failure_, base::Code::kNotFound);
}

TEST_F(CompanionTest, KeyframeRequestsReachTheMakerAndAreBounded) {
  Publisher companion = publish(companion_info_);
  companion.set_track(opus_);
  std::vector<media::TrackId> asked_camera, asked_companion;
  camera_.on_key_wanted([&](media::TrackId track) { asked_camera.push_back(track); });
  companion.on_key_wanted([&](media::TrackId track) { asked_companion.push_back(track); });
  auto reader = read<FrameFormat>();
  for (int i = 0; i < 5; ++i) reader.request_key(kVideo);
  reader.request_key(kOpus);
  reader.request_key(77);  // no such track
  world_.settle();
  EXPECT_EQ(asked_camera, std::vector<media::TrackId>{kVideo});
  EXPECT_EQ(asked_companion, std::vector<media::TrackId>{kOpus});
  world_.advance(600ms);
  reader.request_key(kVideo);
  world_.settle();
  EXPECT_EQ(asked_camera.size(), 2u);
}

}  // namespace
}  // namespace eyas::hub

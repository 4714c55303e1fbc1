// The hub on virtual loops: several loops, publishers and readers that come, go, stall and lag, over many
// seeds.
#include <gtest/gtest.h>

#include <cstring>
#include <deque>

#include "hub/directory.h"
#include "io/sim/sim_executor.h"

namespace eyas::hub {
namespace {

using namespace std::chrono_literals;
using io::sim::SimExecutor;
using io::sim::SimWorld;

constexpr uint64_t kSeeds = 40;
constexpr uint32_t kGroupFrames = 25;
constexpr auto kFrameTime = 40ms;
constexpr size_t kFrameBytes = 1000;

// What a test frame says of itself, so that a reader can tell what it missed.
struct Mark {
  uint32_t source, group, index;  // of video; for audio `index` counts on and `group` is 0
};

base::Slice payload_of(Mark mark) {
  std::vector<uint8_t> bytes(kFrameBytes);
  std::memcpy(bytes.data(), &mark, sizeof mark);
  return base::Slice(std::move(bytes));
}
Mark mark_of(const media::Frame& frame) {
  Mark mark;
  std::memcpy(&mark, frame.payload.data(), sizeof mark);
  return mark;
}

media::TrackPtr make_track(media::TrackId id, media::Codec codec) {
  auto track = std::make_shared<media::Track>();
  track->id = id;
  track->config.codec = codec;
  return track;
}

// A session that publishes 25 frames a second on a clock of its own.
class Camera {
 public:
  Camera(Directory& directory, SimWorld& world, SimExecutor& loop, uint32_t source)
      : directory_(directory), world_(world), loop_(loop), source_(source), clock_ms_(world.pick(1u << 31)) {}

  void connect(PublisherInfo info = {}) {
    directory_.publish(*StreamName::parse("live/alpha"), info, loop_, [this](base::Result<Publisher> made) {
      if (!made.ok()) {
        refused = made.error().code;
        return;
      }
      publisher = std::move(*made);
      publisher.on_revoked([this](base::Error) {
        revoked = true;
        publisher.detach();
      });
      publisher.set_track(video_);
      publisher.set_track(audio_);
    });
  }
  // One video frame, and audio with every second one.
  void shoot() {
    if (!publisher || silent) return;
    loop_.post([this] { shoot_now(); });
  }
  void shoot_now() {
    if (!publisher) return;
    publish(video_, {source_, group_, index_}, index_ == 0);
    if (index_ % 2 == 0) publish(audio_, {source_, 0, sounds_++}, false);
    if (++index_ == kGroupFrames) ++group_, index_ = 0;
    clock_ms_ += 40;
  }
  // A camera that comes back begins with a keyframe, or somewhere inside a group.
  void leave() { publisher.detach(), ++group_, index_ = static_cast<uint32_t>(world_.pick(kGroupFrames)); }

  Publisher publisher;
  base::Code refused = base::Code::kClosed;
  bool revoked = false;
  bool silent = false;
  bool b_frames = false;

 private:
  void publish(const media::TrackPtr& track, Mark mark, bool key) {
    media::Frame frame;
    frame.track = track;
    frame.pts = frame.dts = media::media_time_from_ms(static_cast<int64_t>(clock_ms_));
    if (b_frames && track == video_ && mark.index % 2 == 0) frame.pts += 80ms;
    frame.key = key;
    frame.arrival = world_.clock().mono();
    frame.payload = payload_of(mark);
    publisher.publish(std::move(frame));
  }

  Directory& directory_;
  SimWorld& world_;
  SimExecutor& loop_;
  uint32_t source_;
  uint64_t clock_ms_;
  uint32_t group_ = 0, index_ = 0, sounds_ = 0;
  media::TrackPtr video_ = make_track(1, media::Codec::kH264);
  media::TrackPtr audio_ = make_track(2, media::Codec::kAac);
};

// A session that reads, and checks everything it is given.
class Viewer {
 public:
  Viewer(Directory& directory, SimWorld& world, SimExecutor& loop, ReaderInfo info = {})
      : world_(world), loop_(loop) {
    directory.read<FrameFormat>(
        *StreamName::parse("live/alpha"), std::move(info), loop,
        [this, alive = std::weak_ptr(alive_)] {
          if (!alive.expired()) pump();
        },
        [this, alive = std::weak_ptr(alive_)](base::Result<Reader<FrameFormat>> made) {
          if (alive.expired()) return;
          if (!made.ok()) {
            refused = true;
            return;
          }
          reader = std::move(*made);
          pump();
        });
  }
  void pump() {
    if (paused || !reader) return;
    while (auto item = reader.next()) check(*item);
    ended = reader.ended();
  }
  void resume() {
    paused = false;
    loop_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) pump();
    });
  }

  Reader<FrameFormat> reader;
  bool paused = false, ended = false, refused = false;
  uint64_t frames = 0, lost = 0, jumps = 0;
  uint32_t source = 0;       // of the last picture
  base::Duration latest{0};  // the most that a frame waited between its arrival and us

 private:
  using Item = Reader<FrameFormat>::Item;

  void check(const Item& item) {
    const media::Frame& frame = *item.unit;
    Mark mark = mark_of(frame);
    bool fresh = frames == 0 || item.lost > 0;
    EXPECT_EQ(item.head != nullptr, fresh);
    EXPECT_TRUE(!fresh || frame.key) << "starts with a broken picture";
    check_order(frame, mark, fresh);
    auto& dts = dts_[frame.track->id];
    EXPECT_GE(frame.dts, dts);
    dts = frame.dts;
    ++frames;
    lost += item.lost;
    jumps += item.lost > 0;
    latest = std::max(latest, world_.clock().mono() - frame.arrival);
  }
  void check_order(const media::Frame& frame, Mark mark, bool fresh) {
    if (frame.track->id == 2) {
      bool follows = !sounds_known_ || mark.source != sound_.source || mark.index == sound_.index + 1;
      EXPECT_TRUE(follows) << "sound is missing";
      sound_ = mark, sounds_known_ = true;
      return;
    }
    if (!frame.key) {
      EXPECT_EQ(mark.source, picture_.source);
      EXPECT_EQ(mark.group, picture_.group);
      EXPECT_EQ(mark.index, picture_.index + 1) << "a frame is missing inside a group";
    }
    // After a jump, or from another camera, sound goes on where the picture does.
    if (fresh || mark.source != source || mark.group > picture_.group + 1) sounds_known_ = false;
    source = mark.source;
    picture_ = mark;
  }

  SimWorld& world_;
  SimExecutor& loop_;
  Mark picture_{}, sound_{};
  bool sounds_known_ = false;
  std::map<media::TrackId, media::MediaTime> dts_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class Bed {
 public:
  explicit Bed(uint64_t seed, Directory::Options options = {}, size_t loops = 3)
      : world(seed), options_(options), directory(add_loops(loops), options) {}
  ~Bed() {
    viewers.clear();
    cameras.clear();
    world.settle();
  }

  Camera& camera(PublisherInfo info = {}) {
    cameras.emplace_back(directory, world, any_loop(), static_cast<uint32_t>(cameras.size() + 1));
    cameras.back().connect(std::move(info));
    world.settle();
    return cameras.back();
  }
  Viewer& viewer(ReaderInfo info = {}) {
    viewers.push_back(std::make_unique<Viewer>(directory, world, any_loop(), std::move(info)));
    world.settle();
    return *viewers.back();
  }
  void run(base::Duration time) {
    for (; time > 0ms; time -= kFrameTime) {
      for (Camera& camera : cameras) camera.shoot();
      world.settle();
      world.advance(kFrameTime);
    }
  }
  std::optional<StreamFacts> facts() {
    std::optional<StreamFacts> found;
    directory.snapshot(*StreamName::parse("live/alpha"), *loops.front(), [&](std::vector<StreamFacts> all) {
      if (!all.empty()) found = std::move(all.front());
    });
    world.settle();
    return found;
  }
  SimExecutor& any_loop() { return static_cast<SimExecutor&>(*loops[world.pick(loops.size())]); }

  SimWorld world;
  std::vector<io::Executor*> loops;

 private:
  const std::vector<io::Executor*>& add_loops(size_t count) {
    while (loops.size() < count) loops.push_back(&world.add_loop());
    return loops;
  }
  Directory::Options options_;

 public:
  Directory directory;
  std::deque<Camera> cameras;
  std::vector<std::unique_ptr<Viewer>> viewers;
};

class HubSimulation : public testing::TestWithParam<uint64_t> {
 protected:
  uint64_t seed() const { return GetParam(); }
};
INSTANTIATE_TEST_SUITE_P(Seed, HubSimulation, testing::Range<uint64_t>(1, kSeeds + 1));

TEST_P(HubSimulation, APublisherThatReturnsFindsItsViewersStillThere) {
  Bed bed(seed());
  Camera& camera = bed.camera();
  Viewer& viewer = bed.viewer();
  bed.run(base::Duration(2000ms + kFrameTime * bed.world.pick(50)));
  uint64_t before = viewer.frames;
  EXPECT_GT(before, 40u);
  camera.leave();
  bed.run(base::Duration(1000ms + 100ms * bed.world.pick(80)));
  EXPECT_EQ(viewer.frames, before);
  EXPECT_FALSE(viewer.ended);
  EXPECT_FALSE(bed.facts()->live);
  camera.connect();
  bed.run(3s);
  EXPECT_GT(viewer.frames, before + 40);
  EXPECT_EQ(viewer.lost, 0u);
  EXPECT_LE(viewer.latest, kFrameTime);
}

TEST_P(HubSimulation, BFramesAreNoticed) {
  Bed bed(seed());
  Camera& camera = bed.camera();
  bed.run(2s);
  ASSERT_EQ(bed.facts()->tracks.size(), 2u);
  EXPECT_FALSE(bed.facts()->tracks[0].reordered);
  camera.b_frames = true;
  bed.run(1s);
  EXPECT_TRUE(bed.facts()->tracks[0].reordered);
  EXPECT_FALSE(bed.facts()->tracks[1].reordered);
}

TEST_P(HubSimulation, ViewersAreLetGoWhenNobodyReturns) {
  Bed bed(seed());
  Camera& camera = bed.camera();
  Viewer& viewer = bed.viewer();
  bed.run(2s);
  camera.leave();
  bed.run(9s);
  EXPECT_FALSE(viewer.ended);
  bed.run(2s);
  EXPECT_TRUE(viewer.ended);
  EXPECT_FALSE(bed.facts());
}

TEST_P(HubSimulation, ASickViewerJumpsToAKeyframeAndHurtsNobody) {
  Directory::Options options;
  options.stream.ring.bytes_max = 200 * kFrameBytes;
  Bed bed(seed(), options);
  bed.camera();
  Viewer& healthy = bed.viewer();
  Viewer& sick = bed.viewer();
  bed.run(2s);
  sick.paused = true;
  for (int i = 0; i < 30; ++i) {
    bed.run(1s);
    EXPECT_LE(bed.facts()->ring_bytes, options.stream.ring.bytes_max);
  }
  uint64_t before = sick.frames;
  sick.resume();
  bed.run(2s);
  EXPECT_EQ(sick.jumps, 1u);
  EXPECT_EQ(sick.lost + sick.frames, healthy.frames) << "every frame was seen or counted";
  EXPECT_GT(sick.frames, before);
  EXPECT_EQ(bed.facts()->readers_lapped, 1u);
  EXPECT_EQ(bed.facts()->units_lost, sick.lost);
  EXPECT_EQ(healthy.lost, 0u);
  EXPECT_LE(healthy.latest, 0ms) << "a healthy viewer has each frame in the turn it came in";
}

TEST_P(HubSimulation, AGroupLargerThanTheRingCostsPicturesButNeverMemory) {
  Directory::Options options;
  options.stream.ring.bytes_max = 20 * kFrameBytes;
  Bed bed(seed(), options);
  bed.camera();
  Viewer& healthy = bed.viewer();
  Viewer& sick = bed.viewer();
  for (int i = 0; i < 100; ++i) {
    sick.paused = bed.world.pick(2) == 0;
    if (!sick.paused) sick.resume();
    if (bed.world.pick(10) == 0) bed.viewer();
    bed.run(base::Duration(kFrameTime * (1 + bed.world.pick(30))));
    EXPECT_LE(bed.facts()->ring_bytes, options.stream.ring.bytes_max);
  }
  EXPECT_EQ(healthy.lost, 0u);
}

TEST_P(HubSimulation, AThousandViewersComeAndGo) {
  Bed bed(seed());
  bed.camera();
  Viewer& steady = bed.viewer();
  bed.run(1s);
  for (int i = 0; i < 50; ++i) {
    for (int n = 0; n < 20; ++n) {
      bed.viewers.push_back(std::make_unique<Viewer>(bed.directory, bed.world, bed.any_loop()));
    }
    // Some leave before they were even let in, some when a frame is under way to them.
    if (bed.world.pick(2) == 0) bed.cameras.front().shoot();
    while (bed.viewers.size() > 60) bed.viewers.erase(bed.viewers.begin() + 1 + bed.world.pick(50));
    bed.run(kFrameTime);
  }
  EXPECT_EQ(bed.facts()->readers_by_protocol[""], bed.viewers.size());
  bed.viewers.resize(1);
  bed.run(kFrameTime);
  EXPECT_EQ(bed.facts()->readers_by_protocol[""], 1u);
  EXPECT_EQ(steady.lost, 0u);
}

TEST_P(HubSimulation, ABatchCrossesToEachLoopInOnePostHoweverManyWatchThere) {
  Bed bed(seed());
  Camera& camera = bed.camera();
  for (int i = 0; i < 100; ++i) bed.viewer();
  bed.run(1s);
  std::vector<uint64_t> before;
  for (io::Executor* loop : bed.loops) before.push_back(static_cast<SimExecutor*>(loop)->posts());
  for (int i = 0; i < 5; ++i) camera.shoot_now();  // a batch of eight frames, in one turn
  bed.world.settle();
  uint64_t crossings = 0;
  for (size_t i = 0; i < before.size(); ++i) {
    uint64_t posts = static_cast<SimExecutor*>(bed.loops[i])->posts() - before[i];
    EXPECT_LE(posts, 1u);
    crossings += posts;
  }
  // To the stream's loop unless the camera lives there, and from it to the two others.
  EXPECT_GE(crossings, 2u);
  EXPECT_LE(crossings, 3u);
  for (auto& viewer : bed.viewers) EXPECT_LE(viewer->latest, 0ms);
}

TEST_P(HubSimulation, ABetterPublisherTakesOverAtAKeyframeAndGivesBackWhenItGoes) {
  Bed bed(seed());
  bed.camera({"", "", "", 1, false});
  Viewer& viewer = bed.viewer();
  bed.run(base::Duration(1000ms + kFrameTime * bed.world.pick(25)));
  EXPECT_EQ(viewer.source, 1u);
  Camera& better = bed.camera({"", "", "", 0, false});
  bed.run(2s);
  EXPECT_EQ(viewer.source, 2u);
  better.leave();
  bed.run(2s);
  EXPECT_EQ(viewer.source, 1u);
  EXPECT_EQ(viewer.lost, 0u);
}

TEST_P(HubSimulation, AStalledPublisherGivesWayUntilItIsBack) {
  Bed bed(seed());
  Camera& better = bed.camera({"", "", "", 0, false});
  bed.run(1s);
  bed.camera({"", "", "", 1, false});
  Viewer& viewer = bed.viewer();
  bed.run(2s);
  EXPECT_EQ(viewer.source, 1u);
  better.silent = true;
  bed.run(2s);
  EXPECT_EQ(viewer.source, 1u);
  bed.run(3s);
  EXPECT_EQ(viewer.source, 2u);
  better.silent = false;
  bed.run(2s);
  EXPECT_EQ(viewer.source, 1u);
}

TEST_P(HubSimulation, ATakenNameIsRefusedOrTakenOver) {
  Bed bed(seed());
  Camera& first = bed.camera();
  Viewer& viewer = bed.viewer();
  bed.run(2s);
  EXPECT_EQ(bed.camera().refused, base::Code::kRefused);
  bed.camera({"", "", "", 0, true});
  EXPECT_TRUE(first.revoked);
  bed.run(2s);
  EXPECT_EQ(viewer.source, 3u);
  EXPECT_EQ(viewer.lost, 0u);
}

TEST_P(HubSimulation, ASilentPublisherGivesItsNameToOneWhoComes) {
  Bed bed(seed());
  Camera& first = bed.camera();
  Viewer& viewer = bed.viewer();
  bed.run(2s);
  first.silent = true;
  bed.run(2s);
  EXPECT_EQ(bed.camera().refused, base::Code::kRefused) << "not yet: a weak link may recover";
  bed.run(2s);
  bed.camera();
  EXPECT_TRUE(first.revoked);
  bed.run(2s);
  EXPECT_EQ(viewer.source, 3u);
  EXPECT_EQ(viewer.lost, 0u);
}

TEST_P(HubSimulation, AViewerMayWaitForAStreamToBegin) {
  Bed bed(seed());
  Viewer& patient = bed.viewer({"", "", "", 4s, 10s});
  Viewer& hasty = bed.viewer({"", "", "", 4s, 1s});
  EXPECT_TRUE(bed.viewer().refused);
  bed.run(5s);
  EXPECT_TRUE(hasty.refused);
  EXPECT_FALSE(patient.refused);
  bed.camera();
  bed.run(1s);
  EXPECT_GT(patient.frames, 20u);
}

TEST_P(HubSimulation, APublisherDroppedOnItsWayLeavesTheStream) {
  Bed bed(seed());
  {
    SimExecutor& loop = bed.any_loop();
    bed.directory.publish(*StreamName::parse("live/alpha"), {}, loop, [](base::Result<Publisher>) {});
    while (bed.world.pick(4) != 0) static_cast<SimExecutor&>(*bed.loops[bed.world.pick(3)]).turn();
    loop.discard();  // that loop ends with whatever was under way to it
  }
  bed.run(1s);
  auto facts = bed.facts();
  EXPECT_TRUE(!facts || facts->publishers.empty());
}

// A format that packages as FrameFormat does, made only when it is asked for.
class LateFormat : public FrameFormat {
 public:
  static constexpr const char* kName = "late";
};

TEST_P(HubSimulation, AFeedMadeLateStartsAtTheNewestGroupAndMissesNothing) {
  Bed bed(seed());
  bed.camera();
  bed.run(base::Duration(1000ms + kFrameTime * bed.world.pick(25)));
  SimExecutor& loop = bed.any_loop();
  // The frame and the request may meet in one turn of the stream's loop.
  bed.cameras.front().shoot();
  Reader<LateFormat> reader;
  bed.directory.read<LateFormat>(
      *StreamName::parse("live/alpha"), {}, loop, [] {},
      [&](base::Result<Reader<LateFormat>> made) { reader = std::move(*made); });
  bed.world.settle();
  bed.run(1s);
  uint32_t index = 0;
  bool first = true;
  while (auto item = reader.next()) {
    if (item->unit->track->id != 1) continue;
    Mark mark = mark_of(*item->unit);
    EXPECT_EQ(mark.index, first ? 0u : (index + 1) % kGroupFrames) << "a frame is missing";
    first = false;
    index = mark.index;
  }
  EXPECT_FALSE(first);
}

}  // namespace
}  // namespace eyas::hub

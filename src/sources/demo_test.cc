// The real worker program publishing into a real hub on one loop.
#include "sources/demo.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <set>

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;
// Sanitizers on a busy machine take their time to paint a country.
constexpr base::Duration kPatience = 200s;
using Reader = hub::Reader<hub::FrameFormat>;

class DemoFlightTest : public testing::Test {
 protected:
  static DemoOptions options() {
    DemoOptions options;
    options.job = {480, 270, 15, 500'000};
    options.process.program = EYAS_WORKER_PROGRAM;
    return options;
  }

  template <typename Condition>
  bool comes_true(Condition condition) {
    base::MonoTime limit = base::system_clock().mono() + kPatience;
    while (!condition()) {
      if (base::system_clock().mono() > limit) return false;
      loop_.run_once(100ms);
      take();
    }
    return true;
  }

  void read(const char* name) {
    hub::ReaderInfo info{.protocol = "test", .session = "t1", .peer = "", .wait = kPatience, .arguments = {}};
    directory_.read<hub::FrameFormat>(
        *hub::StreamName::parse(name), info, loop_, [] {},
        [this](base::Result<Reader> reader) {
          ASSERT_TRUE(reader.ok());
          reader_ = std::move(*reader);
        });
  }
  void take() {
    while (reader_) {
      auto item = reader_.next();
      if (!item) return;
      if (item->head) tracks_ = *item->head;
      frames_.push_back(item->unit);
    }
  }
  size_t frames_of(media::TrackKind kind) const {
    return static_cast<size_t>(
        std::ranges::count_if(frames_, [kind](const auto& frame) { return frame->track->kind() == kind; }));
  }

  io::Loop loop_;
  hub::Directory directory_{{&loop_}, {}};
  Reader reader_;
  media::TrackSet tracks_;
  std::vector<media::FramePtr> frames_;
};

TEST_F(DemoFlightTest, PublishesPictureSoundAndTelemetryOnOneTimeline) {
  auto flight = DemoFlight::start(loop_, directory_, options());
  ASSERT_TRUE(flight.ok());
  read("live/demo");
  using enum media::TrackKind;
  ASSERT_TRUE(comes_true([&] { return frames_of(kVideo) >= 20 && frames_of(kData) >= 10; }));

  ASSERT_EQ(tracks_.size(), 3u);
  EXPECT_EQ(tracks_[0]->config.codec, media::Codec::kH264);
  EXPECT_EQ(tracks_[0]->config.width, 480u);
  EXPECT_EQ(tracks_[1]->config.codec, media::Codec::kAac);
  EXPECT_EQ(tracks_[1]->config.channels, 2);
  EXPECT_EQ(tracks_[2]->media_type, "application/json; profile=telemetry");
  EXPECT_TRUE(frames_.front()->key);
  auto [first, last] = std::ranges::minmax(frames_, {}, [](const auto& frame) { return frame->dts; });
  EXPECT_LT(last->dts - first->dts, 5s) << "all tracks count from one start";
  for (const auto& frame : frames_) EXPECT_TRUE(frame->capture.has_value());
}

TEST_F(DemoFlightTest, TheStreamAndItsReaderOutliveAWorker) {
  auto flight = DemoFlight::start(loop_, directory_, options());
  ASSERT_TRUE(flight.ok());
  read("live/demo");
  using enum media::TrackKind;
  ASSERT_TRUE(comes_true([&] { return frames_of(kVideo) >= 5; }));
  media::MediaTime before = frames_.back()->dts;

  ASSERT_EQ(kill((*flight)->worker_pid(), SIGKILL), 0);
  ASSERT_TRUE(comes_true([&] { return (*flight)->state() == worker::WorkerState::kBackoff; }));
  frames_.clear();
  ASSERT_TRUE(comes_true([&] { return frames_of(kVideo) >= 5; }));
  EXPECT_EQ((*flight)->restarts(), 1u);
  EXPECT_FALSE(reader_.ended());
  EXPECT_TRUE(frames_.front()->key);
  EXPECT_GT(frames_.front()->dts, before) << "its timeline goes on";
}

TEST_F(DemoFlightTest, ANameThatNoStreamCanHaveIsRefused) {
  DemoOptions wrong = options();
  wrong.name = "no such name";
  EXPECT_EQ(DemoFlight::start(loop_, directory_, wrong).error().code, base::Code::kMalformed);
}

}  // namespace
}  // namespace eyas::sources

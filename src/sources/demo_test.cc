// The real worker program publishing into a real hub on one loop.
#include "sources/demo.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "sources/test_viewer.h"

namespace eyas::sources {
namespace {

using namespace std::chrono_literals;

class DemoFlightTest : public ViewerTest {
 protected:
  static DemoOptions options() {
    DemoOptions options;
    options.job = {480, 270, 15, 500'000};
    options.process.program = EYAS_WORKER_PROGRAM;
    return options;
  }

  void see(const Reader::Item& item) override {
    if (item.head) tracks_ = *item.head;
    frames_.push_back(item.unit);
  }
  size_t frames_of(media::TrackKind kind) const {
    return static_cast<size_t>(
        std::ranges::count_if(frames_, [kind](const auto& frame) { return frame->track->kind() == kind; }));
  }

  media::TrackSet tracks_;
  std::vector<media::FramePtr> frames_;
};

TEST_F(DemoFlightTest, PublishesPictureSoundAndTelemetryOnOneTimeline) {
  auto flight = DemoFlight::start(loop_, directory_, options());
  ASSERT_TRUE(flight.ok());
  watch("live/demo");
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
  watch("live/demo");
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

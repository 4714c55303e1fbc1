// Pulls of devices with the real worker: a test picture comes on air, and what is no camera says so.
#include "sources/devices/pull.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "protocols/test_transfers.h"
#include "worker/process.h"

namespace eyas::devices {
namespace {

using protocols::test::FrameCollector;
using protocols::test::TransferBed;
using worker::DeviceJob;
using namespace std::chrono_literals;

DeviceJob camera(const std::string& path) {
  DeviceJob job;
  job.name = path;
  return job;
}
DeviceJob test_picture() {
  DeviceJob job{.kind = DeviceJob::Kind::kTestPicture, .width = 320, .height = 180, .frame_rate = 25};
  job.name = "testsrc2";
  return job;
}

class DevicePull : public testing::Test {
 protected:
  DevicePull() { process_.program = EYAS_WORKER_PROGRAM; }

  std::unique_ptr<Pull> pull(const base::Result<DeviceJob>& job) {
    return std::make_unique<Pull>(bed_.request("lavfi:///testsrc2", "local/camera", outcome_), bed_.directory,
                                  process_, job, statistics_);
  }
  std::string outcome_of(const base::Result<DeviceJob>& job) {
    outcome_ = {};
    auto attempt = pull(job);
    EXPECT_FALSE(outcome_.ended) << "never inside a call";
    EXPECT_TRUE(bed_.run_until([&] { return outcome_.ended.has_value(); }));
    return outcome_.why();
  }

  TransferBed bed_;
  worker::ProcessOptions process_;
  Statistics statistics_;
  TransferBed::Outcome outcome_;
};

TEST_F(DevicePull, ATestPictureComesOnAirInRealTime) {
  FrameCollector viewer(bed_, "local/camera");
  base::MonoTime begun = base::system_clock().mono();
  auto attempt = pull(test_picture());
  ASSERT_TRUE(bed_.run_until([&] { return viewer.frames.size() >= 60; })) << outcome_.why();
  EXPECT_GE(base::system_clock().mono() - begun, 59 * 40ms);
  EXPECT_TRUE(outcome_.running);
  const media::Track& track = *viewer.frames[0]->track;
  EXPECT_EQ(track.config.codec, media::Codec::kH264);
  EXPECT_EQ(track.config.width, 320u);
  EXPECT_EQ(track.config.height, 180u);
  EXPECT_TRUE(viewer.frames[0]->key);
  EXPECT_TRUE(viewer.frames[0]->capture.has_value());
  std::vector<base::Duration> keys;
  for (const auto& frame : viewer.frames)
    if (frame->key) keys.push_back(frame->pts - viewer.frames[0]->pts);
  // A busy machine leaves pictures out.
  ASSERT_GE(keys.size(), 2u);
  EXPECT_GE(keys[1], 2s);
  EXPECT_EQ(attempt->facts().peer, "testsrc2");
  EXPECT_EQ(attempt->facts().transport, "lavfi");
  EXPECT_GE(statistics_.frames, 60u);
  EXPECT_EQ(statistics_.frames_bad, 0u);
  attempt.reset();
  EXPECT_EQ(statistics_.pulls_open, 0u);
  for (const base::Metric& metric : process_.incidents->metrics())
    if (metric.name == "eyas_worker_trespasses_total") {
      EXPECT_EQ(metric.value, 0);
    }
}

TEST_F(DevicePull, WhereNoCameraIsItSaysSo) {
  EXPECT_EQ(outcome_of(camera("/dev/eyas-has-no-such-camera")),
            "not_found: no such device (/dev/eyas-has-no-such-camera)");
  EXPECT_EQ(outcome_of(camera("/dev/null/video0")), "not_found: no such device (/dev/null/video0)");
  EXPECT_EQ(outcome_of(camera("/dev/null")), "unsupported: no camera, but another kind of file (/dev/null)");
  EXPECT_EQ(outcome_of(base::Error{base::Code::kRefused, "sources.devices", {}}), "refused: sources.devices");
  EXPECT_EQ(statistics_.pulls_failed, 4u);
  EXPECT_EQ(statistics_.pulls_open, 0u);
}

TEST_F(DevicePull, TheWorkersWordOnWhyIsTheReason) {
  DeviceJob job = test_picture();
  job.name = "no_such_filter";
  std::string why = outcome_of(job);
  EXPECT_TRUE(why.starts_with("system: the device's worker has ended (system: device: open (")) << why;
}

TEST_F(DevicePull, WithoutItsWorkerItEnds) {
  process_.program = "/nonexistent/eyas-worker";
  std::string why = outcome_of(test_picture());
  EXPECT_NE(why.find("worker program"), std::string::npos) << why;
}

}  // namespace
}  // namespace eyas::devices

#include "sources/devices/target.h"

#include <gtest/gtest.h>

namespace eyas::devices {
namespace {

using base::Code;
using worker::DeviceJob;

const Options kAllowed{{"/dev/video0", "/dev/v4l/by-id/usb-Some_Camera-index0", "lavfi"}};

base::Result<DeviceJob> job(const std::string& url, const protocols::TransferOptions& options = {},
                            const Options& devices = kAllowed) {
  return job_of(*base::Url::parse(url), options, devices);
}
Code code(const std::string& url, const protocols::TransferOptions& options = {}) {
  auto made = job(url, options);
  return made ? Code::kClosed : made.error().code;
}

TEST(DeviceTarget, ACameraIsTakenAsItIsSet) {
  auto made = job("v4l2:///dev/video0");
  ASSERT_TRUE(made.ok());
  DeviceJob want;
  want.name = "/dev/video0";
  EXPECT_EQ(*made, want);
  EXPECT_EQ(job("v4l2:///dev/v4l/by-id/usb-Some_Camera-index0")->name, kAllowed.allowed[1]);
}

TEST(DeviceTarget, WhatIsAskedForStandsInTheAddressOrBesideIt) {
  DeviceJob want{.form = DeviceJob::Form::kMjpeg, .width = 1280, .height = 720, .frame_rate = 30};
  want.bitrate_bps = 3'000'000, want.name = "/dev/video0";
  EXPECT_EQ(*job("v4l2:///dev/video0?size=1280x720&rate=30&format=mjpeg&bitrate_bps=3000000"), want);
  EXPECT_EQ(*job("v4l2:///dev/video0?size=640x480&rate=30",
                 {{"size", "1280x720"}, {"format", "mjpeg"}, {"bitrate_bps", "3000000"}}),
            want)
      << "options win";
  EXPECT_EQ(job("v4l2:///dev/video0?format=h264")->form, DeviceJob::Form::kH264);
  EXPECT_EQ(job("v4l2:///dev/video0?format=raw")->form, DeviceJob::Form::kRaw);
}

TEST(DeviceTarget, TestPicturesHaveAUsualSize) {
  DeviceJob want{.kind = DeviceJob::Kind::kTestPicture, .width = 1280, .height = 720, .frame_rate = 30};
  want.name = "testsrc2";
  EXPECT_EQ(*job("lavfi:///testsrc2"), want);
  want.width = 320, want.height = 180, want.frame_rate = 10;
  EXPECT_EQ(*job("lavfi:///testsrc2?size=320x180&rate=10"), want);
}

TEST(DeviceTarget, OnlyWhatIsAllowedIsOpened) {
  EXPECT_EQ(code("v4l2:///dev/video1"), Code::kRefused);
  EXPECT_EQ(code("v4l2:///dev/../dev/video0"), Code::kRefused) << "names are compared as they are written";
  EXPECT_EQ(code("v4l2:///etc/passwd"), Code::kRefused);
  EXPECT_EQ(code("v4l2:///lavfi"), Code::kRefused);
  for (const char* url : {"v4l2:///dev/video0", "lavfi:///testsrc2"}) {
    auto none = job(url, {}, {});
    ASSERT_FALSE(none.ok()) << url << " without configuration";
    EXPECT_NE(none.error().message().find("sources.devices"), std::string::npos);
  }
}

TEST(DeviceTarget, WhatIsWrongIsSaid) {
  for (const char* url :
       {"v4l2://video0", "v4l2://host/dev/video0", "v4l2:///", "v4l2://u:p@host/dev/video0",
        "v4l2:///dev/video0?fps=30", "v4l2:///dev/video0?size=1280", "v4l2:///dev/video0?size=1280x",
        "v4l2:///dev/video0?size=8x8", "v4l2:///dev/video0?size=99999x720", "v4l2:///dev/video0?rate=0",
        "v4l2:///dev/video0?rate=241", "v4l2:///dev/video0?rate=30.5", "v4l2:///dev/video0?format=yuyv",
        "v4l2:///dev/video0?bitrate_bps=1", "v4l2:///dev/video0?rate=30&rate=25", "v4l2:///dev/video0?=30",
        "lavfi:///movie=a.mp4", "lavfi:///testsrc2=size=1x1", "lavfi:///testsrc2?format=raw"}) {
    EXPECT_EQ(code(url), Code::kInvalidConfig) << url;
  }
  EXPECT_EQ(code("v4l2:///dev/video0", {{"transport", "tcp"}}), Code::kInvalidConfig);
}

TEST(DeviceOptions, AreCamerasPathsOrLavfi) {
  EXPECT_TRUE(check(kAllowed).ok());
  EXPECT_TRUE(check({}).ok());
  for (const char* entry : {"video0", "/etc/passwd", "/dev/../etc/passwd", "/dev/", "testsrc2", ""}) {
    auto status = check({{entry}});
    ASSERT_FALSE(status.ok()) << entry;
    EXPECT_NE(status.error().message().find("sources.devices"), std::string::npos);
  }
}

}  // namespace
}  // namespace eyas::devices

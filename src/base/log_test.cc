#include "base/log.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace eyas::base {
namespace {

TEST(Log, APeersTextCannotForgeALine) {
  testing::internal::CaptureStderr();
  log::info("rtmp.publish", {{"stream", "live/a\nerror forged"}, {"bytes", 5}});
  std::string line = testing::internal::GetCapturedStderr();
  EXPECT_NE(line.find("stream=\"live/a\\u000aerror forged\" bytes=5"), std::string::npos) << line;
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Log, JsonLinesCarryNumbersBare) {
  set_log_format(LogFormat::kJson);
  testing::internal::CaptureStderr();
  log::warning("hub.lapped", {{"gap_frames", 3}, {"stream", "live/\"x\""}});
  std::string line = testing::internal::GetCapturedStderr();
  set_log_format(LogFormat::kText);
  EXPECT_NE(line.find(R"("event":"hub.lapped","gap_frames":3,"stream":"live/\"x\"")"), std::string::npos)
      << line;
}

TEST(Log, WhatIsNoUtf8BreaksNoJsonLine) {
  set_log_format(LogFormat::kJson);
  testing::internal::CaptureStderr();
  log::info("http.refused", {{"agent", "\xff\xc2\x9b"}, {"terminal", "\xc2\x9b\x32J"}});
  std::string line = testing::internal::GetCapturedStderr();
  set_log_format(LogFormat::kText);
  EXPECT_NE(line.find(R"("agent":"???","terminal":"\u009b2J")"), std::string::npos) << line;
}

TEST(Log, BelowTheLevelNothingIsWritten) {
  testing::internal::CaptureStderr();
  log::debug("quiet");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace eyas::base

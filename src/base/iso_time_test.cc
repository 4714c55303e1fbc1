#include "base/iso_time.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

TEST(IsoTime, IsUtcWithMilliseconds) {
  EXPECT_EQ(iso_time(WallTime(std::chrono::milliseconds(1'700'000'000'123))), "2023-11-14T22:13:20.123Z");
}

}  // namespace
}  // namespace eyas::base

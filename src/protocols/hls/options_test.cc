#include "protocols/hls/options.h"

#include <gtest/gtest.h>

namespace eyas::hls {
namespace {

TEST(Options, KeysSetTheirFields) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  EXPECT_TRUE(schema.set("hls.start", "publish").ok());
  EXPECT_EQ(options.start, Start::kPublish);
  EXPECT_TRUE(schema.set("hls.keep_sei", "true").ok());
  EXPECT_TRUE(options.keep_sei);
  EXPECT_FALSE(schema.set("hls.window_segments", "2").ok());
  EXPECT_FALSE(schema.set("hls.start", "never").ok());
}

TEST(Options, ValuesMustWorkTogether) {
  EXPECT_TRUE(check(Options{}).ok());
  Options crossed;
  crossed.segment_duration_max = std::chrono::seconds(1);
  ASSERT_FALSE(check(crossed).ok());
  EXPECT_EQ(check(crossed).error().code, base::Code::kInvalidConfig);
  Options tiny;
  tiny.part_duration = std::chrono::milliseconds(10);
  EXPECT_FALSE(check(tiny).ok());
}

}  // namespace
}  // namespace eyas::hls

#include "protocols/rtmp/options.h"

#include <gtest/gtest.h>

namespace eyas::rtmp {
namespace {

TEST(Options, KeysAreBoundAndBounded) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  ASSERT_TRUE(schema.set("rtmp.second_publisher", "takeover"));
  EXPECT_TRUE(options.takeover());
  EXPECT_FALSE(schema.set("rtmp.second_publisher", "perhaps"));
  ASSERT_TRUE(schema.set("rtmp.play_wait_ms", "2500"));
  EXPECT_EQ(options.play_wait, std::chrono::milliseconds(2500));
  EXPECT_FALSE(schema.set("rtmp.message_bytes_max", "999999999"));
}

TEST(Options, DefaultsAreWithinTheirBounds) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  for (const base::Option& option : schema.options()) {
    EXPECT_TRUE(option.set(option.get())) << option.key << " = " << option.get();
  }
}

}  // namespace
}  // namespace eyas::rtmp

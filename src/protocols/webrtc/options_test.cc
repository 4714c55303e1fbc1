#include "protocols/webrtc/options.h"

#include <gtest/gtest.h>

namespace eyas::webrtc {
namespace {

TEST(WebRtcOptions, KeysAreBoundAndBounded) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  ASSERT_TRUE(schema.set("webrtc.turn.urls", "turn:a.example:3478,turns:b.example:5349"));
  EXPECT_EQ(options.turn.urls, (std::vector<std::string>{"turn:a.example:3478", "turns:b.example:5349"}));
  ASSERT_TRUE(schema.set("webrtc.second_publisher", "takeover"));
  EXPECT_TRUE(options.takeover());
  EXPECT_FALSE(schema.set("webrtc.busy_percent_max", "101"));
  EXPECT_FALSE(schema.set("webrtc.consent_timeout_ms", "10"));
}

TEST(WebRtcOptions, DefaultsAreWithinTheirBounds) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  for (const base::Option& option : schema.options()) {
    EXPECT_TRUE(option.set(option.get())) << option.key << " = " << option.get();
  }
}

}  // namespace
}  // namespace eyas::webrtc

#include "protocols/dash/options.h"

#include <gtest/gtest.h>

namespace eyas::dash {
namespace {

TEST(Options, KeysSetTheirFields) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  EXPECT_TRUE(schema.set("dash.latency_ms", "1500").ok());
  EXPECT_EQ(options.latency, std::chrono::milliseconds(1500));
  EXPECT_TRUE(schema.set("dash.waiting_max", "2").ok());
  EXPECT_EQ(options.waiting_max, 2U);
  EXPECT_FALSE(schema.set("dash.latency_ms", "100").ok());
  EXPECT_FALSE(schema.set("dash.waiting_max", "0").ok());
}

}  // namespace
}  // namespace eyas::dash

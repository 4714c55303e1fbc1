#include "protocols/rtsp/options.h"

#include <gtest/gtest.h>

#include "protocols/rtsp/limits.h"
#include "protocols/rtsp/multicast_range.h"

namespace eyas::rtsp {
namespace {

TEST(Options, TheDefaultsFitTogether) {
  EXPECT_TRUE(check(Options{}).ok());
}

TEST(Options, KeysSetTheirFields) {
  Options options;
  base::OptionSchema schema;
  describe(schema, options);
  EXPECT_TRUE(schema.set("rtsp.udp_ports", "").ok());
  EXPECT_TRUE(schema.set("rtsp.second_publisher", "takeover").ok());
  EXPECT_TRUE(schema.set("rtsp.session_timeout_ms", "5000").ok());
  EXPECT_FALSE(schema.set("rtsp.session_timeout_ms", "1").ok());
  EXPECT_TRUE(options.udp_ports.empty());
  EXPECT_TRUE(options.takeover());
  EXPECT_EQ(options.session_timeout, std::chrono::seconds(5));
}

TEST(Options, PortRangesAreTwoPorts) {
  EXPECT_EQ(parse_port_range("20000-20199")->last, 20199);
  for (const char* text : {"", "20000", "20001-20000", "20000-20000", "80-90", "1024-70000", "a-b"}) {
    auto range = parse_port_range(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().code, base::Code::kInvalidConfig);
  }
}

TEST(Options, WhatDoesNotFitIsNamed) {
  Options options;
  options.udp_ports = "x";
  EXPECT_STREQ(check(options).error().context, "rtsp.udp_ports");
  options = {};
  options.multicast_range = "10.0.0.0/24";
  EXPECT_STREQ(check(options).error().context, "rtsp.multicast.range");
  options = {};
  options.password = "secret";
  EXPECT_STREQ(check(options).error().context, "rtsp.password");
}

TEST(MulticastRange, CountsItsGroups) {
  auto range = MulticastRange::parse("239.255.42.7/30");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->size(), 4u);
  EXPECT_EQ(range->address(0), "239.255.42.4");
  EXPECT_EQ(range->address(3), "239.255.42.7");
  EXPECT_EQ(MulticastRange::parse("239.1.2.3")->size(), 1u);
  for (const char* text :
       {"", "239.1.2", "239.1.2.3/8", "239.1.2.3/33", "239.1.2.256/24", "10.1.2.3/24", "239.1.2.3.4"})
    EXPECT_FALSE(MulticastRange::parse(text)) << text;
}

TEST(Limits, EachErrorHasItsName) {
  auto named = [](const char* context) {
    return std::string(limit_name(limit_of({base::Code::kLimit, context, {}})));
  };
  EXPECT_EQ(named("rtsp: bytes of a head"), "head_bytes");
  EXPECT_EQ(named("rtsp: login attempts"), "login_attempts");
  EXPECT_EQ(named("rtsp: idle"), "idle");
  EXPECT_EQ(named("whatever"), "other");
}

}  // namespace
}  // namespace eyas::rtsp

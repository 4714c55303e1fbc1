#include "hub/name.h"

#include <gtest/gtest.h>

namespace eyas::hub {
namespace {

TEST(StreamName, TakesTwoPlainParts) {
  EXPECT_EQ(StreamName::parse("live/alpha")->text(), "live/alpha");
  EXPECT_EQ(StreamName::parse("cctv-2/Gate_1.main")->text(), "cctv-2/Gate_1.main");
}

TEST(StreamName, RefusesWhatCouldBecomeAPathOrACommand) {
  for (const char* bad :
       {"", "alpha", "live/", "/alpha", "live/../etc", "live/.hidden", ".live/a", "live/a/b", "live/a b",
        "live/a;rm", "live/$(id)", "live/a%2fb", "live/a\\b", "live/\xec\x95\x88"}) {
    EXPECT_FALSE(StreamName::parse(bad).ok()) << bad;
  }
  EXPECT_TRUE(StreamName::parse("a/" + std::string(126, 'x')).ok());
  EXPECT_FALSE(StreamName::parse("a/" + std::string(127, 'x')).ok());
}

}  // namespace
}  // namespace eyas::hub

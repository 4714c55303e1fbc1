#include "protocols/rtmp/target.h"

#include <gtest/gtest.h>

namespace eyas::rtmp {
namespace {

constexpr size_t kArgumentsMax = 64;

std::string target_of(std::string_view app, std::string_view name) {
  base::Result<Target> target = make_target(app, name, kArgumentsMax);
  if (!target) return target.error().message();
  return target->arguments.empty() ? target->stream : target->stream + "?" + target->arguments;
}

TEST(Target, EveryWayInWhichClientsCutTheAddress) {
  EXPECT_EQ(target_of("live", "alpha"), "live/alpha");
  EXPECT_EQ(target_of("live/", "/alpha"), "live/alpha");
  EXPECT_EQ(target_of("live/alpha", ""), "live/alpha");  // all of it in OBS's server field; DJI
  EXPECT_EQ(target_of("", "live/alpha"), "live/alpha");
  EXPECT_EQ(target_of("live/_definst_", "alpha"), "live/alpha");
  EXPECT_EQ(target_of("live", "_definst_/alpha"), "live/alpha");
  EXPECT_EQ(target_of("live", "flv:alpha"), "live/alpha");  // librtmp's playpath
  EXPECT_EQ(target_of("live", "mp4:alpha.mp4"), "live/alpha.mp4");
}

TEST(Target, ArgumentsAreKept) {
  EXPECT_EQ(target_of("live", "alpha?user=u&pass=p"), "live/alpha?user=u&pass=p");
  EXPECT_EQ(target_of("live?key=k", "alpha"), "live/alpha?key=k");
  EXPECT_EQ(target_of("live/alpha?user=u&pass=p", ""), "live/alpha?user=u&pass=p");  // quirk 8
  EXPECT_EQ(target_of("live?a=1", "alpha?b=2"), "live/alpha?a=1&b=2");
}

TEST(Target, OtherThanTwoPartsIsRefusedClearly) {
  for (auto [app, name] : {std::pair{"live", ""}, {"", "alpha"}, {"a/b", "c"}, {"", ""}}) {
    EXPECT_NE(target_of(app, name).find("app/name"), std::string::npos);
  }
}

TEST(Target, ArgumentsAreBounded) {
  EXPECT_TRUE(make_target("live", "alpha?" + std::string(kArgumentsMax, 'x'), kArgumentsMax));
  base::Result<Target> over =
      make_target("live", "alpha?" + std::string(kArgumentsMax + 1, 'x'), kArgumentsMax);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace eyas::rtmp

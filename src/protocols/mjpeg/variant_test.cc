#include "protocols/mjpeg/variant.h"

#include <gtest/gtest.h>

#include <set>

namespace eyas::mjpeg {
namespace {

using namespace std::chrono_literals;

http::Request asked(std::vector<std::pair<std::string, std::string>> query) {
  http::Request request;
  request.query = std::move(query);
  return request;
}

TEST(MjpegVariant, IsTheUsualOneWhenNothingIsAsked) {
  auto variant = mjpeg_variant(asked({}), {});
  ASSERT_TRUE(variant.ok());
  EXPECT_EQ(variant->width, 1920u);
  EXPECT_EQ(variant->quality, kUsualQuality);
  EXPECT_EQ(variant->interval, 200ms);
  EXPECT_EQ(snapshot_variant(asked({}), {})->interval, 1s);
}

TEST(MjpegVariant, MovesWishesToTheNearestStep) {
  auto variant = mjpeg_variant(asked({{"width", "500"}, {"quality", "80"}, {"fps", "9"}}), {});
  ASSERT_TRUE(variant.ok());
  EXPECT_EQ(variant->width, 640u);
  EXPECT_EQ(variant->quality, 75);
  EXPECT_EQ(variant->interval, 200ms);
}

TEST(MjpegVariant, NeverExceedsTheLimits) {
  Options options{.fps_max = 12, .width_max = 800};
  auto variant =
      mjpeg_variant(asked({{"width", "4000000000"}, {"quality", "1000"}, {"fps", "999"}}), options);
  ASSERT_TRUE(variant.ok());
  EXPECT_EQ(variant->width, 800u);
  EXPECT_EQ(variant->quality, 90);
  EXPECT_EQ(variant->interval, 100ms);
}

TEST(MjpegVariant, NoQueryMakesManyKinds) {
  std::set<hub::PictureVariant> kinds;
  for (int i = 1; i < 400; ++i) {
    kinds.insert(*mjpeg_variant(asked({{"width", std::to_string(i * 10)}}), {}));
    kinds.insert(*mjpeg_variant(asked({{"quality", std::to_string(i)}}), {}));
    kinds.insert(*mjpeg_variant(asked({{"fps", std::to_string(i)}}), {}));
  }
  EXPECT_LE(kinds.size(), kWidths.size() + kQualities.size() + kRates.size());
}

TEST(MjpegVariant, RefusesWhatIsNoNumber) {
  for (const char* text : {"", "0", "-5", "1.5", "12x", "99999999999999999999"}) {
    auto variant = mjpeg_variant(asked({{"fps", text}}), {});
    ASSERT_FALSE(variant.ok()) << text;
    EXPECT_EQ(variant.error().code, base::Code::kMalformed);
    EXPECT_EQ(variant.error().detail, "fps");
  }
}

}  // namespace
}  // namespace eyas::mjpeg

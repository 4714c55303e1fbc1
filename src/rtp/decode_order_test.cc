#include "rtp/decode_order.h"

#include <gtest/gtest.h>

namespace eyas::rtp {
namespace {

std::vector<int64_t> placed(DecodeOrder& order, std::initializer_list<int> pts_ms) {
  std::vector<int64_t> dts;
  for (int pts : pts_ms) dts.push_back(media::media_time_to_ms(order.place(media::media_time_from_ms(pts))));
  return dts;
}

TEST(DecodeOrder, WithoutReorderingTimesAreOne) {
  DecodeOrder order;
  EXPECT_EQ(placed(order, {0, 33, 67, 100}), (std::vector<int64_t>{0, 33, 67, 100}));
}

TEST(DecodeOrder, LearnsTheDepthOfBFrames) {
  DecodeOrder order;
  EXPECT_EQ(placed(order, {0, 2, 1, 4, 3, 6, 5}), (std::vector<int64_t>{0, 2, 1, 1, 3, 4, 5}));
  // Two deep: 11 and 13 are shown after 10 and 12, which come later.
  DecodeOrder deep;
  placed(deep, {0, 4, 2, 1, 3});
  auto dts = placed(deep, {8, 6, 5, 7, 12, 10, 9, 11});
  const std::vector<int64_t> pts = {8, 6, 5, 7, 12, 10, 9, 11};
  for (size_t i = 0; i < dts.size(); ++i) {
    EXPECT_LE(dts[i], pts[i]);
    if (i > 0) {
      EXPECT_GT(dts[i], dts[i - 1]);
    }
  }
}

TEST(DecodeOrder, AJumpBackIsAnotherTimeline) {
  DecodeOrder order;
  placed(order, {100'000, 100'033});
  EXPECT_EQ(placed(order, {0, 33, 67}), (std::vector<int64_t>{0, 33, 67}));
}

}  // namespace
}  // namespace eyas::rtp

#include "worker/demo/time_code.h"

#include <gtest/gtest.h>

#include <vector>

namespace eyas::worker::demo {
namespace {

TEST(TimeCode, HasSyncMillisecondsAndCheckByte) {
  auto cells = time_code(base::WallTime(std::chrono::milliseconds(0x18bcfe56800)));
  EXPECT_TRUE(cells[0]);
  EXPECT_FALSE(cells[1]);
  uint64_t word = 0;
  for (size_t i = 2; i < cells.size(); ++i) word = word << 1 | (cells[i] ? 1 : 0);
  EXPECT_EQ(word >> 8, 0x18bcfe56800u);
  // A CRC over data and its own check byte leaves nothing.
  uint8_t crc = 0;
  for (int shift = 48; shift >= 0; shift -= 8) {
    crc = static_cast<uint8_t>(crc ^ (word >> shift));
    for (int bit = 0; bit < 8; ++bit) crc = static_cast<uint8_t>(crc << 1 ^ (crc & 0x80 ? 0x07 : 0));
  }
  EXPECT_EQ(crc, 0);
}

TEST(TimeCode, IsDrawnAtTheBottomLeft) {
  std::vector<uint8_t> y(240 * 136, 100), u(120 * 68, 7), v(120 * 68, 7);
  Picture picture{240, 136, y.data(), u.data(), v.data(), 240, 120};
  draw_time_code(base::WallTime(std::chrono::milliseconds(1)), picture);
  auto at = [&](int cell) { return picture.y_row(135)[cell * 2]; };
  EXPECT_EQ(at(0), 235);
  EXPECT_EQ(at(1), 16);
  EXPECT_EQ(at(45), 235) << "the lowest bit of the time";
  EXPECT_EQ(at(44), 16);
  EXPECT_EQ(at(kTimeCodeCells), 100) << "nothing beyond the strip";
  EXPECT_EQ(picture.y_row(133)[0], 100) << "nothing above the strip";
}

}  // namespace
}  // namespace eyas::worker::demo

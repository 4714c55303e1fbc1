#include "base/number.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace eyas::base {
namespace {

TEST(ReadNumber, TakesTheWholeTextOrNothing) {
  uint8_t small = 7;
  EXPECT_TRUE(read_number("255", small));
  EXPECT_EQ(small, 255);
  for (const char* text : {"", " 1", "1 ", "+1", "-1", "256", "0x1", "1.0"})
    EXPECT_FALSE(read_number(text, small)) << text;
  int32_t number = 0;
  EXPECT_TRUE(read_number("-80000000", number, 16));
  EXPECT_EQ(number, INT32_MIN);
}

TEST(NumberOf, IsNothingForWhatIsNoNumber) {
  EXPECT_EQ(number_of<uint16_t>("65535"), 65535);
  EXPECT_EQ(number_of<uint16_t>("ffff", 16), 65535);
  EXPECT_EQ(number_of<double>("6.25"), 6.25);
  for (const char* text : {"", "1 s", "65536"}) EXPECT_EQ(number_of<uint16_t>(text), std::nullopt) << text;
  EXPECT_EQ(number_of<double>("6.25s"), std::nullopt);
}

}  // namespace
}  // namespace eyas::base

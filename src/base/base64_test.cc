#include "base/base64.h"

#include <gtest/gtest.h>

#include <array>

namespace eyas::base {
namespace {

TEST(Base64, PadsAndReadsBack) {
  for (const char* text : {"", "f", "fo", "foo", "foob"}) EXPECT_EQ(from_base64(base64(text)), text);
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64(Bytes(std::array<uint8_t, 3>{0xfb, 0xff, 0xff})), "+///");
  EXPECT_EQ(from_base64("Zm8"), "fo");
  EXPECT_EQ(from_base64("+/8="), "\xfb\xff");
}

TEST(Base64, RefusesOtherDigits) {
  EXPECT_EQ(from_base64("Zm_8"), std::nullopt);
}

}  // namespace
}  // namespace eyas::base

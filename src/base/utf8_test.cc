#include "base/utf8.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

TEST(JsonQuoted, SaysWhatItCanAndReplacesTheRest) {
  EXPECT_EQ(json_quoted("a\"\\\n\xed\x95\x9c"), "\"a\\\"\\\\\\u000a\xed\x95\x9c\"");
  EXPECT_EQ(json_quoted("\xff"), "\"?\"");
}

TEST(JsonQuoted, SpeaksToNoTerminal) {
  EXPECT_EQ(json_quoted("\x1b[2J\x7f"), "\"\\u001b[2J\\u007f\"");
  EXPECT_EQ(json_quoted("\xc2\x9b\x32J\xc2\xa0"), "\"\\u009b2J\xc2\xa0\"");  // CSI, as one character
}

}  // namespace
}  // namespace eyas::base

#include "base/words.h"

#include <gtest/gtest.h>

namespace eyas::base {
namespace {

TEST(Words, AreTheSameInAnyCase) {
  EXPECT_TRUE(same_word("H264", "h264"));
  EXPECT_FALSE(same_word("H264", "H26"));
  EXPECT_FALSE(same_word("[", "{"));  // 32 apart, as letters of either case are
  EXPECT_EQ(lowered("SHA-256 \xc3\x84"), "sha-256 \xc3\x84");
}

TEST(Words, AreTrimmedOfBlanks) {
  EXPECT_EQ(trimmed(" \ta b\t "), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \t"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(Words, AreFoundInLists) {
  EXPECT_TRUE(list_has_word("auth-int , Auth", "auth"));
  EXPECT_FALSE(list_has_word("auth-int,", "auth"));
  EXPECT_FALSE(list_has_word("", "auth"));
}

}  // namespace
}  // namespace eyas::base

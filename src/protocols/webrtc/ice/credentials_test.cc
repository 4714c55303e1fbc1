#include "protocols/webrtc/ice/credentials.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

namespace eyas::webrtc {
namespace {

bool ice_characters(const std::string& text) {
  for (char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/') return false;
  }
  return true;
}

TEST(IceCredentials, AreLongEnoughAndOfIceCharacters) {
  auto made = IceCredentials::make("3a");
  EXPECT_EQ(made.ufrag.size(), 2 + kUfragCharacters);
  EXPECT_EQ(made.ufrag.substr(0, 2), "3a");
  EXPECT_EQ(made.password.size(), kPasswordCharacters);
  EXPECT_GE(made.password.size(), 22u) << "128 bits [RFC 8445 5.3]";
  EXPECT_TRUE(ice_characters(made.ufrag));
  EXPECT_TRUE(ice_characters(made.password));
}

TEST(IceCredentials, DoNotRepeat) {
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    auto made = IceCredentials::make();
    EXPECT_TRUE(seen.insert(made.ufrag).second);
    EXPECT_TRUE(seen.insert(made.password).second);
  }
}

}  // namespace
}  // namespace eyas::webrtc

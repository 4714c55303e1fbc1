#include "rtp/sdp/offers/offers.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace eyas::sdp {

std::string offer_of(const std::string& name) {
  std::ifstream file(EYAS_SOURCE_DIR "/src/rtp/sdp/offers/" + name + ".sdp", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

}  // namespace eyas::sdp

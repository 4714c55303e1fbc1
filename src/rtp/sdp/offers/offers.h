// The offers of this folder, for tests.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace eyas::sdp {

inline std::string offer_of(const std::string& name) {
  std::ifstream file(EYAS_SOURCE_DIR "/src/rtp/sdp/offers/" + name + ".sdp", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_FALSE(text.empty()) << name;
  return text;
}

inline constexpr const char* kAllOffers[] = {
    "aiortc_whep",  "chromium_whep",  "chromium_whip",  "chromium_whip_simulcast", "ffmpeg_whip",
    "firefox_whep", "gstreamer_whep", "gstreamer_whip", "libdatachannel_whip",     "safari_whep",
};

}  // namespace eyas::sdp

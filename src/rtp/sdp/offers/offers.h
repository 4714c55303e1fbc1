// The offers of this folder, for tests.
#pragma once

#include <string>

namespace eyas::sdp {

// The text of `name`.sdp; a failed expectation when there is none.
std::string offer_of(const std::string& name);

inline constexpr const char* kAllOffers[] = {
    "aiortc_whep",  "chromium_whep",  "chromium_whip",  "chromium_whip_simulcast", "ffmpeg_whip",
    "firefox_whep", "gstreamer_whep", "gstreamer_whip", "libdatachannel_whip",     "safari_whep",
};

}  // namespace eyas::sdp

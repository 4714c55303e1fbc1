// Which stream a peer means: the app of `connect` and the name of `publish` or `play` put together.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::rtmp {

struct Target {
  std::string stream;     // "live/alpha": app and name; not yet checked against the hub's rule for names
  std::string arguments;  // what stood behind '?' on app and name, joined by '&': "user=a&pass=b"
};

// Clients cut `rtmp://host/live/alpha?key=x` differently: app "live" and name "alpha?key=x" (ffmpeg, librtmp,
// OBS), app "live/alpha" and an empty name (an OBS server field with everything in it, DJI), an empty app and
// "live/alpha". All give "live/alpha". `_definst_`, the default instance of Adobe's servers, and the prefixes
// flv:, mp4: and mp3: of librtmp's playpaths are dropped. Errors: kMalformed when not exactly two parts are
// left, kLimit for long arguments.
base::Result<Target> make_target(std::string_view app, std::string_view name, size_t arguments_bytes_max);

}  // namespace eyas::rtmp

// What an SRT peer asks for, in either spelling of the stream id.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::srt {

constexpr size_t kStreamIdBytesMax = 512;  // what the handshake carries

struct StreamId {
  enum class Mode : uint8_t { kPublish, kRead };
  Mode mode = Mode::kRead;
  std::string resource;   // "live/alpha", not judged yet
  std::string arguments;  // "user=a&pass=b"; may be secret
};

// "publish:live/alpha", "read:live/alpha", each with "?key=value" or ":user:password" behind it; or the
// standard
// "#!::r=live/alpha,m=publish,u=user,s=session" [SRT Access Control, 2]. Errors: kMalformed, kUnsupported,
// saying what is wrong with it.
base::Result<StreamId> parse_stream_id(std::string_view text);

}  // namespace eyas::srt

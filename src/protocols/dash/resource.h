// What a file name under dash/ asks for. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace eyas::dash {

// "video_3_init.mp4", "audio_1700000123.m4s".
struct Resource {
  enum class Kind : uint8_t { kInit, kSegment } kind = Kind::kInit;
  std::string_view track;
  uint64_t number = 0;  // generation, or slot
};
std::optional<Resource> parse_resource(std::string_view file);

}  // namespace eyas::dash

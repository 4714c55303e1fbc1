// Limits of what the codec room accepts from strangers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace eyas::codec {

constexpr size_t kRecordBytesMax = 64 * 1024;  // a decoder configuration record; real ones are under 1 KiB
constexpr uint32_t kPictureSideMax = 16384;    // pixels
constexpr double kFrameRateMax = 480;  // a stated rate above this is a clock's tick rate, not a frame rate

}  // namespace eyas::codec

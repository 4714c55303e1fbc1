// Limits of what the codec room accepts from strangers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace eyas::codec {

constexpr size_t kRecordBytesMax = 64 * 1024;  // a decoder configuration record; real ones are under 1 KiB
constexpr size_t kInBandSetsMax = 64;  // parameter sets taken out of one payload; more are passed over
constexpr size_t kInBandSetBytesMax = 8 * 1024;  // a larger one is passed over; real ones are under 300 bytes
constexpr uint32_t kPictureSideMax = 16384;      // pixels
constexpr double kFrameRateMax = 480;  // a stated rate above this is a clock's tick rate, not a frame rate

}  // namespace eyas::codec

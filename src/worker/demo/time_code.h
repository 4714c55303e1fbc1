// The wall clock in the picture, for machines: latency is read from pixels.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.h"
#include "worker/demo/picture.h"

namespace eyas::worker::demo {

// A strip of square cells along the bottom, from the left: white, black, 44 bits of Unix milliseconds with
// the most significant first (white = 1), then CRC-8 (polynomial 0x07, initially 0) over those as 6
// big-endian bytes whose top 4 bits are zero. A cell is 1/120 of the picture's width.
inline constexpr int kTimeCodeCells = 54;
inline constexpr int kTimeCodeCellsAcross = 120;

std::array<bool, kTimeCodeCells> time_code(base::WallTime time);
void draw_time_code(base::WallTime time, const Picture& picture);

}  // namespace eyas::worker::demo

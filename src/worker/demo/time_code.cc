#include "worker/demo/time_code.h"

#include <cstring>

namespace eyas::worker::demo {
namespace {

constexpr int kTimeBits = 44;
constexpr uint8_t kWhite = 235, kBlack = 16;

uint8_t crc8(uint64_t value, int bytes) {
  uint8_t crc = 0;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    crc = static_cast<uint8_t>(crc ^ (value >> shift));
    for (int bit = 0; bit < 8; ++bit) crc = static_cast<uint8_t>(crc << 1 ^ (crc & 0x80 ? 0x07 : 0));
  }
  return crc;
}

}  // namespace

std::array<bool, kTimeCodeCells> time_code(base::WallTime time) {
  uint64_t ms =
      static_cast<uint64_t>(base::to_ms(time.time_since_epoch())) & ((uint64_t{1} << kTimeBits) - 1);
  uint64_t word = ms << 8 | crc8(ms, 6);
  std::array<bool, kTimeCodeCells> cells{true, false};
  for (size_t i = 2; i < cells.size(); ++i) cells[i] = (word >> (cells.size() - 1 - i) & 1) != 0;
  return cells;
}

void draw_time_code(base::WallTime time, const Picture& picture) {
  const int cell = picture.width / kTimeCodeCellsAcross;
  auto cells = time_code(time);
  for (int row = picture.height - cell; row < picture.height; ++row) {
    for (int i = 0; i < kTimeCodeCells; ++i) {
      std::memset(picture.y_row(row) + i * cell, cells[static_cast<size_t>(i)] ? kWhite : kBlack,
                  static_cast<size_t>(cell));
    }
    auto chroma = static_cast<size_t>(kTimeCodeCells * cell / 2);
    std::memset(picture.u_row(row), 128, chroma);
    std::memset(picture.v_row(row), 128, chroma);
  }
}

}  // namespace eyas::worker::demo

// Metadata access unit cells: how KLV with times lies in PES packets [ISO 13818-1 2.12.4, MISB ST 1402].
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace eyas::mpegts {

constexpr size_t kCellHeaderBytes = 5;
constexpr size_t kCellBytesMax = 0xFFFF;

// cell_fragment_indication.
enum class CellPart : uint8_t { kMiddle = 0, kLast = 1, kFirst = 2, kWhole = 3 };

struct MetadataCell {
  uint8_t service = 0;
  uint8_t sequence = 0;
  CellPart part = CellPart::kWhole;
  base::Bytes data;
};

// Moves behind the cell; nullopt when it is cut off.
inline std::optional<MetadataCell> read_cell(base::ByteReader& in) {
  MetadataCell cell;
  cell.service = in.u8();
  cell.sequence = in.u8();
  cell.part = static_cast<CellPart>(in.u8() >> 6);
  cell.data = in.take(in.u16());
  if (!in.ok()) return std::nullopt;
  return cell;
}

inline void write_cell(base::ByteWriter& out, const MetadataCell& cell) {
  constexpr uint8_t kRandomAccess = 0x10, kReserved = 0x0F;
  out.u8(cell.service);
  out.u8(cell.sequence);
  out.u8(static_cast<uint8_t>(static_cast<uint8_t>(cell.part) << 6 | kRandomAccess | kReserved));
  out.u16(static_cast<uint16_t>(cell.data.size()));
  out.bytes(cell.data);
}

}  // namespace eyas::mpegts

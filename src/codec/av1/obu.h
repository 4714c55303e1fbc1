// AV1 open bitstream units, low-overhead format [AV1 5.3].
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace eyas::codec::av1 {

// obu_type [AV1 6.2.2].
enum class ObuType : uint8_t {
  kSequenceHeader = 1,
  kTemporalDelimiter = 2,
  kFrameHeader = 3,
  kTileGroup = 4,
  kMetadata = 5,
  kFrame = 6,
  kRedundantFrameHeader = 7,
  kTileList = 8,
  kPadding = 15,
};

// Of an OBU's first byte [AV1 5.3.2].
constexpr uint8_t kHasExtension = 0x04;
constexpr uint8_t kHasSize = 0x02;
constexpr ObuType obu_type(uint8_t first) {
  return static_cast<ObuType>(first >> 3 & 0x0F);
}

constexpr size_t kRecordHeaderBytes = 4;  // of av1C, before its configOBUs

// [AV1 4.10.5]. `out` has u8().
template <typename Out>
void write_leb128(Out& out, size_t value) {
  for (; value >= 0x80; value >>= 7) out.u8(static_cast<uint8_t>(value | 0x80));
  out.u8(static_cast<uint8_t>(value));
}

struct Obu {
  ObuType type{};
  base::Bytes whole;  // with header and size
  base::Bytes payload;
};

// Walks OBUs; one without a size field takes all that is left.
class ObuWalk {
 public:
  explicit ObuWalk(base::Bytes payload) : rest_(payload) {}
  // False at the end or where the framing breaks.
  bool next(Obu& obu);
  bool ok() const { return ok_; }

 private:
  base::Bytes rest_;
  bool ok_ = true;
};

}  // namespace eyas::codec::av1

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
  kFrame = 6,
  kRedundantFrameHeader = 7,
  kTileList = 8,
};

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

// Bits, most significant first, and the codes that video headers are written in.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace eyas::codec {

// Reads forward through a span and never beyond it: past the end, or after a code that is out of bounds,
// every read gives zero and `ok()` stays false, so that a decoder may read a whole header and check once.
class BitReader {
 public:
  explicit BitReader(base::Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t bits_left() const { return bytes_.size() * 8 - position_; }
  size_t position() const { return position_; }  // in bits

  // At most 32 bits.
  uint32_t bits(unsigned count);
  bool flag() { return bits(1) != 0; }
  void skip(size_t count);
  void align() { skip((8 - position_ % 8) % 8); }

  // Exp-Golomb codes [ISO 14496-10 9.1]. The bounded form fails above `max`: use it for every count and size.
  uint32_t ue();
  uint32_t ue(uint32_t max);
  int32_t se();

  // AV1 codes [AV1 4.10.3, 4.10.5]. leb128 fails above 32 bits, as the specification demands.
  uint32_t uvlc();
  uint32_t leb128();

  // Marks the input as broken; `ok()` is false from here on.
  void fail();

 private:
  base::Bytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

// True when bits other than the stop bit and trailing zeros are left [ISO 14496-10 7.2 more_rbsp_data].
bool more_rbsp_data(base::Bytes rbsp, const BitReader& reader);

// Writes bits, most significant first; the last byte is padded with zeros.
class BitWriter {
 public:
  void bits(uint64_t value, unsigned count);
  const std::vector<uint8_t>& bytes() const { return out_; }
  std::vector<uint8_t> take() { return std::move(out_); }

 private:
  std::vector<uint8_t> out_;
  unsigned used_ = 0;  // bits used of the last byte; 0 = none open
};

}  // namespace eyas::codec

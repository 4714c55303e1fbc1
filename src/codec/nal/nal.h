// NAL units: the framing that H.264 and H.265 share.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/slice.h"

namespace eyas::codec::nal {

// Walks NAL units behind lengths of 1 to 4 bytes. Empty ones are passed over: drones send them.
class Walk {
 public:
  explicit Walk(base::Bytes payload, unsigned length_size = 4) : rest_(payload), length_size_(length_size) {}

  // The next NAL unit with its header, never empty; false at the end or where the framing breaks.
  bool next(base::Bytes& unit);
  bool ok() const { return ok_; }

 private:
  base::Bytes rest_;
  unsigned length_size_;
  bool ok_ = true;
};

// Removes emulation prevention bytes [ISO 14496-10 7.4.1].
std::vector<uint8_t> unescape(base::Bytes unit);
// The same for the start of a unit: fills at most `out`, allocates nothing; gives the part that was filled.
base::Bytes unescape_start(base::Bytes unit, std::span<uint8_t> out);

// Appends a NAL unit behind a 4-byte length.
void append(std::vector<uint8_t>& out, base::Bytes unit);

// Whether bytes begin with an Annex B start code, of 3 or 4 bytes.
bool begins_with_start_code(base::Bytes bytes);
// Splits an Annex B byte stream at its start codes; trailing zeros belong to no unit. Empty when there is no
// start code.
std::vector<base::Bytes> split_annexb(base::Bytes stream);

}  // namespace eyas::codec::nal

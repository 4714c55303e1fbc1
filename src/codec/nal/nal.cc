#include "codec/nal/nal.h"

namespace eyas::codec::nal {

bool Walk::next(base::Bytes& unit) {
  while (!rest_.empty()) {
    if (rest_.size() < length_size_) return ok_ = false;
    size_t length = 0;
    for (unsigned i = 0; i < length_size_; ++i) length = length << 8 | rest_[i];
    rest_ = rest_.subspan(length_size_);
    if (length > rest_.size()) return ok_ = false;
    unit = rest_.first(length);
    rest_ = rest_.subspan(length);
    if (length > 0) return true;
  }
  return false;
}

std::vector<uint8_t> unescape(base::Bytes unit) {
  std::vector<uint8_t> out(unit.size());
  out.resize(unescape_start(unit, out).size());
  return out;
}

base::Bytes unescape_start(base::Bytes unit, std::span<uint8_t> out) {
  size_t filled = 0;
  unsigned zeros = 0;
  for (size_t i = 0; i < unit.size() && filled < out.size(); ++i) {
    if (zeros >= 2 && unit[i] == 3) {
      zeros = 0;
      continue;
    }
    zeros = unit[i] == 0 ? zeros + 1 : 0;
    out[filled++] = unit[i];
  }
  return out.first(filled);
}

void append(std::vector<uint8_t>& out, base::Bytes unit) {
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(unit.size() >> shift));
  out.insert(out.end(), unit.begin(), unit.end());
}

namespace {

// The index of the next 00 00 01 at or after `from`, or the size.
size_t find_start_code(base::Bytes stream, size_t from) {
  for (size_t i = from; i + 3 <= stream.size(); ++i) {
    if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) return i;
  }
  return stream.size();
}

}  // namespace

bool begins_with_start_code(base::Bytes bytes) {
  base::ByteReader in(bytes);
  uint32_t first = in.u24();
  if (first == 0) first = in.u8();
  return in.ok() && first == 1;
}

std::vector<base::Bytes> split_annexb(base::Bytes stream) {
  std::vector<base::Bytes> units;
  size_t start = find_start_code(stream, 0);
  while (start < stream.size()) {
    size_t begin = start + 3;
    start = find_start_code(stream, begin);
    size_t end = start;
    while (end > begin && stream[end - 1] == 0) --end;
    if (end > begin) units.push_back(stream.subspan(begin, end - begin));
  }
  return units;
}

}  // namespace eyas::codec::nal

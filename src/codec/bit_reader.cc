#include "codec/bit_reader.h"

namespace eyas::codec {
namespace {
constexpr unsigned kGolombZerosMax = 31;  // codes are 32-bit values; the one code of 32 zeros is used nowhere
}  // namespace

void BitReader::fail() {
  ok_ = false;
  position_ = bytes_.size() * 8;
}

uint32_t BitReader::bits(unsigned count) {
  if (!ok_ || count > 32 || count > bits_left()) return fail(), 0;
  uint64_t value = 0;
  for (unsigned left = count; left > 0;) {
    unsigned used = position_ % 8;
    unsigned now = left < 8 - used ? left : 8 - used;
    unsigned chunk = bytes_[position_ / 8] >> (8 - used - now) & ((1u << now) - 1);
    value = value << now | chunk;
    position_ += now;
    left -= now;
  }
  return static_cast<uint32_t>(value);
}

void BitReader::skip(size_t count) {
  if (!ok_ || count > bits_left()) return fail();
  position_ += count;
}

uint32_t BitReader::ue() {
  unsigned zeros = 0;
  while (!flag()) {
    if (!ok_ || ++zeros > kGolombZerosMax) return fail(), 0;
  }
  return ((1u << zeros) - 1) + bits(zeros);
}

uint32_t BitReader::ue(uint32_t max) {
  uint32_t value = ue();
  if (value > max) return fail(), 0;
  return value;
}

int32_t BitReader::se() {
  uint32_t code = ue();
  int64_t magnitude = (static_cast<int64_t>(code) + 1) / 2;
  return static_cast<int32_t>(code % 2 == 1 ? magnitude : -magnitude);
}

uint32_t BitReader::uvlc() {
  unsigned zeros = 0;
  while (!flag()) {
    if (!ok_) return 0;
    if (++zeros >= 32) return 0xFFFFFFFF;
  }
  return ((1u << zeros) - 1) + bits(zeros);
}

uint32_t BitReader::leb128() {
  uint64_t value = 0;
  for (unsigned i = 0; i < 8; ++i) {
    uint64_t byte = bits(8);
    value |= (byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) {
      if (value > 0xFFFFFFFF) return fail(), 0;
      return static_cast<uint32_t>(value);
    }
  }
  return fail(), 0;
}

bool more_rbsp_data(base::Bytes rbsp, const BitReader& reader) {
  size_t size = rbsp.size();
  while (size > 0 && rbsp[size - 1] == 0) --size;
  if (size == 0 || !reader.ok()) return false;
  size_t stop_bit = size * 8 - 1 - static_cast<size_t>(__builtin_ctz(rbsp[size - 1]));
  return reader.position() < stop_bit;
}

void BitWriter::bits(uint64_t value, unsigned count) {
  for (unsigned i = count; i > 0; --i) {
    if (used_ == 0) out_.push_back(0);
    unsigned bit = value >> (i - 1) & 1;
    out_.back() = static_cast<uint8_t>(out_.back() | bit << (7 - used_));
    used_ = (used_ + 1) % 8;
  }
}

}  // namespace eyas::codec

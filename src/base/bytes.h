// Views and cursors over bytes, big-endian unless the name says little (`_le`).
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace eyas::base {

using Bytes = std::span<const uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads forward through a span and never beyond it: past the end every read gives zeros (or an empty span)
// and `ok()` turns false for good, so that a decoder may read a whole header and check once.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  size_t position() const { return position_; }
  size_t remaining() const { return bytes_.size() - position_; }

  uint8_t u8() { return static_cast<uint8_t>(big(1)); }
  uint16_t u16() { return static_cast<uint16_t>(big(2)); }
  uint32_t u24() { return static_cast<uint32_t>(big(3)); }
  uint32_t u32() { return static_cast<uint32_t>(big(4)); }
  uint64_t u64() { return big(8); }
  int32_t i24() { return static_cast<int32_t>(u24() << 8) >> 8; }
  uint32_t u32_le() { return __builtin_bswap32(u32()); }
  double f64() {
    uint64_t raw = u64();
    double value;
    std::memcpy(&value, &raw, sizeof value);
    return value;
  }
  Bytes take(size_t count) {
    if (!has(count)) return {};
    Bytes taken = bytes_.subspan(position_, count);
    position_ += count;
    return taken;
  }
  void skip(size_t count) { take(count); }
  Bytes rest() { return take(remaining()); }
  std::string_view text(size_t count) { return as_text(take(count)); }

 private:
  bool has(size_t count) {
    if (count <= remaining()) return ok_;
    ok_ = false;
    position_ = bytes_.size();
    return false;
  }
  uint64_t big(size_t count) {
    uint64_t value = 0;
    for (uint8_t byte : take(count)) value = value << 8 | byte;
    return value;
  }

  Bytes bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

// Appends to a byte vector that it owns until `take()`.
class ByteWriter {
 public:
  ByteWriter() = default;
  explicit ByteWriter(size_t reserve) { out_.reserve(reserve); }

  size_t size() const { return out_.size(); }
  Bytes view() const { return out_; }
  std::vector<uint8_t> take() { return std::move(out_); }

  void u8(uint8_t v) { out_.push_back(v); }
  void u16(uint16_t v) { big(v, 2); }
  void u24(uint32_t v) { big(v, 3); }
  void u32(uint32_t v) { big(v, 4); }
  void u64(uint64_t v) { big(v, 8); }
  void u32_le(uint32_t v) { u32(__builtin_bswap32(v)); }
  void f64(double v) {
    uint64_t raw;
    std::memcpy(&raw, &v, sizeof raw);
    u64(raw);
  }
  void bytes(Bytes v) { out_.insert(out_.end(), v.begin(), v.end()); }
  void text(std::string_view v) { bytes(as_bytes(v)); }
  void zeros(size_t count) { out_.insert(out_.end(), count, 0); }

  // Overwrites four bytes written before, e.g. a box size once it is known.
  void patch_u32(size_t at, uint32_t v) {
    for (int i = 0; i < 4; ++i) out_[at + i] = static_cast<uint8_t>(v >> (24 - 8 * i));
  }

 private:
  void big(uint64_t v, int count) {
    for (int shift = 8 * (count - 1); shift >= 0; shift -= 8)
      out_.push_back(static_cast<uint8_t>(v >> shift));
  }

  std::vector<uint8_t> out_;
};

// "0a1b2c" of bytes; and back, empty when the text is not hexadecimal pairs (spaces are skipped).
std::string to_hex(Bytes bytes);
std::vector<uint8_t> from_hex(std::string_view text);

}  // namespace eyas::base

// Slice: a view of immutable bytes that keeps them alive. What is sent to many is held once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace eyas::base {

// Ref-counted and immutable; copying shares. Thread-safe to copy and read.
class Slice {
 public:
  Slice() = default;
  // Takes the vector over without copying its bytes.
  explicit Slice(std::vector<uint8_t> bytes);
  static Slice copy_of(Bytes bytes);
  static Slice copy_of(std::string_view text) { return copy_of(as_bytes(text)); }
  // Bytes with static lifetime (literals, tables): nothing is counted.
  static Slice literal(std::string_view text);

  const uint8_t* data() const { return view_.data(); }
  size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  Bytes bytes() const { return view_; }
  operator Bytes() const { return view_; }  // NOLINT(google-explicit-constructor)

  // A part of it, sharing the owner. `offset + count` is clamped to the size.
  Slice sub(size_t offset, size_t count = static_cast<size_t>(-1)) const;

 private:
  std::shared_ptr<const void> owner_;
  Bytes view_;
};

}  // namespace eyas::base

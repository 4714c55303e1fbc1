// Slice: a view of immutable bytes that keeps them alive. What is sent to many is held once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace eyas::base {

// Memory that is also a file, whose pages the kernel sends without copying them.
struct FileMemory {
  int fd = -1;
  const uint8_t* begin = nullptr;  // where the file's first byte is in memory
};

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
  // `view` lies in the memory of `owner`.
  static Slice in_file(std::shared_ptr<const FileMemory> owner, Bytes view);

  const uint8_t* data() const { return view_.data(); }
  size_t size() const { return view_.size(); }
  bool empty() const { return view_.empty(); }
  Bytes bytes() const { return view_; }
  operator Bytes() const { return view_; }  // NOLINT(google-explicit-constructor)

  // The file that has these bytes too, at data() - begin; null: none. Lives as long as the slice.
  const FileMemory* file() const { return file_; }

  // A part of it, sharing the owner. `offset + count` is clamped to the size.
  Slice sub(size_t offset, size_t count = static_cast<size_t>(-1)) const;

 private:
  std::shared_ptr<const void> owner_;
  Bytes view_;
  const FileMemory* file_ = nullptr;
};

}  // namespace eyas::base

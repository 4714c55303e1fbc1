#include "base/slice.h"

#include <algorithm>

namespace eyas::base {

Slice::Slice(std::vector<uint8_t> bytes) {
  auto owner = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  view_ = *owner;
  owner_ = std::move(owner);
}

Slice Slice::copy_of(Bytes bytes) {
  // One allocation for count and bytes together.
  std::shared_ptr<uint8_t[]> owner = std::make_shared_for_overwrite<uint8_t[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), owner.get());
  Slice slice;
  slice.view_ = {owner.get(), bytes.size()};
  slice.owner_ = std::move(owner);
  return slice;
}

Slice Slice::literal(std::string_view text) {
  Slice slice;
  slice.view_ = as_bytes(text);
  return slice;
}

Slice Slice::in_file(std::shared_ptr<const FileMemory> owner, Bytes view) {
  Slice slice;
  slice.view_ = view;
  slice.file_ = owner.get();
  slice.owner_ = std::move(owner);
  return slice;
}

Slice Slice::sub(size_t offset, size_t count) const {
  Slice part;
  part.owner_ = owner_;
  part.file_ = file_;
  offset = std::min(offset, view_.size());
  part.view_ = view_.subspan(offset, std::min(count, view_.size() - offset));
  return part;
}

}  // namespace eyas::base

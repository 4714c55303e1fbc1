// BoxWriter: nested ISO BMFF boxes whose sizes are filled in when they end.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace eyas::mp4 {

// Appends to `out`; the box ends when this dies. Boxes above 4 GiB are never written: fragments are short.
class BoxScope {
 public:
  BoxScope(base::ByteWriter& out, std::string_view type) : out_(out), start_(out.size()) {
    out_.u32(0);
    out_.text(type);
  }
  // A FullBox [ISO 14496-12 4.2]: `flags` has 24 bits.
  BoxScope(base::ByteWriter& out, std::string_view type, uint8_t version, uint32_t flags)
      : BoxScope(out, type) {
    out_.u8(version);
    out_.u24(flags);
  }
  ~BoxScope() { out_.patch_u32(start_, static_cast<uint32_t>(out_.size() - start_)); }
  BoxScope(const BoxScope&) = delete;
  BoxScope& operator=(const BoxScope&) = delete;

 private:
  base::ByteWriter& out_;
  size_t start_;
};

}  // namespace eyas::mp4

// How messages of both sides are put together; for this room's own files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace eyas::worker {

inline constexpr size_t kLengthBytes = 4;

enum class Type : uint8_t {
  kJob = 1,
  kHello = 2,
  kTrack = 3,
  kFrame = 4,
  kShutIn = 20,
  kTrespass = 21,
  kLog = 5,
  kKeyRequest = 6,
  kVariant = 7,
  kOpened = 8,
  kReadThrough = 9
};

inline base::ByteWriter begin(Type type, size_t body_bytes) {
  base::ByteWriter out(kLengthBytes + 1 + body_bytes);
  out.u32(0);
  out.u8(static_cast<uint8_t>(type));
  return out;
}

inline std::vector<uint8_t> finish(base::ByteWriter out) {
  out.patch_u32(0, static_cast<uint32_t>(out.size() - kLengthBytes));
  return out.take();
}

inline void put_text(base::ByteWriter& out, std::string_view text) {
  text = text.substr(0, UINT16_MAX);
  out.u16(static_cast<uint16_t>(text.size()));
  out.text(text);
}

inline void put_time(base::ByteWriter& out, base::Duration time) {
  out.u64(static_cast<uint64_t>(time.count()));
}
inline base::Duration get_time(base::ByteReader& in) {
  return base::Duration(static_cast<int64_t>(in.u64()));
}

inline base::Error malformed(const char* context) {
  return {base::Code::kMalformed, context, {}};
}
inline base::Error over_limit(const char* context, size_t value) {
  return {base::Code::kLimit, context, std::to_string(value)};
}

}  // namespace eyas::worker

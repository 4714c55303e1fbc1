// Numbers that wrap: sequence numbers of 16 bits and timestamps of 32.
#pragma once

#include <cstdint>
#include <optional>
#include <type_traits>

namespace eyas::rtp {

// The way from `from` to `to` round the circle, the shorter one: positive when `to` is newer.
template <typename Narrow>
constexpr std::make_signed_t<Narrow> distance(Narrow from, Narrow to) {
  return static_cast<std::make_signed_t<Narrow>>(static_cast<Narrow>(to - from));
}

// Makes a wrapping number one that does not wrap. The first value stays as it is; values before it may come
// out negative. Lives where its packets are handled.
template <typename Narrow>
class Unwrapper {
 public:
  int64_t unwrap(Narrow value) {
    int64_t wide = peek(value);
    last_ = wide;
    return wide;
  }
  // The same without moving on: late packets do not turn the clock back.
  int64_t peek(Narrow value) const {
    if (!last_) return value;
    return *last_ + distance(static_cast<Narrow>(*last_), value);
  }
  void reset() { last_.reset(); }

 private:
  std::optional<int64_t> last_;
};

using SequenceUnwrapper = Unwrapper<uint16_t>;
using TimestampUnwrapper = Unwrapper<uint32_t>;

}  // namespace eyas::rtp

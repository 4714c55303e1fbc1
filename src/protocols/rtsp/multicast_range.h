// MulticastRange: the IPv4 groups that streams may be sent to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::rtsp {

// A plain value.
class MulticastRange {
 public:
  // "239.255.42.0/24", at most 65,536 groups. Errors: kInvalidConfig, saying what is allowed.
  static base::Result<MulticastRange> parse(std::string_view text);

  uint32_t size() const { return count_; }
  // "239.255.42.7".
  std::string address(uint32_t index) const;

 private:
  uint32_t first_ = 0;
  uint32_t count_ = 0;
};

}  // namespace eyas::rtsp

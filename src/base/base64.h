// Base64 [RFC 4648 4].
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace eyas::base {

// Padded.
std::string base64(Bytes bytes);
inline std::string base64(std::string_view text) {
  return base64(as_bytes(text));
}
// With or without padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace eyas::base

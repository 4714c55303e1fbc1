// StreamName: "app/name", checked once where it enters, so that no path or command is ever made of anything
// else.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace eyas::hub {

class StreamName {
 public:
  static constexpr size_t kBytesMax = 128;

  // "app/name": letters, digits, '-', '_', '.'; two parts, neither empty nor starting with a dot.
  // Errors: kMalformed, saying what is allowed.
  static base::Result<StreamName> parse(std::string_view text);
  static base::Result<StreamName> parse(std::string_view app, std::string_view name);

  const std::string& text() const { return text_; }
  bool operator==(const StreamName&) const = default;

 private:
  explicit StreamName(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace eyas::hub

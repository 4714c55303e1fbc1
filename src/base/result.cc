#include "base/result.h"

namespace eyas::base {

const char* code_name(Code code) {
  switch (code) {
    case Code::kMalformed:
      return "malformed";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kLimit:
      return "limit";
    case Code::kNotFound:
      return "not_found";
    case Code::kRefused:
      return "refused";
    case Code::kTimeout:
      return "timeout";
    case Code::kClosed:
      return "closed";
    case Code::kSystem:
      return "system";
    case Code::kInvalidConfig:
      return "invalid_config";
  }
  return "unknown";
}

std::string Error::message() const {
  std::string text = code_name(code);
  text += ": ";
  text += context;
  if (!detail.empty()) text += " (" + detail + ")";
  return text;
}

}  // namespace eyas::base

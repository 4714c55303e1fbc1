#include "base/iso_time.h"

#include <cstdio>
#include <ctime>

namespace eyas::base {

std::string iso_time(WallTime time) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t unix_seconds = whole / 1000;
  std::tm utc{};
  gmtime_r(&unix_seconds, &utc);
  char date[32];
  std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  char text[48];
  std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(whole % 1000));
  return text;
}

}  // namespace eyas::base

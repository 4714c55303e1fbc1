// Structured log: one event a line, a name and fields. log::info("rtmp.publish", {{"stream", name},
// {"session", id}}).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

namespace eyas::base {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError, kOff };

// A field's value, turned to text when the event is logged.
struct LogField {
  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(v) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(v) {}
  LogField(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), bare(true) {}
  LogField(std::string_view k, double v);
  template <typename Integer>
  requires std::is_integral_v<Integer> LogField(std::string_view k, Integer v)
      : key(k), value(std::to_string(v)), bare(true) {}

  std::string_view key;
  std::string value;
  bool bare = false;  // a number or truth value: not quoted in JSON
};

enum class LogFormat : uint8_t { kText, kJson };

// Process-wide settings; thread-safe. The log goes to stderr.
void set_log_level(LogLevel level);
LogLevel log_level();
void set_log_format(LogFormat format);

using LogFields = std::initializer_list<LogField>;
void log_event(LogLevel level, std::string_view event, LogFields fields);

namespace log {
inline void debug(std::string_view event, LogFields fields = {}) {
  log_event(LogLevel::kDebug, event, fields);
}
inline void info(std::string_view event, LogFields fields = {}) {
  log_event(LogLevel::kInfo, event, fields);
}
inline void warning(std::string_view event, LogFields fields = {}) {
  log_event(LogLevel::kWarning, event, fields);
}
inline void error(std::string_view event, LogFields fields = {}) {
  log_event(LogLevel::kError, event, fields);
}
}  // namespace log

}  // namespace eyas::base

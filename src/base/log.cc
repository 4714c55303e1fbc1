#include "base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>

#include "base/iso_time.h"
#include "base/utf8.h"

namespace eyas::base {
namespace {

std::atomic<LogLevel> g_level{LogLevel::kInfo};
std::atomic<LogFormat> g_format{LogFormat::kText};

spdlog::logger& sink() {
  static spdlog::logger logger = [] {
    spdlog::logger made("eyas", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made.set_level(spdlog::level::trace);
    made.flush_on(spdlog::level::trace);
    made.set_pattern("%v");
    return made;
  }();
  return logger;
}

const char* level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    default:
      return "error";
  }
}

bool plain(std::string_view text) {
  if (text.empty()) return false;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7f || c == '"' || c == '=' || c == '\\') return false;
  }
  return true;
}

std::string timestamp() {
  return iso_time(system_clock().wall());
}

std::string text_line(LogLevel level, std::string_view event, LogFields fields) {
  std::string line = fmt::format("{} {:<7} {}", timestamp(), level_name(level), event);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    if (field.bare || plain(field.value))
      line += field.value;
    else
      line += json_quoted(field.value);
  }
  return line;
}

std::string json_line(LogLevel level, std::string_view event, LogFields fields) {
  std::string line = fmt::format(R"({{"time":"{}","level":"{}","event":)", timestamp(), level_name(level));
  line += json_quoted(event);
  for (const LogField& field : fields) {
    line += ',';
    line += json_quoted(field.key);
    line += ':';
    if (field.bare)
      line += field.value;
    else
      line += json_quoted(field.value);
  }
  line += '}';
  return line;
}

}  // namespace

LogField::LogField(std::string_view k, double v) : key(k), value(fmt::format("{:.6g}", v)), bare(true) {}

void set_log_level(LogLevel level) {
  g_level.store(level, std::memory_order_relaxed);
}
LogLevel log_level() {
  return g_level.load(std::memory_order_relaxed);
}
void set_log_format(LogFormat format) {
  g_format.store(format, std::memory_order_relaxed);
}

void log_event(LogLevel level, std::string_view event, LogFields fields) {
  if (level < log_level() || log_level() == LogLevel::kOff) return;
  bool json = g_format.load(std::memory_order_relaxed) == LogFormat::kJson;
  sink().info(json ? json_line(level, event, fields) : text_line(level, event, fields));
}

}  // namespace eyas::base

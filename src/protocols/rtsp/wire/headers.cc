#include "protocols/rtsp/wire/headers.h"

#include <algorithm>
#include <cstdio>

#include "base/number.h"
#include "base/words.h"
#include "protocols/rtsp/wire/message.h"

namespace eyas::rtsp {
namespace {

using base::Duration;
using std::chrono::seconds;

constexpr int64_t kSecondsMax = 1'000'000'000;  // some 31 years: no overflow behind it

std::string_view take_until(std::string_view& text, char separator) {
  size_t end = std::min(text.find(separator), text.size());
  std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return base::trimmed(part);
}

// ".25" -> 250 ms; digits behind the ninth are dropped.
std::optional<Duration> fraction_of(std::string_view digits) {
  int64_t value = 0;
  int64_t unit = 1'000'000'000;
  for (char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    if (unit == 1) continue;
    value = value * 10 + (c - '0');
    unit /= 10;
  }
  return Duration(value * unit);
}

// "12.5" or "1:02:03.25".
std::optional<Duration> npt_of(std::string_view text) {
  int64_t total = 0;
  std::string_view whole = text.substr(0, std::min(text.find('.'), text.size()));
  text.remove_prefix(std::min(whole.size() + 1, text.size()));
  if (whole.empty()) return std::nullopt;
  while (!whole.empty()) {
    auto part = base::number_of<uint32_t>(take_until(whole, ':'));
    if (!part || total > kSecondsMax) return std::nullopt;
    total = total * 60 + *part;
  }
  auto fraction = fraction_of(text);
  if (!fraction || total > kSecondsMax) return std::nullopt;
  return seconds(total) + *fraction;
}

// "19961108T142300.25Z".
std::optional<base::WallTime> clock_of(std::string_view text) {
  if (text.size() < 16 || text[8] != 'T' || text.back() != 'Z') return std::nullopt;
  auto field = [&](size_t at, size_t count) { return base::number_of<unsigned>(text.substr(at, count)); };
  auto year = field(0, 4), month = field(4, 2), day = field(6, 2);
  auto hour = field(9, 2), minute = field(11, 2), second = field(13, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                   std::chrono::day(*day)};
  constexpr unsigned kYearMost = 2200;  // nanoseconds since 1970 overflow in 2262
  if (!date.ok() || *year < 1900 || *year > kYearMost || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  auto fraction = text[15] == '.' ? fraction_of(text.substr(16, text.size() - 17)) : Duration(0);
  if (!fraction) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         seconds(*second) + *fraction;
}

std::string text_of_npt(Duration time) {
  auto ms = base::to_ms(time);
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03lld", static_cast<long long>(ms / 1000),
                static_cast<long long>(ms % 1000));
  return text;
}

std::string text_of_clock(base::WallTime time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  char text[64];
  std::snprintf(text, sizeof text, "%04d%02u%02uT%02d%02d%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

bool read_npt(std::string_view begin, std::string_view end, Range& range) {
  range.now = base::same_word(begin, "now");
  if (!range.now && !begin.empty()) {
    range.begin = npt_of(begin);
    if (!range.begin) return false;
  }
  if (!end.empty()) range.end = npt_of(end);
  return end.empty() || range.end;
}

bool read_clock(std::string_view begin, std::string_view end, Range& range) {
  range.begins = clock_of(begin);
  if (!end.empty()) range.ends = clock_of(end);
  return range.begins && (end.empty() || range.ends);
}

// Where the next track's part begins: at a comma behind which "url=" stands.
size_t end_of_info(std::string_view value) {
  for (size_t comma = value.find(','); comma != std::string_view::npos; comma = value.find(',', comma + 1)) {
    std::string_view rest = base::trimmed(value.substr(comma + 1));
    if (rest.size() >= 4 && base::same_word(rest.substr(0, 4), "url=")) return comma;
  }
  return value.size();
}

RtpInfo info_of(std::string_view text) {
  RtpInfo info;
  // seq and rtptime stand behind the address, which may hold semicolons.
  for (size_t semicolon = text.rfind(';'); semicolon != std::string_view::npos; semicolon = text.rfind(';')) {
    std::string_view parameter = base::trimmed(text.substr(semicolon + 1));
    std::string_view name = take_until(parameter, '=');
    if (base::same_word(name, "seq"))
      info.sequence = base::number_of<uint16_t>(base::trimmed(parameter));
    else if (base::same_word(name, "rtptime"))
      info.timestamp = base::number_of<uint32_t>(base::trimmed(parameter));
    else if (!name.empty())
      break;
    text = text.substr(0, semicolon);
  }
  text = base::trimmed(text);
  if (text.size() >= 4 && base::same_word(text.substr(0, 4), "url=")) text.remove_prefix(4);
  info.url = text;
  return info;
}

}  // namespace

std::string SessionHeader::text() const {
  if (!timeout) return id;
  return id + ";timeout=" + std::to_string(std::chrono::duration_cast<seconds>(*timeout).count());
}

std::optional<SessionHeader> parse_session(std::string_view value) {
  SessionHeader session;
  session.id = take_until(value, ';');
  if (session.id.empty()) return std::nullopt;
  while (!value.empty()) {
    std::string_view parameter = take_until(value, ';');
    if (!base::same_word(take_until(parameter, '='), "timeout")) continue;
    auto timeout = base::number_of<uint32_t>(base::trimmed(parameter));
    if (timeout && *timeout > 0) session.timeout = seconds(*timeout);
  }
  return session;
}

std::string Range::text() const {
  if (unit == Unit::kClock) {
    return "clock=" + (begins ? text_of_clock(*begins) : "") + '-' + (ends ? text_of_clock(*ends) : "");
  }
  std::string from = now ? "now" : begin ? text_of_npt(*begin) : "";
  return "npt=" + from + '-' + (end ? text_of_npt(*end) : "");
}

std::optional<Range> parse_range(std::string_view value) {
  std::string_view spec = take_until(value, ';');  // behind it "time=", when to begin
  if (spec.find('=') == std::string_view::npos) return std::nullopt;
  std::string_view unit = take_until(spec, '=');
  std::string_view begin = take_until(spec, '-');
  Range range;
  if (base::same_word(unit, "npt")) {
    if (!read_npt(begin, base::trimmed(spec), range)) return std::nullopt;
    return range;
  }
  range.unit = Range::Unit::kClock;
  if (!base::same_word(unit, "clock") || !read_clock(begin, base::trimmed(spec), range)) return std::nullopt;
  return range;
}

std::string text_of(const std::vector<RtpInfo>& infos) {
  std::string out;
  for (const RtpInfo& info : infos) {
    if (!out.empty()) out += ',';
    out += "url=" + info.url;
    if (info.sequence) out += ";seq=" + std::to_string(*info.sequence);
    if (info.timestamp) out += ";rtptime=" + std::to_string(*info.timestamp);
  }
  return out;
}

std::vector<RtpInfo> parse_rtp_info(std::string_view value) {
  std::vector<RtpInfo> infos;
  while (!value.empty() && infos.size() < kRtpInfosMax) {
    size_t end = end_of_info(value);
    infos.push_back(info_of(value.substr(0, end)));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  return infos;
}

}  // namespace eyas::rtsp

#include "protocols/hls/pull_playlist.h"

#include <algorithm>

#include "base/number.h"

namespace eyas::hls {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

// "6.006" seconds, below an hour.
std::optional<base::Duration> seconds(std::string_view text) {
  std::optional<double> value = base::number_of<double>(text);
  if (!value || !(*value >= 0 && *value < 3600)) return std::nullopt;
  return base::Duration(static_cast<int64_t>(*value * 1e9));
}

// The value of NAME in NAME=value,OTHER="quoted, value"; without its quotes. [RFC 8216 4.2]
std::optional<std::string_view> attribute(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    size_t equals = list.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    std::string_view key = list.substr(0, equals);
    while (key.starts_with(' ')) key.remove_prefix(1);
    list.remove_prefix(equals + 1);
    bool quoted = list.starts_with('"');
    size_t end = list.find(quoted ? '"' : ',', quoted ? 1 : 0);
    std::string_view value =
        quoted ? list.substr(1, end == std::string_view::npos ? end : end - 1) : list.substr(0, end);
    if (key == name) return value;
    size_t comma = end == std::string_view::npos ? end : list.find(',', end);
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return std::nullopt;
}

// "0x" and up to 32 hexadecimal digits, a number of 128 bits.
std::optional<std::array<uint8_t, 16>> cipher_vector(std::string_view text) {
  std::array<uint8_t, 16> vector{};
  if (text.size() < 3 || text.size() > 2 + 2 * vector.size() || text[0] != '0' || (text[1] | 0x20) != 'x')
    return std::nullopt;
  size_t nibble = 2 * vector.size();
  for (size_t at = text.size(); at > 2; --at) {
    const int value = base::hex_digit(text[at - 1]);
    if (value < 0) return std::nullopt;
    --nibble;
    vector[nibble / 2] = static_cast<uint8_t>(vector[nibble / 2] | value << (nibble % 2 == 0 ? 4 : 0));
  }
  return vector;
}

std::string attribute_text(std::string_view list, std::string_view name) {
  return std::string(attribute(list, name).value_or(std::string_view()));
}

class Reader {
 public:
  Result<PulledPlaylist> run(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF"))
      text.remove_prefix(3);  // DEVIATION: some editors write a byte order mark
    if (!text.starts_with("#EXTM3U"))
      return Error{Code::kMalformed, "hls playlist: does not begin with #EXTM3U", {}};
    while (!text.empty()) {
      size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() > PulledPlaylist::kLineBytesMax) return Error{Code::kLimit, "hls playlist: line", {}};
      if (Status status = take_line(line); !status) return status.error();
    }
    if (!out_.multivariant && out_.target <= base::Duration::zero())
      return Error{Code::kMalformed, "hls playlist: no target duration", {}};
    return std::move(out_);
  }

 private:
  Status take_line(std::string_view line) {
    if (line.empty()) return {};
    if (line[0] != '#') return take_uri(line);
    size_t colon = line.find(':');
    std::string_view tag = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (tag == "#EXT-X-STREAM-INF" || tag == "#EXT-X-MEDIA") return take_variant(tag, value);
    if (tag == "#EXT-X-KEY") return take_key(value);
    if (tag == "#EXT-X-MAP") return take_map(value);
    if (tag == "#EXT-X-BYTERANGE") return Error{Code::kUnsupported, "hls playlist: byte ranges", {}};
    return take_media_tag(tag, value);
  }

  Status take_media_tag(std::string_view tag, std::string_view value) {
    if (tag == "#EXTINF") {
      auto duration = seconds(value.substr(0, value.find(',')));
      if (!duration) return Error{Code::kMalformed, "hls playlist: EXTINF", {}};
      next_.duration = *duration;
      described_ = true;
    } else if (tag == "#EXT-X-TARGETDURATION") {
      auto target = seconds(value);
      if (!target || *target == base::Duration::zero())
        return Error{Code::kMalformed, "hls playlist: target duration", {}};
      out_.target = *target;
    } else if (tag == "#EXT-X-MEDIA-SEQUENCE") {
      auto first = base::number_of<uint64_t>(value);
      if (!first || *first > UINT64_MAX / 2 || !out_.segments.empty())
        return Error{Code::kMalformed, "hls playlist: media sequence", {}};
      sequence_ = *first;
    } else if (tag == "#EXT-X-DISCONTINUITY") {
      next_.discontinuity = true;
    } else if (tag == "#EXT-X-GAP") {
      next_.gap = true;
    } else if (tag == "#EXT-X-PROGRAM-DATE-TIME") {
      next_.date = parse_date(value);
    } else if (tag == "#EXT-X-ENDLIST") {
      out_.ended = true;
    }
    return {};
  }

  Status take_variant(std::string_view tag, std::string_view value) {
    out_.multivariant = true;
    if (out_.variants.size() + out_.audio.size() >= PulledPlaylist::kVariantsMax)
      return Error{Code::kLimit, "hls playlist: variants", {}};
    if (tag == "#EXT-X-STREAM-INF") {
      described_ = true;
      variant_.bandwidth_bps =
          base::number_of<uint64_t>(attribute(value, "BANDWIDTH").value_or("")).value_or(0);
      variant_.audio_group = attribute_text(value, "AUDIO");
    } else if (attribute(value, "TYPE") == "AUDIO") {
      out_.audio.push_back({attribute_text(value, "GROUP-ID"), attribute_text(value, "URI"),
                            attribute(value, "DEFAULT") == "YES"});
    }
    return {};
  }

  // Of all segments that follow. [RFC 8216 4.3.2.4]
  Status take_key(std::string_view value) {
    key_.reset();
    std::string method = attribute_text(value, "METHOD");
    if (method == "NONE") return {};
    if (method != "AES-128" || attribute(value, "KEYFORMAT").value_or("identity") != "identity")
      return Error{Code::kUnsupported, "hls playlist: encrypted otherwise than by AES-128",
                   method.substr(0, 40)};
    PulledKey key;
    key.uri = attribute_text(value, "URI");
    if (key.uri.empty()) return Error{Code::kMalformed, "hls playlist: EXT-X-KEY without URI", {}};
    auto vector = attribute(value, "IV");
    if (vector) key.vector = cipher_vector(*vector);
    if (vector && !key.vector) return Error{Code::kMalformed, "hls playlist: IV", {}};
    key_ = std::make_shared<const PulledKey>(std::move(key));
    return {};
  }

  Status take_map(std::string_view value) {
    if (attribute(value, "BYTERANGE")) return Error{Code::kUnsupported, "hls playlist: byte ranges", {}};
    PulledMap map{attribute_text(value, "URI"), key_};
    if (map.uri.empty()) return Error{Code::kMalformed, "hls playlist: EXT-X-MAP without URI", {}};
    if (map.key && !map.key->vector)  // [RFC 8216 4.3.2.5]
      return Error{Code::kMalformed, "hls playlist: an encrypted EXT-X-MAP without IV", {}};
    map_ = std::make_shared<const PulledMap>(std::move(map));
    return {};
  }

  Status take_uri(std::string_view line) {
    if (!std::exchange(described_, false))
      return Error{Code::kMalformed, "hls playlist: an address that no tag describes", {}};
    if (out_.multivariant) {
      if (out_.variants.size() + out_.audio.size() >= PulledPlaylist::kVariantsMax)
        return Error{Code::kLimit, "hls playlist: variants", {}};
      variant_.uri = line;
      out_.variants.push_back(std::exchange(variant_, {}));
      return {};
    }
    if (out_.segments.size() >= PulledPlaylist::kSegmentsMax)
      return Error{Code::kLimit, "hls playlist: segments", {}};
    next_.uri = line;
    next_.sequence = sequence_++;
    next_.key = key_;
    next_.map = map_;
    // Dates go on from segment to segment. [RFC 8216 4.3.2.6]
    if (!next_.date && date_after_ && !next_.discontinuity) next_.date = date_after_;
    date_after_ = next_.date ? std::optional(*next_.date + next_.duration) : std::nullopt;
    out_.segments.push_back(std::exchange(next_, {}));
    return {};
  }

  PulledPlaylist out_;
  PulledVariant variant_;
  PulledSegment next_;
  bool described_ = false;  // by the tag before: the next address
  PulledKeyPtr key_;        // of all segments that follow
  std::shared_ptr<const PulledMap> map_;
  uint64_t sequence_ = 0;
  std::optional<base::WallTime> date_after_;
};

std::optional<int> digits(std::string_view& text, size_t count) {
  if (text.size() < count) return std::nullopt;
  auto value = base::number_of<unsigned>(text.substr(0, count));
  if (!value) return std::nullopt;
  text.remove_prefix(count);
  return static_cast<int>(*value);
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Of a second, up to nanoseconds; more digits are cut.
base::Duration fraction(std::string_view& text) {
  int64_t nanoseconds = 0;
  int64_t unit = 100'000'000;
  for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), unit /= 10)
    nanoseconds += unit * (text[0] - '0');
  return base::Duration(nanoseconds);
}

// "Z", "+09:00", "+0900".
std::optional<base::Duration> zone(std::string_view text) {
  if (text == "Z" || text == "z" || text.empty()) return base::Duration::zero();
  bool west = take(text, '-');
  if (!west && !take(text, '+')) return std::nullopt;
  auto hours = digits(text, 2);
  take(text, ':');
  auto minutes = digits(text, 2);
  if (!hours || !minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  base::Duration east = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -east : east;
}

}  // namespace

Result<PulledPlaylist> PulledPlaylist::parse(std::string_view text) {
  if (text.size() > kBytesMax) return Error{Code::kLimit, "hls playlist: bytes", std::to_string(text.size())};
  return Reader().run(text);
}

const PulledVariant* choose_variant(const PulledPlaylist& playlist, uint64_t bandwidth_max_bps) {
  const PulledVariant* best = nullptr;
  const PulledVariant* lowest = nullptr;
  for (const PulledVariant& each : playlist.variants) {
    bool fits = bandwidth_max_bps == 0 || each.bandwidth_bps <= bandwidth_max_bps;
    if (fits && (best == nullptr || each.bandwidth_bps > best->bandwidth_bps)) best = &each;
    if (lowest == nullptr || each.bandwidth_bps < lowest->bandwidth_bps) lowest = &each;
  }
  return best != nullptr ? best : lowest;
}

const PulledAudio* choose_audio(const PulledPlaylist& playlist, const PulledVariant& variant) {
  const PulledAudio* chosen = nullptr;
  for (const PulledAudio& each : playlist.audio) {
    if (variant.audio_group.empty() || each.group != variant.audio_group) continue;
    if (chosen == nullptr || (each.preferred && !chosen->preferred)) chosen = &each;
  }
  return chosen == nullptr || chosen->uri.empty() ? nullptr : chosen;
}

std::optional<base::WallTime> parse_date(std::string_view text) {
  auto year = digits(text, 4);
  bool dashed = take(text, '-');
  auto month = digits(text, 2);
  dashed = take(text, '-') && dashed;
  auto day = digits(text, 2);
  bool timed = take(text, 'T') || take(text, ' ');
  auto hour = digits(text, 2);
  timed = take(text, ':') && timed;
  auto minute = digits(text, 2);
  timed = take(text, ':') && timed;
  auto second = digits(text, 2);
  if (!year || !month || !day || !hour || !minute || !second || !dashed || !timed) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970 || *year > 2200 || *hour > 23 || *minute > 59 || *second > 60)
    return std::nullopt;
  base::Duration part = take(text, '.') ? fraction(text) : base::Duration::zero();
  auto east = zone(text);
  if (!east) return std::nullopt;
  return base::WallTime(std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                        std::chrono::minutes(*minute) + std::chrono::seconds(*second) + part - *east);
}

}  // namespace eyas::hls

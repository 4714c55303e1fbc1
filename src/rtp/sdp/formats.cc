// rtpmap, fmtp and rtcp-fb: what the payload types of a media section mean.
#include <algorithm>

#include "base/number.h"
#include "base/words.h"
#include "rtp/sdp/attributes.h"

namespace eyas::sdp {
namespace {

using base::read_number;

struct StaticFormat {
  uint8_t payload_type;
  const char* encoding;
  uint32_t clock_rate;
  uint8_t channels;
};
// [RFC 3551 6], without those that nobody sends any more.
constexpr StaticFormat kStaticFormats[] = {
    // 2 was G726-32 until it was taken back [RFC 3551 4.5.4]; old cameras have not heard of that.
    {0, "PCMU", 8000, 1},   {2, "G726-32", 8000, 1}, {3, "GSM", 8000, 1},    {8, "PCMA", 8000, 1},
    {9, "G722", 8000, 1},   {10, "L16", 44100, 2},   {11, "L16", 44100, 1},  {13, "CN", 8000, 1},
    {14, "MPA", 90000, 1},  {18, "G729", 8000, 1},   {26, "JPEG", 90000, 1}, {32, "MPV", 90000, 1},
    {33, "MP2T", 90000, 1}, {34, "H263", 90000, 1},
};

// What follows "<payload type> " in a value, if it is about that one; nullopt otherwise.
std::optional<std::string_view> about(uint8_t payload_type, std::string_view value, bool wildcard) {
  size_t blank = std::min(value.find_first_of(" \t"), value.size());
  std::string_view which = value.substr(0, blank);
  uint8_t number = 0;
  if (!(wildcard && which == "*") && !(read_number(which, number) && number == payload_type))
    return std::nullopt;
  return base::trimmed(value.substr(blank));
}

// "opus/48000/2". DEVIATION: cameras leave out the clock rate of video; it is 90 kHz for all there is.
bool read_rtpmap(std::string_view text, Format& format) {
  size_t first = std::min(text.find('/'), text.size());
  format.encoding = text.substr(0, first);
  text.remove_prefix(std::min(first + 1, text.size()));
  size_t second = std::min(text.find('/'), text.size());
  format.clock_rate = 90000;
  if (second != 0 && !read_number(text.substr(0, second), format.clock_rate)) return false;
  format.channels = 1;
  if (second < text.size() && !read_number(text.substr(second + 1), format.channels)) return false;
  return !format.encoding.empty() && format.clock_rate != 0 && format.channels != 0;
}

bool name_format(const Media& media, Format& format) {
  for (std::string_view value : media.attributes.all("rtpmap")) {
    if (auto rest = about(format.payload_type, value, false)) return read_rtpmap(*rest, format);
  }
  for (const StaticFormat& known : kStaticFormats) {
    if (known.payload_type != format.payload_type) continue;
    format.encoding = known.encoding;
    format.clock_rate = known.clock_rate;
    format.channels = known.channels;
    return true;
  }
  return false;
}

void describe(const Media& media, Format& format) {
  for (std::string_view value : media.attributes.all("fmtp")) {
    if (auto rest = about(format.payload_type, value, false)) {
      format.parameters.merge(parse_format_parameters(*rest));
    }
  }
  for (std::string_view value : media.attributes.all("rtcp-fb")) {
    if (auto rest = about(format.payload_type, value, true); rest && !rest->empty())
      format.feedback.emplace_back(*rest);
  }
}

}  // namespace

FormatParameters parse_format_parameters(std::string_view text) {
  FormatParameters parameters;
  while (!text.empty()) {
    size_t end = std::min(text.find(';'), text.size());
    std::string_view pair = base::trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    size_t equals = std::min(pair.find('='), pair.size());
    std::string name = base::lowered(base::trimmed(pair.substr(0, equals)));
    if (name.empty()) continue;
    parameters.emplace(std::move(name), base::trimmed(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return parameters;
}

std::string text_of(const FormatParameters& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += ';';
    out += name;
    if (!value.empty()) out += '=' + value;
  }
  return out;
}

std::vector<Format> formats_of(const Media& media) {
  std::vector<Format> formats;
  for (const std::string& text : media.formats) {
    Format format;
    if (!read_number(std::string_view(text), format.payload_type) || format.payload_type > 127) continue;
    bool twice = std::any_of(formats.begin(), formats.end(),
                             [&](const Format& f) { return f.payload_type == format.payload_type; });
    if (twice || !name_format(media, format)) continue;
    describe(media, format);
    formats.push_back(std::move(format));
  }
  return formats;
}

}  // namespace eyas::sdp

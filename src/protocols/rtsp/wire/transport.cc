#include "protocols/rtsp/wire/transport.h"

#include <algorithm>

#include "base/number.h"
#include "base/words.h"
#include "protocols/rtsp/wire/message.h"

namespace eyas::rtsp {
namespace {

// "4588-4589". DEVIATION: of a number alone the second is the next one.
std::optional<NumberPair> pair_of(std::string_view text, uint16_t most) {
  size_t dash = std::min(text.find('-'), text.size());
  auto first = base::number_of<uint16_t>(base::trimmed(text.substr(0, dash)));
  if (!first || *first > most) return std::nullopt;
  if (dash == text.size()) return NumberPair{*first, static_cast<uint16_t>(std::min<int>(*first + 1, most))};
  auto second = base::number_of<uint16_t>(base::trimmed(text.substr(dash + 1)));
  if (!second || *second > most) return std::nullopt;
  return NumberPair{*first, *second};
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

// Up to the separator, which goes too; not inside quotes.
std::string_view take_part(std::string_view& text, char separator) {
  bool quoted = false;
  size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) quoted ^= text[end] == '"';
  std::string_view part = base::trimmed(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// "RTP/AVP", "RTP/AVP/UDP", "RTP/SAVP/TCP".
bool read_spec(std::string_view text, Transport& transport) {
  std::string spec = capitals(text);
  size_t last = spec.rfind('/');
  if (!spec.starts_with("RTP/")) return false;
  if (spec.ends_with("/TCP") || spec.ends_with("/UDP")) {
    transport.lower = spec.ends_with("/TCP") ? Transport::Lower::kTcp : Transport::Lower::kUdp;
    spec.resize(last);
  }
  transport.profile = spec;
  return spec.find('/', 4) == std::string::npos && spec.size() > 4;
}

void read_parameter(std::string_view name, std::string_view value, Transport& transport) {
  constexpr uint16_t kPortMax = 0xFFFF;
  constexpr uint16_t kChannelMax = 0xFF;
  auto is = [&](std::string_view word) { return base::same_word(name, word); };
  if (is("multicast")) transport.multicast = true;
  if (is("destination")) transport.destination = value;
  if (is("source")) transport.source = value;
  if (is("interleaved")) transport.interleaved = pair_of(value, kChannelMax);
  if (is("client_port")) transport.client_port = pair_of(value, kPortMax);
  if (is("server_port")) transport.server_port = pair_of(value, kPortMax);
  if (is("port")) transport.port = pair_of(value, kPortMax);
  if (is("ttl")) transport.ttl = base::number_of<unsigned>(value);
  if (is("ssrc")) transport.ssrc = base::number_of<uint32_t>(value, 16);
  if (is("mode")) transport.mode = capitals(unquoted(value));
}

void put(std::string& out, const char* name, const std::optional<NumberPair>& pair) {
  if (!pair) return;
  out += std::string(";") + name + '=' + std::to_string(pair->first) + '-' + std::to_string(pair->second);
}

std::string hex8(uint32_t value) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (int shift = 28; shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
  return out;
}

}  // namespace

std::string Transport::text() const {
  std::string out = profile + (lower == Lower::kTcp ? "/TCP" : "") + (multicast ? ";multicast" : ";unicast");
  if (!destination.empty()) out += ";destination=" + destination;
  if (!source.empty()) out += ";source=" + source;
  put(out, "interleaved", interleaved);
  put(out, "client_port", client_port);
  put(out, "server_port", server_port);
  put(out, "port", port);
  if (ttl) out += ";ttl=" + std::to_string(*ttl);
  if (ssrc) out += ";ssrc=" + hex8(*ssrc);
  if (!mode.empty()) out += ";mode=" + mode;
  return out;
}

std::vector<Transport> parse_transports(std::string_view value) {
  std::vector<Transport> transports;
  while (!value.empty() && transports.size() < kTransportsMax) {
    std::string_view alternative = take_part(value, ',');
    Transport transport;
    if (!read_spec(take_part(alternative, ';'), transport)) continue;
    while (!alternative.empty()) {
      std::string_view parameter = take_part(alternative, ';');
      size_t equals = std::min(parameter.find('='), parameter.size());
      std::string_view given = parameter.substr(std::min(equals + 1, parameter.size()));
      read_parameter(base::trimmed(parameter.substr(0, equals)), base::trimmed(given), transport);
    }
    transports.push_back(std::move(transport));
  }
  return transports;
}

}  // namespace eyas::rtsp

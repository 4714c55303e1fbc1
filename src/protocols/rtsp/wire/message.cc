#include "protocols/rtsp/wire/message.h"

#include <algorithm>

#include "base/number.h"
#include "base/words.h"

namespace eyas::rtsp {
namespace {

void put(std::string& out, std::string_view part) {
  for (char c : part) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

std::string text_of(Version version) {
  return "RTSP/" + std::to_string(version.major) + '.' + std::to_string(version.minor);
}

void put_rest(std::string& out, const HeaderList& headers, const std::string& body) {
  out += "\r\n";
  for (const Header& header : headers) {
    if (base::same_word(header.name, "Content-Length")) continue;
    put(out, header.name);
    out += ": ";
    put(out, header.value);
    out += "\r\n";
  }
  if (!body.empty()) out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  out += "\r\n" + body;
}

}  // namespace

void HeaderList::add(std::string name, std::string value) {
  list_.push_back({std::move(name), std::move(value)});
}

void HeaderList::set(std::string name, std::string value) {
  remove(name);
  add(std::move(name), std::move(value));
}

void HeaderList::remove(std::string_view name) {
  std::erase_if(list_, [&](const Header& header) { return base::same_word(header.name, name); });
}

std::optional<std::string_view> HeaderList::first(std::string_view name) const {
  auto found = std::find_if(list_.begin(), list_.end(),
                            [&](const Header& header) { return base::same_word(header.name, name); });
  if (found == list_.end()) return std::nullopt;
  return found->value;
}

std::vector<std::string_view> HeaderList::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : list_) {
    if (base::same_word(header.name, name)) values.push_back(header.value);
  }
  return values;
}

std::optional<uint32_t> sequence_of(const HeaderList& headers) {
  auto text = headers.first("CSeq");
  if (!text) return std::nullopt;
  return base::number_of<uint32_t>(base::trimmed(*text));
}

std::string text_of(const Request& request) {
  std::string out;
  put(out, request.method);
  out += ' ';
  put(out, request.uri);
  out += ' ' + text_of(request.version);
  put_rest(out, request.headers, request.body);
  return out;
}

std::string text_of(const Response& response) {
  std::string out = text_of(response.version) + ' ' + std::to_string(response.status) + ' ';
  put(out, response.reason.empty() ? reason_of(response.status) : response.reason);
  put_rest(out, response.headers, response.body);
  return out;
}

// [RFC 2326 7.1.1], and what [RFC 7826 17] calls the same numbers where it is clearer.
const char* reason_of(unsigned status) {
  struct Row {
    unsigned status;
    const char* reason;
  };
  static constexpr Row kRows[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Moved Temporarily"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Time-out"},
      {413, "Request Entity Too Large"},
      {414, "Request-URI Too Large"},
      {415, "Unsupported Media Type"},
      {451, "Parameter Not Understood"},
      {453, "Not Enough Bandwidth"},
      {454, "Session Not Found"},
      {455, "Method Not Valid in This State"},
      {457, "Invalid Range"},
      {459, "Aggregate operation not allowed"},
      {460, "Only aggregate operation allowed"},
      {461, "Unsupported Transport"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "RTSP Version not supported"},
      {551, "Option not supported"},
  };
  for (const Row& row : kRows) {
    if (row.status == status) return row.reason;
  }
  return "Unknown";
}

void append_interleaved(std::vector<uint8_t>& out, uint8_t channel, base::Bytes packet) {
  size_t size = std::min(packet.size(), kInterleavedBytesMax);
  const uint8_t header[kInterleavedHeaderBytes] = {kInterleavedMark, channel, static_cast<uint8_t>(size >> 8),
                                                   static_cast<uint8_t>(size)};
  out.insert(out.end(), header, header + sizeof header);
  out.insert(out.end(), packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace eyas::rtsp

#include "rtp/sdp/attributes.h"

#include <algorithm>

#include "base/number.h"
#include "base/words.h"

namespace eyas::sdp {
namespace {

using base::Code;
using base::Error;
using base::read_number;

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
// The text up to `mark`, which is taken off with it.
std::string_view cut(std::string_view& text, char mark) {
  size_t end = std::min(text.find(mark), text.size());
  std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

// "a;b,c;~d" -> a, b, d: the first of each stream's alternatives [RFC 8853 5.1].
std::vector<std::string> read_layers(std::string_view list) {
  std::vector<std::string> layers;
  while (!list.empty()) {
    std::string_view stream = cut(list, ';');
    std::string_view layer = cut(stream, ',');
    if (layer.starts_with('~')) layer.remove_prefix(1);
    if (!layer.empty()) layers.emplace_back(layer);
  }
  return layers;
}

}  // namespace

std::vector<std::string_view> words_of(std::string_view text, size_t count_max) {
  std::vector<std::string_view> words;
  while (words.size() < count_max) {
    size_t begin = text.find_first_not_of(" \t");
    if (begin == text.npos) break;
    size_t end = std::min(text.find_first_of(" \t", begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
  return words;
}

std::vector<ExtensionMap> extensions_of(const Media& media) {
  std::vector<ExtensionMap> extensions;
  for (std::string_view value : media.attributes.all("extmap")) {
    std::vector<std::string_view> words = words_of(value, 2);
    if (words.size() < 2) continue;
    ExtensionMap extension;
    std::string_view id = cut(words[0], '/');
    if (!read_number(id, extension.id)) continue;
    extension.direction = words[0];
    extension.uri = words[1];
    extensions.push_back(std::move(extension));
  }
  return extensions;
}

std::string Candidate::text() const {
  std::string out = foundation + ' ' + std::to_string(component) + ' ' + transport + ' ' +
                    std::to_string(priority) + ' ' + address + ' ' + std::to_string(port) + " typ " + type;
  if (!tcp_type.empty()) out += " tcptype " + tcp_type;
  for (const auto& [name, value] : extensions) out += ' ' + name + ' ' + value;
  return out;
}

base::Result<Candidate> parse_candidate(std::string_view text) {
  const Error malformed{Code::kMalformed, "sdp: candidate", {}};
  if (text.starts_with("a=")) text.remove_prefix(2);
  if (text.starts_with("candidate:")) text.remove_prefix(10);
  std::vector<std::string_view> words = words_of(text);
  if (words.size() < 8 || words[6] != "typ") return malformed;
  Candidate candidate;
  candidate.foundation = words[0];
  candidate.transport = base::lowered(words[2]);
  candidate.address = words[4];
  candidate.type = words[7];
  if (!read_number(words[1], candidate.component) || !read_number(words[3], candidate.priority) ||
      !read_number(words[5], candidate.port))
    return malformed;
  for (size_t i = 8; i + 1 < words.size(); i += 2) {
    if (words[i] == "tcptype")
      candidate.tcp_type = words[i + 1];
    else
      candidate.extensions.emplace_back(words[i], words[i + 1]);
  }
  return candidate;
}

std::vector<Rid> rids_of(const Media& media) {
  std::vector<Rid> rids;
  for (std::string_view value : media.attributes.all("rid")) {
    std::vector<std::string_view> words = words_of(value, 3);
    if (words.size() < 2) continue;
    Rid rid{std::string(words[0]), std::string(words[1]), {}};
    if (words.size() == 3) rid.parameters = words[2];
    rids.push_back(std::move(rid));
  }
  return rids;
}

Simulcast simulcast_of(const Media& media) {
  Simulcast simulcast;
  std::vector<std::string_view> words = words_of(media.attributes.first("simulcast").value_or(""), 4);
  for (size_t i = 0; i + 1 < words.size(); i += 2) {
    if (words[i] == "send") simulcast.send = read_layers(words[i + 1]);
    if (words[i] == "recv") simulcast.receive = read_layers(words[i + 1]);
  }
  return simulcast;
}

std::vector<Fingerprint> fingerprints_of(const Description& description, const Media& media) {
  bool own = media.attributes.has("fingerprint");
  std::vector<Fingerprint> fingerprints;
  for (std::string_view value : (own ? media.attributes : description.attributes).all("fingerprint")) {
    std::vector<std::string_view> words = words_of(value, 2);
    if (words.size() < 2) continue;
    Fingerprint fingerprint{base::lowered(words[0]), std::string(words[1])};
    std::transform(fingerprint.value.begin(), fingerprint.value.end(), fingerprint.value.begin(), upper);
    fingerprints.push_back(std::move(fingerprint));
  }
  return fingerprints;
}

std::vector<std::string> group_of(const Description& description, std::string_view semantics) {
  for (std::string_view value : description.attributes.all("group")) {
    std::vector<std::string_view> words = words_of(value, 256);
    if (!words.empty() && base::same_word(words[0], semantics)) return {words.begin() + 1, words.end()};
  }
  return {};
}

Direction direction_of(const Description& description, const Media& media) {
  for (const AttributeList* attributes : {&media.attributes, &description.attributes}) {
    for (Direction direction :
         {Direction::kSendReceive, Direction::kSend, Direction::kReceive, Direction::kInactive}) {
      if (attributes->has(direction_name(direction))) return direction;
    }
  }
  return Direction::kSendReceive;
}

const char* direction_name(Direction direction) {
  switch (direction) {
    case Direction::kSendReceive:
      return "sendrecv";
    case Direction::kSend:
      return "sendonly";
    case Direction::kReceive:
      return "recvonly";
    case Direction::kInactive:
      break;
  }
  return "inactive";
}

}  // namespace eyas::sdp

#include "rtp/sdp/sdp.h"

#include <algorithm>

namespace eyas::sdp {
namespace {

// A break inside a value would be a line of its own to the reader.
void put(std::string& out, std::string_view part) {
  for (char c : part) out.push_back(c == '\r' || c == '\n' || c == '\0' ? ' ' : c);
}

void put_line(std::string& out, char type, std::string_view value) {
  out += {type, '='};
  put(out, value);
  out += "\r\n";
}

void put_lines(std::string& out, const std::vector<Line>& lines, std::string_view types) {
  for (char type : types) {
    for (const Line& line : lines) {
      if (line.type == type) put_line(out, type, line.value);
    }
  }
}

void put_attributes(std::string& out, const AttributeList& attributes) {
  for (const Attribute& attribute : attributes) {
    out += "a=";
    put(out, attribute.name);
    if (!attribute.value.empty()) {
      out += ':';
      put(out, attribute.value);
    }
    out += "\r\n";
  }
}

// Times and what belongs to them stay in their order: r= follows the t= that it repeats. A session that names
// none is permanent [RFC 8866 5.9].
void put_times(std::string& out, const std::vector<Line>& lines) {
  bool any = false;
  for (const Line& line : lines) {
    if (line.type != 't' && line.type != 'r') continue;
    if (!any && line.type == 'r') put_line(out, 't', "0 0");
    any = true;
    put_line(out, line.type, line.value);
  }
  if (!any) put_line(out, 't', "0 0");
}

void put_media(std::string& out, const Media& media) {
  std::string value = media.kind + ' ' + std::to_string(media.port);
  if (media.port_count != 1) value += '/' + std::to_string(media.port_count);
  value += ' ' + media.protocol;
  for (const std::string& format : media.formats) value += ' ' + format;
  put_line(out, 'm', value);
  put_lines(out, media.lines, "i");
  if (!media.connection.empty()) put_line(out, 'c', media.connection);
  put_lines(out, media.lines, "bk");
  put_attributes(out, media.attributes);
}

}  // namespace

void AttributeList::add(std::string name, std::string value) {
  list_.push_back({std::move(name), std::move(value)});
}

bool AttributeList::has(std::string_view name) const {
  return first(name).has_value();
}

std::optional<std::string_view> AttributeList::first(std::string_view name) const {
  auto found = std::find_if(list_.begin(), list_.end(), [&](const Attribute& a) { return a.name == name; });
  if (found == list_.end()) return std::nullopt;
  return found->value;
}

std::vector<std::string_view> AttributeList::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Attribute& attribute : list_) {
    if (attribute.name == name) values.push_back(attribute.value);
  }
  return values;
}

std::optional<std::string_view> Description::inherited(const Media& media, std::string_view attribute) const {
  auto own = media.attributes.first(attribute);
  return own ? own : attributes.first(attribute);
}

std::string Description::text() const {
  std::string out;
  put_line(out, 'v', "0");
  put_line(out, 'o',
           origin.user + ' ' + origin.session_id + ' ' + origin.session_version + ' ' + origin.network);
  put_line(out, 's', name.empty() ? "-" : name);
  put_lines(out, lines, "iuep");
  if (!connection.empty()) put_line(out, 'c', connection);
  put_lines(out, lines, "b");
  put_times(out, lines);
  put_lines(out, lines, "zk");
  put_attributes(out, attributes);
  for (const Media& section : media) put_media(out, section);
  return out;
}

}  // namespace eyas::sdp

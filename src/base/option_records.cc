// The part of OptionSchema that is about records and free keys.
#include <algorithm>

#include "base/option_schema.h"

namespace eyas::base {
namespace {

// The leaves of a record as YAML entries; those below one key stand together, as they came.
std::vector<std::string> entries_of(const RecordText& record, bool flow, const std::string& indent) {
  std::vector<std::string> entries;
  std::string open;  // the key whose map is being written
  for (const auto& [key, value] : record) {
    size_t dot = key.find('.');
    std::string room = dot == std::string::npos ? std::string() : key.substr(0, dot);
    if (room.empty()) {
      entries.push_back(key + ": " + yaml_scalar(value));
    } else {
      std::string leaf = yaml_scalar(key.substr(dot + 1)) + ": " + yaml_scalar(value);
      if (room != open)
        entries.push_back(room + ":" + (flow ? " {" + leaf + "}" : "\n" + indent + leaf));
      else if (flow)
        entries.back().insert(entries.back().size() - 1, ", " + leaf);
      else
        entries.back() += "\n" + indent + leaf;
    }
    open = room;
  }
  return entries;
}

}  // namespace

std::string yaml_scalar(const std::string& value) {
  bool plain = !value.empty() && std::ranges::all_of(value, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '/' || c == '-';
  });
  if (plain) return value;
  static constexpr char kHex[] = "0123456789abcdef";
  std::string quoted = "\"";
  for (char c : value) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      quoted += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string yaml_flow(const std::vector<RecordText>& records) {
  std::string text;
  for (const RecordText& record : records) {
    std::string inner;
    for (const std::string& entry : entries_of(record, true, {}))
      inner += (inner.empty() ? "" : ", ") + entry;
    text += (text.empty() ? "{" : ", {") + inner + "}";
  }
  return "[" + text + "]";
}

std::string yaml_block(const std::vector<RecordText>& records) {
  if (records.empty()) return " []\n";
  std::string text = "\n";
  for (const RecordText& record : records) {
    bool first = true;
    for (const std::string& entry : entries_of(record, false, "        ")) {
      text += (first ? "    - " : "      ") + entry + "\n";
      first = false;
    }
    if (record.empty()) text += "    - {}\n";
  }
  return text;
}

Option& OptionSchema::map(std::string key, std::map<std::string, std::string>& field,
                          std::string description) {
  Option option;
  option.key = std::move(key);
  option.description = std::move(description);
  option.allowed = "keys, each with a text";
  option.set = [](std::string_view text) { return text.empty(); };
  option.get = [] { return std::string(); };
  option.set_below = [&field](std::string_view below, std::string_view value) {
    if (value.empty())
      field.erase(std::string(below));
    else
      field[std::string(below)] = value;
  };
  option.get_below = [&field] { return field; };
  return add(std::move(option));
}

Option& OptionSchema::record_list(std::string key, std::string description, RecordList list) {
  Option option;
  option.key = std::move(key);
  option.description = std::move(description);
  option.allowed = "a list of records, each with the keys below";
  option.set = [](std::string_view) { return false; };
  option.get = [get = list.get] { return yaml_flow(get()); };
  option.records = std::move(list);
  return add(std::move(option));
}

void OptionSchema::take(const std::string& place, const RecordText& text,
                        std::vector<std::string>& findings) {
  const std::string prefix = place.empty() ? "" : place + ".";
  for (const auto& [key, value] : text) {
    Status status = set(key, value);
    if (status.ok()) continue;
    findings.push_back(std::string(status.error().context) + ": " + prefix + status.error().detail);
  }
}

RecordText OptionSchema::differing_from(const OptionSchema& defaults) const {
  RecordText text;
  for (const Option& option : options_) {
    if (option.is_map()) {
      for (const auto& [key, value] : option.get_below()) text.emplace_back(option.key + "." + key, value);
      continue;
    }
    const Option* plain = defaults.find(option.key);
    std::string value = option.get();
    if (plain == nullptr || plain->get() != value) text.emplace_back(option.key, std::move(value));
  }
  return text;
}

std::string OptionSchema::fields() const {
  std::string lines;
  for (const Option& option : options_) {
    lines += "  #   " + option.key + ": " + option.description + " Allowed: " + option.allowed + ".";
    std::string initial = option.get();
    if (!initial.empty()) lines += " Default: " + initial + ".";
    lines += "\n";
  }
  return lines;
}

}  // namespace eyas::base

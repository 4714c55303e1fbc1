#include "base/option_schema.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/number.h"
#include "base/words.h"

namespace eyas::base {
namespace {

// Levenshtein's distance, in one row.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    size_t comma = std::min(text.find(','), text.size());
    std::string_view word = trimmed(text.substr(0, comma));
    if (!word.empty()) words.emplace_back(word);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return words;
}

// HOST:PORT in shape; whether the host is an address of this machine shows when it is opened.
bool looks_like_address(std::string_view text) {
  if (text.empty()) return true;
  size_t colon = text.rfind(':');
  int64_t port = 0;
  return colon != std::string_view::npos && read_number(text.substr(colon + 1), port) && port >= 0 &&
         port <= 65535;
}

}  // namespace

Option& OptionSchema::add(Option option) {
  option.initial = option.get();
  options_.push_back(std::move(option));
  return options_.back();
}

Option& OptionSchema::text(std::string key, std::string& field, std::string description) {
  return add({std::move(key),
              std::move(description),
              "text",
              {},
              false,
              [&field](std::string_view v) { return field = v, true; },
              [&field] { return field; }});
}

Option& OptionSchema::address(std::string key, std::string& field, std::string description) {
  return add(
      {std::move(key),
       std::move(description),
       "HOST:PORT with a numeric host, e.g. 127.0.0.1:8080, [::1]:8080, 0.0.0.0:8080; empty turns it off",
       {},
       false,
       [&field](std::string_view v) { return looks_like_address(v) && (field = v, true); },
       [&field] { return field; }});
}

Option& OptionSchema::truth(std::string key, bool& field, std::string description) {
  return add({std::move(key),
              std::move(description),
              "true or false",
              {},
              false,
              [&field](std::string_view v) {
                if (v != "true" && v != "false") return false;
                field = v == "true";
                return true;
              },
              [&field] { return std::string(field ? "true" : "false"); }});
}

Option& OptionSchema::choice(std::string key, std::string& field, std::vector<std::string> words,
                             std::string description) {
  std::string allowed = "one of: " + joined(words, ", ");
  return add({std::move(key),
              std::move(description),
              std::move(allowed),
              {},
              false,
              [&field, words = std::move(words)](std::string_view v) {
                if (std::ranges::find(words, v) == words.end()) return false;
                field = v;
                return true;
              },
              [&field] { return field; }});
}

Option& OptionSchema::indexed(std::string key, std::vector<std::string> words, std::string description,
                              std::function<void(size_t)> put, std::function<size_t()> get) {
  std::string allowed = "one of: " + joined(words, ", ");
  return add({std::move(key),
              std::move(description),
              std::move(allowed),
              {},
              false,
              [put = std::move(put), words](std::string_view v) {
                auto it = std::ranges::find(words, v);
                if (it == words.end()) return false;
                put(static_cast<size_t>(it - words.begin()));
                return true;
              },
              [get = std::move(get), words] { return words[get()]; }});
}

Option& OptionSchema::milliseconds(std::string key, Duration& field, int64_t least, int64_t most,
                                   std::string description) {
  return integer(
      std::move(key), least, most, std::move(description),
      [&field](int64_t v) { field = std::chrono::milliseconds(v); }, [&field] { return to_ms(field); });
}

Option& OptionSchema::list(std::string key, std::vector<std::string>& field, std::string description) {
  return add({std::move(key),
              std::move(description),
              "words separated by commas; may be empty",
              {},
              false,
              [&field](std::string_view v) { return field = split(v), true; },
              [&field] { return joined(field, ","); }});
}

Option& OptionSchema::integer(std::string key, int64_t least, int64_t most, std::string description,
                              std::function<void(int64_t)> put, std::function<int64_t()> get) {
  return add({std::move(key),
              std::move(description),
              "a whole number from " + std::to_string(least) + " to " + std::to_string(most),
              {},
              false,
              [put = std::move(put), least, most](std::string_view v) {
                int64_t value = 0;
                if (!read_number(v, value) || value < least || value > most) return false;
                put(value);
                return true;
              },
              [get = std::move(get)] { return std::to_string(get()); }});
}

Status OptionSchema::set(std::string_view key, std::string_view value) {
  const Option* option = find(key);
  if (option == nullptr) {
    for (const Option& map : options_) {
      if (!map.is_map() || !key.starts_with(map.key + ".")) continue;
      map.set_below(key.substr(map.key.size() + 1), value);
      return {};
    }
    return Error{Code::kNotFound, "unknown key", std::string(key) + "; did you mean " + nearest(key) + "?"};
  }
  if (!option->set(value)) {
    return Error{Code::kInvalidConfig, "value not allowed",
                 std::string(key) + ": \"" + std::string(value) + "\"; allowed: " + option->allowed};
  }
  return {};
}

const Option* OptionSchema::find(std::string_view key) const {
  auto it = std::ranges::find(options_, key, &Option::key);
  return it == options_.end() ? nullptr : &*it;
}

std::string OptionSchema::nearest(std::string_view key) const {
  auto it =
      std::ranges::min_element(options_, {}, [&](const Option& option) { return distance(key, option.key); });
  if (it == options_.end()) return {};
  auto map = std::ranges::find_if(options_, &Option::is_map);
  return it->key + (map == options_.end() ? "" : " or " + map->key + "." + std::string(key));
}

std::string OptionSchema::yaml() const {
  // A key may stand only once in a map: options of one room come together, rooms in the order of their first.
  std::vector<std::string> rooms;
  std::map<std::string, std::string> texts;
  for (const Option& option : options_) {
    size_t dot = option.key.find('.');
    std::string room = option.key.substr(0, dot);
    std::string& text = texts[room];
    if (text.empty()) rooms.push_back(room);
    text += "  # " + option.description + "\n";
    text += "  # Allowed: " + option.allowed + "." + (option.reloadable ? " Reloaded by SIGHUP." : "") + "\n";
    text += option.records.fields;
    text += "  " + option.key.substr(dot + 1) + ":";
    text += option.is_records() ? yaml_block(option.records.get()) : " " + yaml_scalar(option.get()) + "\n";
  }
  std::string all;
  for (const std::string& room : rooms) all += (all.empty() ? "" : "\n") + room + ":\n" + texts[room];
  return all;
}

}  // namespace eyas::base

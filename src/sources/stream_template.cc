#include "sources/stream_template.h"

#include <algorithm>
#include <vector>

namespace eyas::sources {
namespace {

using base::Code;
using base::Error;

bool word_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// What stands for {word} while the pattern itself is parsed: good anywhere in an address, and in none by
// chance.
std::string mark_of(const std::string& word) {
  std::string mark = "eyas0mark0";
  for (char c : word) {
    mark += static_cast<char>('a' + (static_cast<unsigned char>(c) >> 4));
    mark += static_cast<char>('a' + (static_cast<unsigned char>(c) & 15));
  }
  return mark + "0";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Error url_error(const char* what, std::string_view word) {
  return {Code::kInvalidConfig, what, "{" + std::string(word) + "}"};
}

// The words in an address's braces. Errors: a brace that does not close, or holds what is no word.
base::Result<std::vector<std::string>> words_of(std::string_view url) {
  std::vector<std::string> words;
  for (size_t open = url.find('{'); open != std::string_view::npos; open = url.find('{', open + 1)) {
    size_t close = url.find('}', open);
    std::string_view word = url.substr(open + 1, close == std::string_view::npos ? 0 : close - open - 1);
    if (!StreamTemplate::allowed_value(word))
      return url_error("url: want {word} of letters and digits", word);
    words.emplace_back(word);
  }
  return words;
}

// Braces belong into one label of a host that says more than that, into the path and the query.
base::Status check_places(const base::Url& pattern, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    std::string mark = mark_of(word);
    for (const std::string* part : {&pattern.scheme, &pattern.user, &pattern.password}) {
      if (part->find(mark) != std::string::npos)
        return url_error("url: no braces in its scheme, user or password", word);
    }
    bool in_host = lower(pattern.host).find(mark) != std::string::npos;
    if (in_host && pattern.host.find('.') == std::string::npos)
      return url_error("url: a host that a viewer names whole", word);
  }
  return {};
}

base::Result<base::Url> parse_pattern(std::string_view url) {
  auto words = words_of(url);
  if (!words) return words.error();
  std::string marked(url);
  for (const std::string& word : *words) marked = replaced(marked, "{" + word + "}", mark_of(word));
  auto pattern = base::Url::parse(marked);
  if (!pattern) return Error{Code::kInvalidConfig, "url", pattern.error().context};
  if (base::Status status = check_places(*pattern, *words); !status) return status.error();
  return pattern;
}

base::Result<base::Url> filled(std::string_view url, base::Url expected,
                               const StreamTemplate::Values& values) {
  std::string text(url);
  for (const auto& [word, value] : values) {
    if (!StreamTemplate::allowed_value(value))
      return Error{Code::kMalformed, "template: want 1 to 64 of letters, digits, '-', '_'", "{" + word + "}"};
    text = replaced(text, "{" + word + "}", value);
    std::string mark = mark_of(word);
    expected.host = replaced(lower(expected.host), mark, value);
    expected.path = replaced(expected.path, mark, value);
    expected.query = replaced(expected.query, mark, value);
  }
  auto made = base::Url::parse(text);
  if (!made) return made.error();
  base::Url same = *made;
  same.host = lower(same.host);
  expected.host = lower(expected.host);
  if (same != expected)
    return Error{Code::kMalformed, "template: the value changes more than its place in the address", {}};
  return made;
}

}  // namespace

bool StreamTemplate::allowed_value(std::string_view value) {
  return !value.empty() && value.size() <= kValueBytesMax && std::ranges::all_of(value, word_letter);
}

base::Result<StreamTemplate::Part> StreamTemplate::parse_part(std::string_view text) {
  size_t open = text.find('{');
  if (open == std::string_view::npos) return Part{std::string(text), {}, {}};
  size_t close = text.find('}', open);
  if (close == std::string_view::npos || text.find('{', open + 1) != std::string_view::npos)
    return Error{Code::kInvalidConfig, "name: want at most one {word} on each side of '/'", {}};
  Part part{std::string(text.substr(0, open)), std::string(text.substr(open + 1, close - open - 1)),
            std::string(text.substr(close + 1))};
  if (!allowed_value(part.word))
    return Error{Code::kInvalidConfig, "name: want {word} of letters and digits", "{" + part.word + "}"};
  return part;
}

base::Result<StreamTemplate> StreamTemplate::make(std::string_view name, std::string_view url) {
  StreamTemplate made;
  size_t slash = std::min(name.find('/'), name.size());
  auto app = parse_part(name.substr(0, slash));
  auto rest = parse_part(name.substr(std::min(slash + 1, name.size())));
  if (!app) return app.error();
  if (!rest) return rest.error();
  made.app_ = std::move(*app);
  made.name_ = std::move(*rest);
  // With something in its braces it must be a stream's name.
  auto example = [](const Part& part) { return part.prefix + (part.word.empty() ? "" : "x") + part.suffix; };
  auto parsed = hub::StreamName::parse(example(made.app_), example(made.name_));
  if (!parsed) return Error{Code::kInvalidConfig, "name", parsed.error().context};
  if (!made.app_.word.empty() && made.app_.word == made.name_.word)
    return Error{Code::kInvalidConfig, "name: the same word twice", "{" + made.app_.word + "}"};

  auto words = words_of(url);
  if (!words) return words.error();
  for (const std::string& word : *words) {
    if (word != made.app_.word && word != made.name_.word)
      return url_error("url: the name has no such word", word);
  }
  auto pattern = parse_pattern(url);
  if (!pattern) return pattern.error();
  made.url_ = url;
  made.pattern_ = std::move(*pattern);
  return made;
}

std::optional<std::string> StreamTemplate::match_part(const Part& part, std::string_view text) {
  if (part.word.empty()) {
    if (text != part.prefix) return std::nullopt;
    return std::string();
  }
  if (text.size() <= part.prefix.size() + part.suffix.size() || !text.starts_with(part.prefix) ||
      !text.ends_with(part.suffix))
    return std::nullopt;
  text.remove_prefix(part.prefix.size());
  text.remove_suffix(part.suffix.size());
  if (!allowed_value(text)) return std::nullopt;
  return std::string(text);
}

std::optional<StreamTemplate::Values> StreamTemplate::match(const hub::StreamName& name) const {
  std::string_view text = name.text();
  size_t slash = text.find('/');
  auto app = match_part(app_, text.substr(0, slash));
  auto rest = match_part(name_, text.substr(slash + 1));
  if (!app || !rest) return std::nullopt;
  Values values;
  if (!app_.word.empty()) values[app_.word] = std::move(*app);
  if (!name_.word.empty()) values[name_.word] = std::move(*rest);
  return values;
}

base::Result<base::Url> StreamTemplate::fill(const Values& values) const {
  return filled(url_, pattern_, values);
}

base::Result<base::Url> StreamTemplate::example() const {
  Values values;
  for (const Part* part : {&app_, &name_}) {
    if (!part->word.empty()) values[part->word] = "0";
  }
  return fill(values);
}

base::Result<base::Url> fill_url(std::string_view url, const StreamTemplate::Values& values) {
  auto words = words_of(url);
  if (!words) return words.error();
  for (const std::string& word : *words) {
    if (!values.contains(word)) return url_error("url: no such word here", word);
  }
  auto pattern = parse_pattern(url);
  if (!pattern) return pattern.error();
  return filled(url, std::move(*pattern), values);
}

std::string shown_url(std::string_view url, Mask mask) {
  auto words = words_of(url);
  auto pattern = parse_pattern(url);
  if (!words || !pattern) return "***";
  std::string text = mask == Mask::kKey ? pattern->shown_without_key() : pattern->shown();
  for (const std::string& word : *words) text = replaced(text, mark_of(word), "{" + word + "}");
  return text;
}

}  // namespace eyas::sources

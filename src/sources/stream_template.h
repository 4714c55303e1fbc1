// StreamTemplate: one pull for many streams: `cctv/{id}` is fetched from `rtsp://10.0.0.{id}/stream1`. What a
// viewer's name puts into the braces is a stranger's text: it is checked here and nowhere else.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/url.h"
#include "hub/name.h"

namespace eyas::sources {

// Immutable; thread-safe.
class StreamTemplate {
 public:
  static constexpr size_t kValueBytesMax = 64;
  using Values = std::map<std::string, std::string>;  // "id" -> "7"

  // `name`: app/name, each part with at most one {word}, so that there is one way to match. `url` may hold
  // each of those words: within one label of a host that has more than that label, in the path, in the
  // query. Errors: kInvalidConfig naming what is wrong with which.
  static base::Result<StreamTemplate> make(std::string_view name, std::string_view url);
  static bool is_template(std::string_view name) { return name.find('{') != std::string_view::npos; }
  // 1 to kValueBytesMax of letters, digits, '-' and '_': nothing that ends a label, a path's segment or a
  // parameter.
  static bool allowed_value(std::string_view value);

  // What stands in the braces when the name fits.
  std::optional<Values> match(const hub::StreamName& name) const;
  // The address with the values in it, parsed anew. Errors: kMalformed when a value is not allowed, or when
  // the address became another one anywhere but in the braces.
  base::Result<base::Url> fill(const Values& values) const;
  // With "0" in every brace: for checks.
  base::Result<base::Url> example() const;

 private:
  struct Part {  // of the name: prefix{word}suffix; no word: literal
    std::string prefix, word, suffix;
  };

  static base::Result<Part> parse_part(std::string_view text);
  static std::optional<std::string> match_part(const Part& part, std::string_view text);

  Part app_, name_;
  std::string url_;
  base::Url pattern_;  // with marks in place of the braces
};

// The address with `values` in its braces, as StreamTemplate::fill() does it. Errors: kInvalidConfig.
base::Result<base::Url> fill_url(std::string_view url, const StreamTemplate::Values& values);
// The address for people, braces as they stand: Url::shown(), or Url::shown_without_key().
enum class Mask : uint8_t { kCredentials, kKey };
std::string shown_url(std::string_view url, Mask mask);

}  // namespace eyas::sources

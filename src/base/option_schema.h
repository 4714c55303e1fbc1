// OptionSchema: the keys of a configuration, bound to the fields that they set. Every room describes its own
// keys; the server reads the file, checks it, prints it and documents it by looping over the one table.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyas::base {

// One key: what it means, what it may be, and how it is set. The bound field must outlive the schema.
struct Option {
  std::string key;                            // "rtmp.play_wait_ms"
  std::string description;                    // one sentence for the operator
  std::string allowed;                        // "1 to 600000 (milliseconds)"
  std::string initial;                        // the default, as text
  bool reloadable = false;                    // SIGHUP applies a change
  std::function<bool(std::string_view)> set;  // false: not allowed
  std::function<std::string()> get;
};

class OptionSchema {
 public:
  // The returned option may be marked reloadable.
  Option& text(std::string key, std::string& field, std::string description);
  // A socket address or empty for off.
  Option& address(std::string key, std::string& field, std::string description);
  Option& truth(std::string key, bool& field, std::string description);
  Option& choice(std::string key, std::string& field, std::vector<std::string> words,
                 std::string description);
  // The same for an enumeration: `words` in the order of its values, from 0.
  template <typename Enum>
  requires std::is_enum_v<Enum> Option& choice(std::string key, Enum& field, std::vector<std::string> words,
                                               std::string description) {
    return indexed(
        std::move(key), std::move(words), std::move(description),
        [&field](size_t i) { field = static_cast<Enum>(i); },
        [&field] { return static_cast<size_t>(field); });
  }
  Option& milliseconds(std::string key, Duration& field, int64_t least, int64_t most,
                       std::string description);
  // Comma-separated words.
  Option& list(std::string key, std::vector<std::string>& field, std::string description);
  template <typename Integer>
  Option& number(std::string key, Integer& field, int64_t least, int64_t most, std::string description) {
    return integer(
        std::move(key), least, most, std::move(description),
        [&field](int64_t v) { field = static_cast<Integer>(v); },
        [&field] { return static_cast<int64_t>(field); });
  }

  // Errors: kNotFound with the nearest known key; kInvalidConfig naming key, value and what is allowed.
  Status set(std::string_view key, std::string_view value);
  const Option* find(std::string_view key) const;
  const std::vector<Option>& options() const { return options_; }

  // A complete file with every key at its present value, each with its description above it.
  std::string yaml() const;

 private:
  Option& integer(std::string key, int64_t least, int64_t most, std::string description,
                  std::function<void(int64_t)> put, std::function<int64_t()> get);
  Option& indexed(std::string key, std::vector<std::string> words, std::string description,
                  std::function<void(size_t)> put, std::function<size_t()> get);
  Option& add(Option option);
  std::string nearest(std::string_view key) const;

  std::vector<Option> options_;
};

}  // namespace eyas::base

// OptionSchema: the keys of a configuration, bound to the fields that they set. Every room describes its own
// keys; the server reads the file, checks it, prints it and documents it by looping over the one table.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace eyas::base {

// One record of a list as its writer put it down: its leaves by dotted key ("url", "options.transport").
using RecordText = std::vector<std::pair<std::string, std::string>>;

// How an option that is a list of records is read and written: text has no form for it.
struct RecordList {
  // Takes all of them or, when there are findings, none.
  std::function<std::vector<std::string>(const std::vector<RecordText>&)> set;
  std::function<std::vector<RecordText>()> get;  // what differs from a record's defaults
  std::string fields;                            // what a record holds, a comment's lines
};

// One key: what it means, what it may be, and how it is set. The bound field must outlive the schema.
struct Option {
  std::string key;                                 // "rtmp.play_wait_ms"
  std::string description;                         // one sentence for the operator
  std::string allowed;                             // "1 to 600000 (milliseconds)"
  std::string initial;                             // the default, as text
  bool reloadable = false;                         // SIGHUP applies a change
  std::function<bool(std::string_view)> set = {};  // false: not allowed
  std::function<std::string()> get = {};
  // Free keys below this one, "options.transport"; empty for an option that has none.
  std::function<void(std::string_view below, std::string_view value)> set_below = {};
  std::function<std::map<std::string, std::string>()> get_below = {};
  RecordList records = {};  // with set: a list of records

  bool is_records() const { return static_cast<bool>(records.set); }
  bool is_map() const { return static_cast<bool>(set_below); }
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
  // Keys of the writer's own below `key`, each with a text; an empty one takes the key away.
  Option& map(std::string key, std::map<std::string, std::string>& field, std::string description);
  // A list of records, each with a schema of its own: describe(OptionSchema&, Record&), found beside Record,
  // binds a record's keys. Findings name the record: "sources.pulls[2].url".
  template <typename Record>
  Option& records(std::string key, std::vector<Record>& field, std::string description);
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

  // Sets every leaf of a record; findings name them below `place`, which may be empty.
  void take(const std::string& place, const RecordText& text, std::vector<std::string>& findings);
  // The leaves that differ from `defaults`, a schema of the same record untouched.
  RecordText differing_from(const OptionSchema& defaults) const;
  // A line for each key of a record: "url: text. Where it is fetched."
  std::string fields() const;

 private:
  Option& integer(std::string key, int64_t least, int64_t most, std::string description,
                  std::function<void(int64_t)> put, std::function<int64_t()> get);
  Option& indexed(std::string key, std::vector<std::string> words, std::string description,
                  std::function<void(size_t)> put, std::function<size_t()> get);
  Option& record_list(std::string key, std::string description, RecordList list);
  Option& add(Option option);
  std::string nearest(std::string_view key) const;

  std::vector<Option> options_;
};

// A YAML scalar: as it is where that is safe, else in quotes.
std::string yaml_scalar(const std::string& value);
// Records in YAML's flow form, on one line: [{name: cctv/front, options: {transport: tcp}}].
std::string yaml_flow(const std::vector<RecordText>& records);
// The same as a block below a key that is indented by two.
std::string yaml_block(const std::vector<RecordText>& records);

template <typename Record>
Option& OptionSchema::records(std::string key, std::vector<Record>& field, std::string description) {
  RecordList list;
  list.set = [&field, key](const std::vector<RecordText>& texts) {
    std::vector<Record> fresh(texts.size());
    std::vector<std::string> findings;
    for (size_t i = 0; i < texts.size(); ++i) {
      OptionSchema schema;
      describe(schema, fresh[i]);
      schema.take(key + "[" + std::to_string(i) + "]", texts[i], findings);
    }
    if (findings.empty()) field = std::move(fresh);
    return findings;
  };
  list.get = [&field] {
    Record untouched;
    OptionSchema defaults;
    describe(defaults, untouched);
    std::vector<RecordText> texts;
    for (Record record : field) {
      OptionSchema schema;
      describe(schema, record);
      texts.push_back(schema.differing_from(defaults));
    }
    return texts;
  };
  Record example;
  OptionSchema schema;
  describe(schema, example);
  list.fields = schema.fields();
  return record_list(std::move(key), std::move(description), std::move(list));
}

}  // namespace eyas::base

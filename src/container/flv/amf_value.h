// The value tree that AMF0 and AMF3 share, and the limits under which it is read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace eyas::flv {

// What one message may cost. References are charged for what they stand for, so that a small message cannot
// unfold into a large tree.
struct AmfLimits {
  unsigned depth_max = 16;
  size_t nodes_max = 4096;
  size_t text_bytes_max = 256 * 1024;  // property names and strings together
};

struct AmfProperty;
struct AmfComposite;

// One value. Copying is cheap: composites are shared and immutable once built.
// Lives where it is made; safe to read from several threads.
class AmfValue {
 public:
  enum class Kind : uint8_t {
    kUndefined,
    kNull,
    kBoolean,
    kNumber,
    kString,
    kXml,
    kBytes,
    kDate,
    kObject,       // named properties; `class_name()` when typed
    kEcmaArray,    // named properties; from AMF3 also items
    kStrictArray,  // items
  };

  AmfValue() = default;  // undefined
  static AmfValue null();
  static AmfValue boolean(bool value);
  static AmfValue number(double value);
  static AmfValue string(std::string_view text);
  static AmfValue xml(std::string_view text);
  static AmfValue byte_array(std::string_view bytes);
  // Milliseconds since 1970 UTC; the zone in minutes is reserved and 0 in practice [AMF0 2.13].
  static AmfValue date(double unix_ms, int16_t zone_minutes = 0);
  static AmfValue object(std::vector<AmfProperty> properties, std::string class_name = {});
  static AmfValue ecma_array(std::vector<AmfProperty> properties, std::vector<AmfValue> items = {});
  static AmfValue strict_array(std::vector<AmfValue> items);

  Kind kind() const { return kind_; }
  bool is_null_or_undefined() const { return kind_ == Kind::kUndefined || kind_ == Kind::kNull; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_number() const { return kind_ == Kind::kNumber; }
  bool is_object() const { return kind_ == Kind::kObject || kind_ == Kind::kEcmaArray; }

  // The value, or `otherwise` when it is of another kind. Views live as long as this value.
  bool as_boolean(bool otherwise = false) const { return kind_ == Kind::kBoolean ? number_ != 0 : otherwise; }
  double as_number(double otherwise = 0) const { return kind_ == Kind::kNumber ? number_ : otherwise; }
  std::string_view as_string(std::string_view otherwise = {}) const;
  std::string_view text() const { return text_; }  // of kString, kXml and kBytes
  double date_ms() const { return number_; }       // of kDate
  int16_t zone_minutes() const { return zone_minutes_; }

  std::string_view class_name() const;
  const std::vector<AmfProperty>& properties() const;  // empty when it has none
  const std::vector<AmfValue>& items() const;
  // The first property of that name, or nullptr.
  const AmfValue* find(std::string_view name) const;
  // Shorthands over find(): the property's value, or `otherwise` when absent or of another kind.
  std::string_view get_string(std::string_view name, std::string_view otherwise = {}) const;
  double get_number(std::string_view name, double otherwise = 0) const;

  // Levels of values, this one included. As costly as the tree is large.
  unsigned height() const;

  // Equal trees; numbers compare by their bits, so that a NaN equals itself.
  bool operator==(const AmfValue& other) const;

 private:
  Kind kind_ = Kind::kUndefined;
  int16_t zone_minutes_ = 0;
  double number_ = 0;
  std::string text_;
  std::shared_ptr<const AmfComposite> composite_;
};

struct AmfProperty {
  std::string name;
  AmfValue value;
  bool operator==(const AmfProperty&) const = default;
};

struct AmfComposite {
  std::string class_name;
  std::vector<AmfProperty> properties;
  std::vector<AmfValue> items;
  bool operator==(const AmfComposite&) const = default;
};

// What is left of an AmfLimits while one message is read.
class AmfBudget {
 public:
  explicit AmfBudget(const AmfLimits& limits) : limits_(limits) {}

  struct Cost {
    size_t nodes = 0;
    size_t text_bytes = 0;
  };
  Cost spent() const { return spent_; }
  // False once a limit is passed; then reading stops.
  bool spend(Cost cost);
  bool spend_node() { return spend({1, 0}); }
  bool spend_text(size_t bytes) { return spend({0, bytes}); }
  bool depth_allowed(unsigned depth) const { return depth <= limits_.depth_max; }

 private:
  AmfLimits limits_;
  Cost spent_;
};

}  // namespace eyas::flv

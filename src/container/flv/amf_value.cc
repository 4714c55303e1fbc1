#include "container/flv/amf_value.h"

#include <algorithm>
#include <bit>

namespace eyas::flv {

AmfValue AmfValue::null() {
  AmfValue v;
  v.kind_ = Kind::kNull;
  return v;
}

AmfValue AmfValue::boolean(bool value) {
  AmfValue v;
  v.kind_ = Kind::kBoolean;
  v.number_ = value ? 1 : 0;
  return v;
}

AmfValue AmfValue::number(double value) {
  AmfValue v;
  v.kind_ = Kind::kNumber;
  v.number_ = value;
  return v;
}

AmfValue AmfValue::string(std::string_view text) {
  AmfValue v;
  v.kind_ = Kind::kString;
  v.text_ = text;
  return v;
}

AmfValue AmfValue::xml(std::string_view text) {
  AmfValue v = string(text);
  v.kind_ = Kind::kXml;
  return v;
}

AmfValue AmfValue::byte_array(std::string_view bytes) {
  AmfValue v = string(bytes);
  v.kind_ = Kind::kBytes;
  return v;
}

AmfValue AmfValue::date(double unix_ms, int16_t zone_minutes) {
  AmfValue v;
  v.kind_ = Kind::kDate;
  v.number_ = unix_ms;
  v.zone_minutes_ = zone_minutes;
  return v;
}

AmfValue AmfValue::object(std::vector<AmfProperty> properties, std::string class_name) {
  AmfValue v;
  v.kind_ = Kind::kObject;
  v.composite_ =
      std::make_shared<const AmfComposite>(AmfComposite{std::move(class_name), std::move(properties), {}});
  return v;
}

AmfValue AmfValue::ecma_array(std::vector<AmfProperty> properties, std::vector<AmfValue> items) {
  AmfValue v;
  v.kind_ = Kind::kEcmaArray;
  v.composite_ =
      std::make_shared<const AmfComposite>(AmfComposite{{}, std::move(properties), std::move(items)});
  return v;
}

AmfValue AmfValue::strict_array(std::vector<AmfValue> items) {
  AmfValue v;
  v.kind_ = Kind::kStrictArray;
  v.composite_ = std::make_shared<const AmfComposite>(AmfComposite{{}, {}, std::move(items)});
  return v;
}

std::string_view AmfValue::as_string(std::string_view otherwise) const {
  return kind_ == Kind::kString ? std::string_view(text_) : otherwise;
}

std::string_view AmfValue::class_name() const {
  return composite_ ? std::string_view(composite_->class_name) : std::string_view();
}

const std::vector<AmfProperty>& AmfValue::properties() const {
  static const std::vector<AmfProperty> kNone;
  return composite_ ? composite_->properties : kNone;
}

const std::vector<AmfValue>& AmfValue::items() const {
  static const std::vector<AmfValue> kNone;
  return composite_ ? composite_->items : kNone;
}

const AmfValue* AmfValue::find(std::string_view name) const {
  for (const AmfProperty& property : properties()) {
    if (property.name == name) return &property.value;
  }
  return nullptr;
}

std::string_view AmfValue::get_string(std::string_view name, std::string_view otherwise) const {
  const AmfValue* value = find(name);
  return value ? value->as_string(otherwise) : otherwise;
}

double AmfValue::get_number(std::string_view name, double otherwise) const {
  const AmfValue* value = find(name);
  return value ? value->as_number(otherwise) : otherwise;
}

unsigned AmfValue::height() const {
  unsigned below = 0;
  for (const AmfProperty& property : properties()) below = std::max(below, property.value.height());
  for (const AmfValue& item : items()) below = std::max(below, item.height());
  return below + 1;
}

bool AmfValue::operator==(const AmfValue& other) const {
  if (kind_ != other.kind_ || zone_minutes_ != other.zone_minutes_ || text_ != other.text_) return false;
  if (std::bit_cast<uint64_t>(number_) != std::bit_cast<uint64_t>(other.number_)) return false;
  if (composite_ == other.composite_) return true;
  return composite_ && other.composite_ && *composite_ == *other.composite_;
}

bool AmfBudget::spend(Cost cost) {
  spent_.nodes += cost.nodes;
  spent_.text_bytes += cost.text_bytes;
  return spent_.nodes <= limits_.nodes_max && spent_.text_bytes <= limits_.text_bytes_max;
}

}  // namespace eyas::flv

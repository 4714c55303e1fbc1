#include "container/flv/amf3.h"

#include <cmath>

namespace eyas::flv {
namespace {

using base::Code;
using base::Error;
using base::Result;

// [AMF3 3.1]
enum Marker : uint8_t {
  kUndefined = 0x00,
  kNull = 0x01,
  kFalse = 0x02,
  kTrue = 0x03,
  kInteger = 0x04,
  kDouble = 0x05,
  kString = 0x06,
  kXmlDocument = 0x07,
  kDate = 0x08,
  kArray = 0x09,
  kObject = 0x0a,
  kXml = 0x0b,
  kByteArray = 0x0c,
  kVectorInt = 0x0d,
  kVectorUint = 0x0e,
  kVectorDouble = 0x0f,
  kVectorObject = 0x10,
};

constexpr double kIntegerMin = -268435456.0;  // 29 bits, signed [AMF3 3.6]
constexpr double kIntegerMax = 268435455.0;

const Error kTruncated{Code::kMalformed, "amf3: truncated", {}};
const Error kTextLimit{Code::kLimit, "amf3: text bytes", {}};
const Error kNodeLimit{Code::kLimit, "amf3: values", {}};
const Error kBadReference{Code::kMalformed, "amf3: reference", {}};

class Reader {
 public:
  Reader(base::ByteReader& in, AmfBudget& budget) : in_(in), budget_(budget) {}

  Result<AmfValue> value(unsigned depth) {
    if (!budget_.depth_allowed(depth)) return Error{Code::kLimit, "amf3: depth", {}};
    if (!budget_.spend_node()) return kNodeLimit;
    uint8_t marker = in_.u8();
    if (!in_.ok()) return kTruncated;
    switch (marker) {
      case kUndefined:
        return AmfValue();
      case kNull:
        return AmfValue::null();
      case kFalse:
        return AmfValue::boolean(false);
      case kTrue:
        return AmfValue::boolean(true);
      case kInteger:
        return integer();
      case kDouble: {
        double number = in_.f64();
        if (!in_.ok()) return kTruncated;
        return AmfValue::number(number);
      }
      case kString: {
        Result<std::string> held = text();
        if (!held) return held.error();
        return AmfValue::string(*held);
      }
      default:
        if (marker > kVectorObject)
          return Error{Code::kUnsupported, "amf3: type marker", std::to_string(marker)};
        return referable(marker, depth);
    }
  }

 private:
  struct Traits {
    std::string class_name;
    bool dynamic = false;
    bool externalizable = false;
    std::vector<std::string> members;
    size_t text_bytes = 0;
  };
  struct Referable {
    bool complete = false;
    AmfValue value;
    AmfBudget::Cost cost;
  };

  // [AMF3 1.3.1]: one to four bytes, seven bits each, the fourth with eight.
  uint32_t u29() {
    uint32_t number = 0;
    for (int i = 0; i < 3; ++i) {
      uint8_t byte = in_.u8();
      number = number << 7 | (byte & 0x7f);
      if (byte < 0x80) return number;
    }
    return number << 8 | in_.u8();
  }

  Result<AmfValue> integer() {
    uint32_t raw = u29();
    if (!in_.ok()) return kTruncated;
    return AmfValue::number(static_cast<int32_t>(raw << 3) >> 3);
  }

  // A string, inline or from the table; every use is charged [AMF3 1.3.2].
  Result<std::string> text() {
    uint32_t head = u29();
    if (!in_.ok()) return kTruncated;
    if ((head & 1) == 0) {
      if (head >> 1 >= strings_.size()) return kBadReference;
      const std::string& held = strings_[head >> 1];
      if (!budget_.spend_text(held.size())) return kTextLimit;
      return held;
    }
    std::string_view view = in_.text(head >> 1);
    if (!in_.ok()) return kTruncated;
    if (!budget_.spend_text(view.size())) return kTextLimit;
    if (!view.empty()) strings_.emplace_back(view);
    return std::string(view);
  }

  // Everything that enters the object table: U29 with an index, or with a length in its upper bits.
  Result<AmfValue> referable(uint8_t marker, unsigned depth) {
    uint32_t head = u29();
    if (!in_.ok()) return kTruncated;
    if ((head & 1) == 0) return reference(head >> 1, depth);
    size_t slot = referables_.size();
    referables_.emplace_back();
    AmfBudget::Cost before = budget_.spent();
    Result<AmfValue> held = body(marker, head >> 1, depth);
    if (!held) return held;
    AmfBudget::Cost after = budget_.spent();
    referables_[slot] = {true, *held, {after.nodes - before.nodes, after.text_bytes - before.text_bytes}};
    return held;
  }

  Result<AmfValue> reference(size_t index, unsigned depth) {
    if (index >= referables_.size()) return kBadReference;
    const Referable& target = referables_[index];
    if (!target.complete) return Error{Code::kMalformed, "amf3: reference to an open object", {}};
    if (!budget_.spend(target.cost)) return Error{Code::kLimit, "amf3: values by reference", {}};
    // Walking is safe now: the budget paid for every value below.
    if (!budget_.depth_allowed(depth + target.value.height() - 1))
      return Error{Code::kLimit, "amf3: depth", {}};
    return target.value;
  }

  Result<AmfValue> body(uint8_t marker, uint32_t head, unsigned depth) {
    switch (marker) {
      case kDate: {
        double unix_ms = in_.f64();
        if (!in_.ok()) return kTruncated;
        return AmfValue::date(unix_ms);
      }
      case kXml:
      case kXmlDocument:
        return raw(head, &AmfValue::xml);
      case kByteArray:
        return raw(head, &AmfValue::byte_array);
      case kArray:
        return array(head, depth);
      case kObject:
        return object(head, depth);
      default:
        return vector(marker, head, depth);
    }
  }

  Result<AmfValue> raw(uint32_t bytes, AmfValue (*make)(std::string_view)) {
    std::string_view view = in_.text(bytes);
    if (!in_.ok()) return kTruncated;
    if (!budget_.spend_text(bytes)) return kTextLimit;
    return make(view);
  }

  base::Status append_items(uint32_t count, unsigned depth, std::vector<AmfValue>& items) {
    for (uint32_t i = 0; i < count; ++i) {
      Result<AmfValue> item = value(depth + 1);
      if (!item) return item.error();
      items.push_back(std::move(*item));
    }
    return {};
  }

  // Name and value pairs up to an empty name: of arrays and of dynamic objects.
  base::Status append_dynamic(unsigned depth, std::vector<AmfProperty>& properties) {
    while (true) {
      Result<std::string> name = text();
      if (!name) return name.error();
      if (name->empty()) return {};
      Result<AmfValue> held = value(depth + 1);
      if (!held) return held.error();
      properties.push_back({std::move(*name), std::move(*held)});
    }
  }

  Result<AmfValue> array(uint32_t dense, unsigned depth) {
    if (dense > in_.remaining()) return kTruncated;
    std::vector<AmfProperty> properties;
    std::vector<AmfValue> items;
    if (base::Status status = append_dynamic(depth, properties); !status) return status.error();
    if (base::Status status = append_items(dense, depth, items); !status) return status.error();
    if (properties.empty()) return AmfValue::strict_array(std::move(items));
    return AmfValue::ecma_array(std::move(properties), std::move(items));
  }

  Result<AmfValue> object(uint32_t head, unsigned depth) {
    Result<const Traits*> found = traits(head);
    if (!found) return found.error();
    Traits known = **found;  // a copy: reading members may grow the table
    if (known.externalizable) return externalizable(known, depth);
    std::vector<AmfProperty> properties;
    for (std::string& name : known.members) {
      Result<AmfValue> held = value(depth + 1);
      if (!held) return held;
      properties.push_back({std::move(name), std::move(*held)});
    }
    if (known.dynamic) {
      if (base::Status status = append_dynamic(depth, properties); !status) return status.error();
    }
    return AmfValue::object(std::move(properties), std::move(known.class_name));
  }

  // [AMF3 3.12]: by reference, or inline with class name and sealed member names.
  Result<const Traits*> traits(uint32_t head) {
    if ((head & 1) == 0) {
      if (head >> 1 >= traits_.size()) return kBadReference;
      const Traits& known = traits_[head >> 1];
      if (!budget_.spend_text(known.text_bytes)) return kTextLimit;
      return &known;
    }
    Traits fresh;
    fresh.externalizable = (head & 2) != 0;
    fresh.dynamic = (head & 4) != 0;
    uint32_t count = head >> 3;
    if (fresh.externalizable) count = 0;
    if (count > in_.remaining()) return kTruncated;
    size_t before = budget_.spent().text_bytes;
    Result<std::string> class_name = text();
    if (!class_name) return class_name.error();
    fresh.class_name = std::move(*class_name);
    for (uint32_t i = 0; i < count; ++i) {
      Result<std::string> member = text();
      if (!member) return member.error();
      if (member->empty()) return Error{Code::kMalformed, "amf3: empty member name", {}};
      fresh.members.push_back(std::move(*member));
    }
    fresh.text_bytes = budget_.spent().text_bytes - before;
    traits_.push_back(std::move(fresh));
    return &traits_.back();
  }

  // Only their class knows how they are written; these two wrap one value.
  Result<AmfValue> externalizable(const Traits& known, unsigned depth) {
    if (known.class_name != "flex.messaging.io.ArrayCollection" &&
        known.class_name != "flex.messaging.io.ObjectProxy") {
      return Error{Code::kUnsupported, "amf3: externalizable class", {}};
    }
    return value(depth + 1);
  }

  // [AMF3 3.15]: a fixed-length flag, for objects also a type name, then the values.
  Result<AmfValue> vector(uint8_t marker, uint32_t count, unsigned depth) {
    in_.u8();
    std::vector<AmfValue> items;
    if (marker == kVectorObject) {
      if (Result<std::string> type = text(); !type) return type.error();
      if (count > in_.remaining()) return kTruncated;
      if (base::Status status = append_items(count, depth, items); !status) return status.error();
      return AmfValue::strict_array(std::move(items));
    }
    size_t width = marker == kVectorDouble ? 8 : 4;
    if (!in_.ok() || count > in_.remaining() / width) return kTruncated;
    if (!budget_.spend({count, 0})) return kNodeLimit;
    if (count > 0 && !budget_.depth_allowed(depth + 1)) return Error{Code::kLimit, "amf3: depth", {}};
    for (uint32_t i = 0; i < count; ++i) {
      if (marker == kVectorDouble) {
        items.push_back(AmfValue::number(in_.f64()));
      } else {
        uint32_t raw = in_.u32();
        items.push_back(
            AmfValue::number(marker == kVectorInt ? static_cast<int32_t>(raw) : static_cast<double>(raw)));
      }
    }
    return AmfValue::strict_array(std::move(items));
  }

  base::ByteReader& in_;
  AmfBudget& budget_;
  std::vector<std::string> strings_;
  std::vector<Traits> traits_;
  std::vector<Referable> referables_;
};

void write_u29(base::ByteWriter& out, uint32_t number) {
  if (number >= 1u << 21) {
    out.u8(static_cast<uint8_t>(number >> 22 | 0x80));
    out.u8(static_cast<uint8_t>(number >> 15 | 0x80));
    out.u8(static_cast<uint8_t>(number >> 8 | 0x80));
    return out.u8(static_cast<uint8_t>(number));
  }
  if (number >= 1u << 14) out.u8(static_cast<uint8_t>(number >> 14 | 0x80));
  if (number >= 1u << 7) out.u8(static_cast<uint8_t>(number >> 7 | 0x80));
  out.u8(static_cast<uint8_t>(number & 0x7f));
}

void write_text(base::ByteWriter& out, std::string_view text) {
  write_u29(out, static_cast<uint32_t>(text.size() << 1 | 1));
  out.text(text);
}

void write_number(base::ByteWriter& out, double number) {
  bool integral = number >= kIntegerMin && number <= kIntegerMax && std::trunc(number) == number &&
                  !(number == 0 && std::signbit(number));
  if (!integral) {
    out.u8(kDouble);
    return out.f64(number);
  }
  out.u8(kInteger);
  write_u29(out, static_cast<uint32_t>(static_cast<int32_t>(number)) & 0x1fffffff);
}

// An empty name ends the list, so that a property of that name cannot be said.
void write_dynamic(base::ByteWriter& out, const std::vector<AmfProperty>& properties) {
  for (const AmfProperty& property : properties) {
    if (property.name.empty()) continue;
    write_text(out, property.name);
    amf3_write(out, property.value);
  }
  write_text(out, {});
}

}  // namespace

Result<AmfValue> amf3_read(base::ByteReader& in, AmfBudget& budget, unsigned depth) {
  return Reader(in, budget).value(depth);
}

Result<AmfValue> amf3_read(base::ByteReader& in, const AmfLimits& limits) {
  AmfBudget budget(limits);
  return amf3_read(in, budget, 1);
}

void amf3_write(base::ByteWriter& out, const AmfValue& value) {
  using Kind = AmfValue::Kind;
  switch (value.kind()) {
    case Kind::kUndefined:
      return out.u8(kUndefined);
    case Kind::kNull:
      return out.u8(kNull);
    case Kind::kBoolean:
      return out.u8(value.as_boolean() ? kTrue : kFalse);
    case Kind::kNumber:
      return write_number(out, value.as_number());
    case Kind::kString:
      out.u8(kString);
      return write_text(out, value.text());
    case Kind::kXml:
      out.u8(kXml);
      return write_text(out, value.text());
    case Kind::kBytes:
      out.u8(kByteArray);
      return write_text(out, value.text());
    case Kind::kDate:
      out.u8(kDate);
      write_u29(out, 1);
      return out.f64(value.date_ms());
    case Kind::kObject:
      out.u8(kObject);
      write_u29(out, 0x0b);  // traits inline, dynamic, no sealed members
      write_text(out, value.class_name());
      return write_dynamic(out, value.properties());
    case Kind::kEcmaArray:
    case Kind::kStrictArray:
      out.u8(kArray);
      write_u29(out, static_cast<uint32_t>(value.items().size() << 1 | 1));
      write_dynamic(out, value.properties());
      for (const AmfValue& item : value.items()) amf3_write(out, item);
  }
}

}  // namespace eyas::flv

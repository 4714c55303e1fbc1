#include "container/flv/amf0.h"

#include "container/flv/amf3.h"

namespace eyas::flv {
namespace {

using base::Code;
using base::Error;
using base::Result;

// [AMF0 2.1]
enum Marker : uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kNull = 0x05,
  kUndefined = 0x06,
  kReference = 0x07,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0a,
  kDate = 0x0b,
  kLongString = 0x0c,
  kUnsupported = 0x0d,
  kXmlDocument = 0x0f,
  kTypedObject = 0x10,
  kAvmPlus = 0x11,
};

const Error kTruncated{Code::kMalformed, "amf0: truncated", {}};

class Reader {
 public:
  Reader(base::ByteReader& in, const AmfLimits& limits) : in_(in), budget_(limits) {}

  Result<AmfValue> value(unsigned depth) {
    if (!budget_.depth_allowed(depth)) return Error{Code::kLimit, "amf0: depth", {}};
    if (!budget_.spend_node()) return Error{Code::kLimit, "amf0: values", {}};
    uint8_t marker = in_.u8();
    if (!in_.ok()) return kTruncated;
    switch (marker) {
      case kNumber:
        return scalar(AmfValue::number(in_.f64()));
      case kBoolean:
        return scalar(AmfValue::boolean(in_.u8() != 0));
      case kString:
        return text(in_.u16(), &AmfValue::string);
      case kLongString:
        return text(in_.u32(), &AmfValue::string);
      case kXmlDocument:
        return text(in_.u32(), &AmfValue::xml);
      case kNull:
        return AmfValue::null();
      case kUndefined:
      case kUnsupported:
        return AmfValue();
      case kDate:
        return date();
      case kReference:
        return reference(depth);
      case kObject:
      case kTypedObject:
      case kEcmaArray:
      case kStrictArray:
        return composite(marker, depth);
      case kAvmPlus:
        return amf3_read(in_, budget_, depth);
      default:
        return Error{Code::kUnsupported, "amf0: type marker", std::to_string(marker)};
    }
  }

 private:
  // A finished composite and what it cost; no value while it is still open.
  struct Referable {
    bool complete = false;
    AmfValue value;
    AmfBudget::Cost cost;
  };

  Result<AmfValue> scalar(AmfValue value) {
    if (!in_.ok()) return kTruncated;
    return value;
  }

  Result<AmfValue> text(size_t bytes, AmfValue (*make)(std::string_view)) {
    std::string_view view = in_.text(bytes);
    if (!in_.ok()) return kTruncated;
    if (!budget_.spend_text(bytes)) return Error{Code::kLimit, "amf0: text bytes", {}};
    return make(view);
  }

  Result<AmfValue> date() {
    double unix_ms = in_.f64();
    auto zone = static_cast<int16_t>(in_.u16());
    return scalar(AmfValue::date(unix_ms, zone));
  }

  // [AMF0 2.9]: an index into the composites of this message, in the order in which they began.
  Result<AmfValue> reference(unsigned depth) {
    uint16_t index = in_.u16();
    if (!in_.ok()) return kTruncated;
    if (index >= referables_.size()) return Error{Code::kMalformed, "amf0: reference to nothing", {}};
    const Referable& target = referables_[index];
    if (!target.complete) return Error{Code::kMalformed, "amf0: reference to an open object", {}};
    if (!budget_.spend(target.cost)) return Error{Code::kLimit, "amf0: values by reference", {}};
    // Walking is safe now: the budget paid for every value below.
    if (!budget_.depth_allowed(depth + target.value.height() - 1))
      return Error{Code::kLimit, "amf0: depth", {}};
    return target.value;
  }

  Result<AmfValue> composite(uint8_t marker, unsigned depth) {
    size_t slot = referables_.size();
    referables_.emplace_back();
    AmfBudget::Cost before = budget_.spent();
    Result<AmfValue> value = marker == kStrictArray ? strict_array(depth) : named(marker, depth);
    if (!value) return value;
    AmfBudget::Cost after = budget_.spent();
    referables_[slot] = {true, *value, {after.nodes - before.nodes, after.text_bytes - before.text_bytes}};
    return value;
  }

  Result<AmfValue> strict_array(unsigned depth) {
    uint32_t count = in_.u32();
    if (!in_.ok() || count > in_.remaining()) return kTruncated;  // each value has at least its marker
    std::vector<AmfValue> items;
    for (uint32_t i = 0; i < count; ++i) {
      Result<AmfValue> item = value(depth + 1);
      if (!item) return item;
      items.push_back(std::move(*item));
    }
    return AmfValue::strict_array(std::move(items));
  }

  Result<AmfValue> named(uint8_t marker, unsigned depth) {
    std::string class_name;
    if (marker == kTypedObject) {
      Result<std::string> name = short_text();
      if (!name) return name.error();
      class_name = std::move(*name);
    }
    if (marker == kEcmaArray) in_.u32();  // an approximate count; the end marker decides [AMF0 2.10]
    std::vector<AmfProperty> properties;
    while (!at_end()) {
      Result<std::string> name = short_text();
      if (!name) return name.error();
      Result<AmfValue> held = value(depth + 1);
      if (!held) return held;
      properties.push_back({std::move(*name), std::move(*held)});
    }
    if (!in_.ok()) return kTruncated;
    if (marker == kEcmaArray) return AmfValue::ecma_array(std::move(properties));
    return AmfValue::object(std::move(properties), std::move(class_name));
  }

  // Takes the end marker (an empty name, then 9). Cameras cut it off at the end of onMetaData, so that the
  // end of the bytes between two properties closes the object as well.
  bool at_end() {
    if (in_.remaining() == 0) return true;
    base::ByteReader ahead = in_;
    if (ahead.u24() != kObjectEnd || !ahead.ok()) return false;
    in_.skip(3);
    return true;
  }

  Result<std::string> short_text() {
    std::string_view view = in_.text(in_.u16());
    if (!in_.ok()) return kTruncated;
    if (!budget_.spend_text(view.size())) return Error{Code::kLimit, "amf0: text bytes", {}};
    return std::string(view);
  }

  base::ByteReader& in_;
  AmfBudget budget_;
  std::vector<Referable> referables_;
};

// A name is at most 65535 bytes; what is longer cannot come from AMF0 and is cut.
void write_name(base::ByteWriter& out, std::string_view name) {
  name = name.substr(0, 0xffff);
  out.u16(static_cast<uint16_t>(name.size()));
  out.text(name);
}

void write_long(base::ByteWriter& out, Marker marker, std::string_view text) {
  out.u8(marker);
  out.u32(static_cast<uint32_t>(text.size()));
  out.text(text);
}

void write_named(base::ByteWriter& out, const AmfValue& value) {
  if (value.kind() == AmfValue::Kind::kEcmaArray) {
    out.u8(kEcmaArray);
    out.u32(static_cast<uint32_t>(value.properties().size()));
  } else if (value.class_name().empty()) {
    out.u8(kObject);
  } else {
    out.u8(kTypedObject);
    write_name(out, value.class_name());
  }
  for (const AmfProperty& property : value.properties()) {
    write_name(out, property.name);
    amf0_write(out, property.value);
  }
  out.u24(kObjectEnd);
}

bool needs_amf3(const AmfValue& value) {
  return value.kind() == AmfValue::Kind::kBytes ||
         (value.kind() == AmfValue::Kind::kEcmaArray && !value.items().empty());
}

}  // namespace

Result<AmfValue> amf0_read(base::ByteReader& in, const AmfLimits& limits) {
  return Reader(in, limits).value(1);
}

Result<std::vector<AmfValue>> amf0_read_all(base::Bytes bytes, const AmfLimits& limits) {
  base::ByteReader in(bytes);
  Reader reader(in, limits);
  std::vector<AmfValue> values;
  while (in.remaining() > 0) {
    Result<AmfValue> value = reader.value(1);
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  return values;
}

void amf0_write(base::ByteWriter& out, const AmfValue& value) {
  using Kind = AmfValue::Kind;
  if (needs_amf3(value)) {
    out.u8(kAvmPlus);
    return amf3_write(out, value);
  }
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kBytes:
      return out.u8(kUndefined);
    case Kind::kNull:
      return out.u8(kNull);
    case Kind::kBoolean:
      out.u8(kBoolean);
      return out.u8(value.as_boolean() ? 1 : 0);
    case Kind::kNumber:
      out.u8(kNumber);
      return out.f64(value.as_number());
    case Kind::kXml:
      return write_long(out, kXmlDocument, value.text());
    case Kind::kString:
      if (value.text().size() > 0xffff) return write_long(out, kLongString, value.text());
      out.u8(kString);
      return write_name(out, value.text());
    case Kind::kDate:
      out.u8(kDate);
      out.f64(value.date_ms());
      return out.u16(static_cast<uint16_t>(value.zone_minutes()));
    case Kind::kObject:
    case Kind::kEcmaArray:
      return write_named(out, value);
    case Kind::kStrictArray:
      out.u8(kStrictArray);
      out.u32(static_cast<uint32_t>(value.items().size()));
      for (const AmfValue& item : value.items()) amf0_write(out, item);
  }
}

std::vector<uint8_t> amf0_write_all(const std::vector<AmfValue>& values) {
  base::ByteWriter out;
  for (const AmfValue& value : values) amf0_write(out, value);
  return out.take();
}

}  // namespace eyas::flv

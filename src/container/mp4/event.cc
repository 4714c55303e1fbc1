#include "container/mp4/event.h"

#include <algorithm>

#include "container/mp4/box_writer.h"

namespace eyas::mp4 {
namespace {

using base::Code;
using base::Error;

constexpr uint8_t kVersion = 1;
constexpr size_t kVersionBytes = 4;  // and flags
constexpr size_t kFixedBytes = kVersionBytes + 4 + 8 + 4 + 4;

void write_text(std::string_view text, base::ByteWriter& out) {
  out.text(text.substr(0, text.find('\0')));
  out.u8(0);
}

// A text that ends with a zero byte, taken off the front of `rest`.
bool take_text(base::Bytes& rest, std::string_view& text) {
  const auto end = std::find(rest.begin(), rest.end(), uint8_t{0});
  if (end == rest.end()) return false;
  const auto length = static_cast<size_t>(end - rest.begin());
  text = {reinterpret_cast<const char*>(rest.data()), length};
  rest = rest.subspan(length + 1);
  return true;
}

}  // namespace

void write_event(const Event& event, base::ByteWriter& out) {
  BoxScope box(out, "emsg", kVersion, 0);
  out.u32(event.timescale);
  out.u64(event.time);
  out.u32(event.duration);
  out.u32(event.id);
  write_text(event.scheme, out);
  write_text(event.value, out);
  out.bytes(event.data);
}

base::Result<ReadEvent> read_event(base::Bytes body) {
  if (body.size() < kFixedBytes) return Error{Code::kMalformed, "emsg: too short", {}};
  if (body[0] != kVersion) return Error{Code::kUnsupported, "emsg: not of version 1", {}};
  base::ByteReader reader(body.subspan(kVersionBytes));
  ReadEvent event;
  event.timescale = reader.u32();
  event.time = reader.u64();
  event.duration = reader.u32();
  event.id = reader.u32();
  base::Bytes rest = body.subspan(kFixedBytes);
  if (!take_text(rest, event.scheme) || !take_text(rest, event.value))
    return Error{Code::kMalformed, "emsg: a text does not end", {}};
  event.data = rest;
  return event;
}

}  // namespace eyas::mp4

#include "container/mpegts/av1_framing.h"

#include <algorithm>
#include <array>

#include "codec/av1/obu.h"
#include "codec/nal/nal.h"

namespace eyas::mpegts {
namespace {

using base::Bytes;
using codec::av1::Obu;
using codec::av1::ObuType;
using codec::av1::ObuWalk;

constexpr std::array<uint8_t, 3> kStartCode = {0, 0, 1};
constexpr uint8_t kHasExtension = 0x04, kHasSize = 0x02;  // of obu_header [AV1 5.3.2]

// What might be taken for a start code gets a byte of 3 inside, as in H.264.
void put_escaped(base::ByteWriter& out, Bytes obu) {
  size_t zeros = 0;
  for (uint8_t byte : obu) {
    if (zeros >= 2 && byte <= 3) {
      out.u8(3);
      zeros = 0;
    }
    out.u8(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
}

void put_obus(base::ByteWriter& out, Bytes obus) {
  ObuWalk walk(obus);
  for (Obu obu; walk.next(obu);) {
    out.bytes(kStartCode);
    put_escaped(out, obu.whole);
  }
}

void put_leb128(std::vector<uint8_t>& out, size_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<uint8_t>(value | 0x80));
  out.push_back(static_cast<uint8_t>(value));
}

// Appends OBUs that a decoder needs, with their sizes. False when they break.
bool take_obus(Bytes bytes, std::vector<uint8_t>& out) {
  constexpr auto kPadding = static_cast<ObuType>(15);
  ObuWalk walk(bytes);
  for (Obu obu; walk.next(obu);) {
    if (obu.type == ObuType::kTemporalDelimiter || obu.type == kPadding) continue;
    uint8_t header = obu.whole[0];
    out.push_back(header | kHasSize);
    if ((header & kHasExtension) != 0) out.push_back(obu.whole[1]);
    put_leb128(out, obu.payload.size());
    out.insert(out.end(), obu.payload.begin(), obu.payload.end());
  }
  return walk.ok();
}

size_t start_code_in(Bytes bytes) {
  auto found = std::search(bytes.begin(), bytes.end(), kStartCode.begin(), kStartCode.end());
  return static_cast<size_t>(found - bytes.begin());
}

}  // namespace

std::vector<uint8_t> write_ts_obus(Bytes leading, Bytes temporal_unit) {
  base::ByteWriter out(leading.size() + temporal_unit.size() + temporal_unit.size() / 64 + 32);
  put_obus(out, leading);
  put_obus(out, temporal_unit);
  return out.take();
}

base::Result<std::vector<uint8_t>> read_ts_obus(Bytes bytes) {
  std::vector<uint8_t> out;
  out.reserve(bytes.size());
  bool fine = true;
  if (!std::ranges::equal(bytes.first(std::min(bytes.size(), kStartCode.size())), kStartCode)) {
    fine = take_obus(bytes, out);
    bytes = {};
  }
  while (!bytes.empty() && fine) {
    bytes = bytes.subspan(kStartCode.size());
    size_t end = start_code_in(bytes);
    fine = take_obus(codec::nal::unescape(bytes.first(end)), out);
    bytes = bytes.subspan(end);
  }
  if (!fine) return base::Error{base::Code::kMalformed, "mpegts: AV1 units", {}};
  return out;
}

}  // namespace eyas::mpegts

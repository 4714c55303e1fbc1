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

// Appends OBUs that a decoder needs, with their sizes. False when they break.
bool take_obus(Bytes bytes, base::ByteWriter& out) {
  ObuWalk walk(bytes);
  for (Obu obu; walk.next(obu);) {
    if (obu.type == ObuType::kTemporalDelimiter || obu.type == ObuType::kPadding) continue;
    uint8_t header = obu.whole[0];
    out.u8(header | codec::av1::kHasSize);
    if ((header & codec::av1::kHasExtension) != 0) out.u8(obu.whole[1]);
    codec::av1::write_leb128(out, obu.payload.size());
    out.bytes(obu.payload);
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
  base::ByteWriter out(bytes.size());
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
  return out.take();
}

}  // namespace eyas::mpegts

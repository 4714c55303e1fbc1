#include "container/mpegts/pes.h"

#include <algorithm>
#include <utility>

namespace eyas::mpegts {
namespace {

constexpr size_t kLengthEnd = 6;  // start code, stream_id, PES_packet_length
constexpr uint8_t kProgrammeStreamMap = 0xBC, kPadding = 0xBE, kPrivateStream2 = 0xBF, kEcm = 0xF0,
                  kEmm = 0xF1, kDsmcc = 0xF2, kH222TypeE = 0xF8, kDirectory = 0xFF;

// Those whose payload follows the length at once.
bool without_header(uint8_t stream_id) {
  constexpr uint8_t kIds[] = {kProgrammeStreamMap, kPadding,  kPrivateStream2, kEcm, kEmm, kDsmcc,
                              kH222TypeE,          kDirectory};
  return std::ranges::find(kIds, stream_id) != std::end(kIds);
}

// 33 bits in three parts, each with a marker bit behind it.
uint64_t read_time(base::ByteReader& in) {
  uint64_t high = in.u8() >> 1 & 0x07;
  uint64_t middle = in.u16() >> 1;
  uint64_t low = in.u16() >> 1;
  return high << 30 | middle << 15 | low;
}

void put_time(base::ByteWriter& out, uint8_t prefix, uint64_t ticks) {
  out.u8(static_cast<uint8_t>(prefix << 4 | (ticks >> 30 & 0x07) << 1 | 1));
  out.u16(static_cast<uint16_t>((ticks >> 15 & 0x7FFF) << 1 | 1));
  out.u16(static_cast<uint16_t>((ticks & 0x7FFF) << 1 | 1));
}

}  // namespace

std::optional<PesHeader> read_pes_header(base::Bytes packet) {
  base::ByteReader in(packet);
  PesHeader header;
  if (in.u24() != 1) return std::nullopt;
  header.stream_id = in.u8();
  in.skip(2);
  if (without_header(header.stream_id)) {
    header.bytes = kLengthEnd;
    return in.ok() ? std::optional(header) : std::nullopt;
  }
  uint8_t flags = in.u8();
  if ((flags & 0xC0) != 0x80) return std::nullopt;  // not MPEG-2 syntax
  header.scrambled = (flags & 0x30) != 0;
  uint8_t fields = in.u8();
  base::Bytes rest = in.take(in.u8());
  if (!in.ok()) return std::nullopt;
  header.bytes = in.position();
  base::ByteReader times(rest);
  if ((fields & 0x80) != 0) header.pts = read_time(times);
  if ((fields & 0xC0) == 0xC0) header.dts = read_time(times);
  if (!times.ok()) return std::nullopt;
  return header;
}

std::vector<uint8_t> write_pes_header(uint8_t stream_id, uint64_t pts, std::optional<uint64_t> dts,
                                      size_t payload_bytes) {
  const uint8_t times_bytes = dts ? 10 : 5;
  base::ByteWriter out(kLengthEnd + 3 + times_bytes);
  size_t length = payload_bytes + 3 + times_bytes;
  out.u24(1);
  out.u8(stream_id);
  out.u16(length <= 0xFFFF ? static_cast<uint16_t>(length) : 0);
  out.u8(0x84);  // data_alignment_indicator: an access unit starts here
  out.u8(dts ? 0xC0 : 0x80);
  out.u8(times_bytes);
  put_time(out, dts ? 0x3 : 0x2, pts);
  if (dts) put_time(out, 0x1, *dts);
  return out.take();
}

void PesAssembly::begin(base::Bytes payload) {
  bytes_.assign(payload.begin(), payload.end());
  open_ = true;
}

void PesAssembly::append(base::Bytes payload) {
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
}

size_t PesAssembly::length() const {
  if (bytes_.size() < kLengthEnd) return 0;
  size_t field = static_cast<size_t>(bytes_[4]) << 8 | bytes_[5];
  return field == 0 ? 0 : kLengthEnd + field;
}

bool PesAssembly::complete() const {
  return length() != 0 && bytes_.size() >= length();
}

bool PesAssembly::unbounded() const {
  return bytes_.size() >= kLengthEnd && length() == 0;
}

base::Slice PesAssembly::take() {
  if (complete()) bytes_.resize(length());
  open_ = false;
  return base::Slice(std::exchange(bytes_, {}));
}

}  // namespace eyas::mpegts

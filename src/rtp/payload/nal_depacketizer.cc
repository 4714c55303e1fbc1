#include "rtp/payload/nal_depacketizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/codec.h"
#include "codec/nal/nal.h"
#include "rtp/payload/sprop.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr size_t kLengthBytes = 4;
constexpr size_t kSetsBytesMax = 64 * 1024;  // of one access unit; real ones are under 1 KiB

}  // namespace

NalDepacketizer::NalDepacketizer(const NalWire& wire, const DepacketizerConfig& config)
    : VideoDepacketizer(config), wire_(wire) {
  take_sets(sprop_sets(config));
}

void NalDepacketizer::take(Bytes payload) {
  if (payload.size() < wire_.header_bytes) return damage();
  if (codec::nal::begins_with_start_code(payload)) {
    // DEVIATION: cameras that leave the Annex B start code before the NAL unit.
    for (Bytes unit : codec::nal::split_annexb(payload)) add_unit(unit);
    return;
  }
  switch (wire_.packing(payload)) {
    case NalPacking::kSingle:
      return add_unit(payload);
    case NalPacking::kAggregation:
      return take_aggregation(payload);
    case NalPacking::kFragment:
      return take_fragment(payload);
    case NalPacking::kOther:
      return damage();
  }
}

void NalDepacketizer::take_aggregation(Bytes payload) {
  base::ByteReader reader(payload.subspan(wire_.header_bytes));
  while (reader.ok() && reader.remaining() > 0) {
    Bytes unit = reader.take(reader.u16());
    if (!unit.empty()) add_unit(unit);
  }
  if (!reader.ok()) damage();
}

// DEVIATION: senders that leave the E bit out, or set S and E both: a fragment that starts, a whole unit and
// the picture's end close what was open. Only a fragment without its beginning is a hole.
void NalDepacketizer::take_fragment(Bytes payload) {
  if (payload.size() < wire_.fragment_bytes) return damage();
  Fragment part = wire_.fragment_part(payload);
  if (part.first) {
    NalPayloadHeader header = wire_.unit_header(payload);
    open_nal();
    append(Bytes(header.bytes).first(header.size));
  } else if (!nal_open_) {
    return damage();
  }
  append(payload.subspan(wire_.fragment_bytes));
  if (part.last) close_nal();
}

void NalDepacketizer::add_unit(Bytes unit) {
  if (unit.size() <= wire_.header_bytes) return;
  open_nal();
  append(unit);
  close_nal();
}

void NalDepacketizer::open_nal() {
  close_nal();
  nal_at_ = payload_.size();
  nal_open_ = true;
  append(std::array<uint8_t, kLengthBytes>{});
}

// Writes the length of a unit that is whole, or takes it out again: parameter sets, delimiters and filler do
// not stay in the payload.
void NalDepacketizer::close_nal() {
  bool whole = std::exchange(nal_open_, false) && !damaged();
  if (!whole) return;
  Bytes unit = Bytes(payload_).subspan(nal_at_ + kLengthBytes);
  unsigned type = wire_.syntax.type(unit);
  bool is_set = wire_.syntax.is_parameter_set(type);
  if (is_set && sets_.size() + unit.size() <= kSetsBytesMax) codec::nal::append(sets_, unit);
  // Packets within packets, reserved types, and headers with nothing behind them are no NAL units.
  bool is_unit = unit.size() > wire_.header_bytes && wire_.packing(unit) == NalPacking::kSingle;
  if (is_set || !is_unit || wire_.syntax.is_delimiter(type) || wire_.is_filler(type)) {
    return payload_.resize(nal_at_);
  }
  if (wire_.is_slice(unit)) {
    // The first slice says whether the picture's beginning is there.
    if (!has_picture_ && !wire_.starts_picture(unit)) return damage();
    has_picture_ = true;
  }
  for (size_t i = 0; i < kLengthBytes; ++i)
    payload_[nal_at_ + i] = static_cast<uint8_t>(unit.size() >> 8 * (kLengthBytes - 1 - i));
}

void NalDepacketizer::end_unit() {
  close_nal();
}

bool NalDepacketizer::continues_picture(Bytes payload) const {
  if (payload.size() < wire_.fragment_bytes) return false;
  switch (wire_.packing(payload)) {
    case NalPacking::kFragment: {
      NalPayloadHeader header = wire_.unit_header(payload);
      std::vector<uint8_t> unit(header.bytes.begin(), header.bytes.begin() + header.size);
      Bytes start = payload.subspan(wire_.fragment_bytes);
      unit.insert(unit.end(), start.begin(), start.begin() + std::min<size_t>(start.size(), 1));
      return wire_.is_slice(unit) && !(wire_.fragment_part(payload).first && wire_.starts_picture(unit));
    }
    case NalPacking::kSingle:
      return wire_.is_slice(payload) && !wire_.starts_picture(payload);
    default:
      return false;
  }
}

void NalDepacketizer::take_sets(Bytes length_prefixed) {
  auto record = codec::record_with_in_band(config_, length_prefixed);
  if (!record) return;
  if (auto config = codec::describe(wire_.codec, *std::move(record))) config_ = *std::move(config);
}

bool NalDepacketizer::update_config(bool key) {
  has_picture_ = false;
  bool has_sets = !sets_.empty();
  if (has_sets) {
    take_sets(sets_);
    sets_.clear();
    sets_in_band_ = true;
  }
  // Where sets come in band, those of this key frame may be what was lost, and new ones.
  bool sets_lost = key && after_unit_loss() && sets_in_band_ && !has_sets;
  return !config_.record.empty() && !sets_lost;
}

}  // namespace eyas::rtp

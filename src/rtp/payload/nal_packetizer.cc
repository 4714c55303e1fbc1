#include "rtp/payload/nal_packetizer.h"

#include <algorithm>

#include "codec/nal/nal.h"
#include "rtp/payload/packet_writer.h"

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr size_t kLengthBytes = 2;  // before each unit of an aggregation packet

void write_aggregation(const NalWire& wire, std::span<const Bytes> units, PacketWriter& writer) {
  NalPayloadHeader header = wire.aggregation_header(units);
  writer.begin();
  writer.bytes(Bytes(header.bytes).first(header.size));
  for (Bytes unit : units) {
    writer.u16(static_cast<uint16_t>(unit.size()));
    writer.bytes(unit);
  }
  writer.end();
}

void write_fragments(const NalWire& wire, Bytes unit, size_t max_payload, PacketWriter& writer) {
  Bytes rest = unit.subspan(wire.header_bytes);
  size_t room = max_payload - wire.fragment_bytes;
  for (bool first = true; !rest.empty(); first = false) {
    size_t size = std::min(room, rest.size());
    NalPayloadHeader header = wire.fragment_header(unit, {first, size == rest.size()});
    writer.begin();
    writer.bytes(Bytes(header.bytes).first(header.size));
    writer.bytes(rest.first(size));
    writer.end();
    rest = rest.subspan(size);
  }
}

void write_single(Bytes unit, PacketWriter& writer) {
  writer.begin();
  writer.bytes(unit);
  writer.end();
}

// How many of the units at the front fit into one aggregation packet.
size_t count_that_fit(const NalWire& wire, std::span<const Bytes> units, size_t max_payload) {
  size_t size = wire.header_bytes;
  size_t count = 0;
  for (; count < units.size(); ++count) {
    size += kLengthBytes + units[count].size();
    if (size > max_payload) break;
  }
  return count;
}

}  // namespace

PacketizedFrame NalPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  units_.clear();
  if (!gather(frame)) return {};
  PacketWriter writer(frame.payload.size(), max_payload);
  std::span<const Bytes> rest = units_;
  while (!rest.empty()) {
    size_t together = count_that_fit(wire_, rest, max_payload);
    if (together > 1) {
      write_aggregation(wire_, rest.first(together), writer);
      rest = rest.subspan(together);
      continue;
    }
    if (rest[0].size() <= max_payload) {
      write_single(rest[0], writer);
    } else {
      write_fragments(wire_, rest[0], max_payload, writer);
    }
    rest = rest.subspan(1);
  }
  return writer.finish();
}

// The units to send, in order: before a key frame those of the track's record, unless it brings its own.
bool NalPacketizer::gather(const media::Frame& frame) {
  codec::nal::Walk walk(frame.payload);
  bool has_sets = false;
  for (Bytes unit; walk.next(unit);) {
    if (unit.size() <= wire_.header_bytes) continue;
    has_sets |= wire_.syntax.is_parameter_set(wire_.syntax.type(unit));
    units_.push_back(unit);
  }
  if (!walk.ok()) return false;
  if (!frame.key || has_sets || !frame.track) return true;
  auto sets = wire_.syntax.split_record(frame.track->config.record);
  if (!sets) return true;
  std::vector<Bytes> leading;
  for (const auto& kind : *sets) leading.insert(leading.end(), kind.begin(), kind.end());
  units_.insert(units_.begin(), leading.begin(), leading.end());
  return true;
}

}  // namespace eyas::rtp

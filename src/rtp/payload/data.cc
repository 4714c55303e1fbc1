#include "rtp/payload/data.h"

#include <algorithm>
#include <array>

namespace eyas::rtp {
namespace {

using base::Bytes;

constexpr size_t kUnitBytesMax = 1024 * 1024;
// A KLV set begins with a universal label [SMPTE 336M], a document with its prologue or root element.
constexpr std::array<uint8_t, 4> kUniversalLabel = {0x06, 0x0E, 0x2B, 0x34};

bool begins_unit(Bytes payload) {
  if (payload.size() < kUniversalLabel.size()) return false;
  if (std::equal(kUniversalLabel.begin(), kUniversalLabel.end(), payload.begin())) return true;
  std::string_view text = base::as_text(payload);
  return text.starts_with("<?xml") || text.starts_with("<tt:MetadataStream");
}

}  // namespace

PacketizedFrame DataPacketizer::packetize(const media::Frame& frame, size_t max_payload) {
  if (frame.payload.size() > kUnitBytesMax) return {};
  PacketizedFrame out;
  out.bytes = frame.payload;
  for (size_t offset = 0; offset < frame.payload.size();) {
    PayloadPacket packet;
    packet.offset = static_cast<uint32_t>(offset);
    packet.size = static_cast<uint16_t>(std::min(max_payload, frame.payload.size() - offset));
    offset += packet.size;
    packet.marker = offset == frame.payload.size();
    out.packets.push_back(packet);
  }
  return out;
}

DataDepacketizer::DataDepacketizer(const DepacketizerConfig& config)
    : joiner_(std::min(config.unit_bytes_max, kUnitBytesMax), begins_unit) {}

void DataDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  after_loss_ |= lost_before;
  units_.clear();
  joiner_.push(packet, lost_before, units_);
  for (PieceJoiner::Unit& joined : units_) {
    AccessUnit unit;
    unit.timestamp = joined.timestamp;
    unit.payload = base::Slice(std::move(joined.bytes));
    unit.key = true;
    unit.after_loss = std::exchange(after_loss_, false);
    if (!std::exchange(told_, true)) unit.config.emplace();  // media::Codec::kData
    out.push_back(std::move(unit));
  }
}

}  // namespace eyas::rtp

// PacketWriter: lays the payloads of one frame behind each other.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

class PacketWriter {
 public:
  // `payload_bytes` of the frame, that go into packets of at most `max_payload`.
  PacketWriter(size_t payload_bytes, size_t max_payload) {
    constexpr size_t kOverheadGuess = 8;
    size_t packets = payload_bytes / max_payload + 2;
    bytes_.reserve(payload_bytes + packets * kOverheadGuess);
    packets_.reserve(packets);
  }

  void begin() { start_ = bytes_.size(); }
  void u8(uint8_t value) { bytes_.push_back(value); }
  void u16(uint16_t value) {
    bytes_.push_back(static_cast<uint8_t>(value >> 8));
    bytes_.push_back(static_cast<uint8_t>(value));
  }
  void bytes(base::Bytes value) { bytes_.insert(bytes_.end(), value.begin(), value.end()); }
  void end() {
    PayloadPacket packet;
    packet.offset = static_cast<uint32_t>(start_);
    packet.size = static_cast<uint16_t>(bytes_.size() - start_);
    packets_.push_back(packet);
  }

  enum class Marker : uint8_t { kNone, kLast };
  // The frame's last packet carries the marker [RFC 3551 4.1 for video].
  PacketizedFrame finish(Marker marker = Marker::kLast) {
    if (!packets_.empty()) packets_.back().marker = marker == Marker::kLast;
    return {base::Slice(std::move(bytes_)), std::move(packets_)};
  }

 private:
  std::vector<uint8_t> bytes_;
  std::vector<PayloadPacket> packets_;
  size_t start_ = 0;
};

}  // namespace eyas::rtp

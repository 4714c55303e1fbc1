// What all RTCP packets begin with [RFC 3550 6.4.1]; shared by rtcp.cc and transport_feedback.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"

namespace eyas::rtp {

constexpr size_t kRtcpHeaderBytes = 4;
constexpr uint8_t kRtcpPaddingBit = 0x20;

constexpr uint8_t kTypeSenderReport = 200;
constexpr uint8_t kTypeReceiverReport = 201;
constexpr uint8_t kTypeSdes = 202;
constexpr uint8_t kTypeBye = 203;
constexpr uint8_t kTypeTransportFeedback = 205;
constexpr uint8_t kTypePayloadFeedback = 206;

// FMT, which stands where SR and RR have their count.
constexpr uint8_t kFormatNack = 1;
constexpr uint8_t kFormatTransportWide = 15;
constexpr uint8_t kFormatPli = 1;
constexpr uint8_t kFormatFir = 4;
constexpr uint8_t kFormatApplication = 15;

struct RtcpPacket {
  uint8_t count = 0;  // RC, SC or FMT
  uint8_t type = 0;
  base::Bytes whole;  // with header and padding
  base::Bytes body;   // without either
};

// Appends one packet: the header now, the body by calls, and on destruction zeros to the word's end and the
// length.
class RtcpWriter {
 public:
  RtcpWriter(std::vector<uint8_t>& out, uint8_t type, uint8_t count) : out_(out), start_(out.size()) {
    u8(static_cast<uint8_t>(2 << 6 | count));
    u8(type);
    u16(0);
  }
  ~RtcpWriter() {
    while ((out_.size() - start_) % 4 != 0) out_.push_back(0);
    size_t words = (out_.size() - start_) / 4 - 1;
    out_[start_ + 2] = static_cast<uint8_t>(words >> 8);
    out_[start_ + 3] = static_cast<uint8_t>(words);
  }
  RtcpWriter(const RtcpWriter&) = delete;
  RtcpWriter& operator=(const RtcpWriter&) = delete;

  void u8(uint8_t value) { out_.push_back(value); }
  void u16(uint16_t value) { u8(static_cast<uint8_t>(value >> 8)), u8(static_cast<uint8_t>(value)); }
  void u32(uint32_t value) { u16(static_cast<uint16_t>(value >> 16)), u16(static_cast<uint16_t>(value)); }
  void bytes(base::Bytes value) { out_.insert(out_.end(), value.begin(), value.end()); }

 private:
  std::vector<uint8_t>& out_;
  size_t start_;
};

}  // namespace eyas::rtp

#include "rtp/rtcp.h"

#include <algorithm>
#include <array>

#include "rtp/rtcp_header.h"

namespace eyas::rtp {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::Error;

constexpr uint8_t kSdesCname = 1;
constexpr size_t kSdesTextMax = 255;
constexpr uint32_t kRembName = 0x52454D42;  // "REMB"
constexpr unsigned kRembExponentMax = 63;
constexpr unsigned kRembMantissaBits = 18;

void visit_report_blocks(ByteReader& reader, uint32_t reporter, unsigned count, RtcpVisitor& visitor) {
  for (unsigned i = 0; i < count; ++i) {
    ReportBlock block;
    block.ssrc = reader.u32();
    block.fraction_lost = reader.u8();
    block.cumulative_lost = reader.i24();
    block.highest_sequence = reader.u32();
    block.jitter = reader.u32();
    block.last_sr = reader.u32();
    block.delay_since_last_sr = reader.u32();
    if (!reader.ok()) return;
    visitor.on_report_block(reporter, block);
  }
}

void visit_sender_report(const RtcpPacket& packet, RtcpVisitor& visitor) {
  ByteReader reader(packet.body);
  SenderReport report;
  report.ssrc = reader.u32();
  report.ntp.fixed = reader.u64();
  report.rtp_timestamp = reader.u32();
  report.packets = reader.u32();
  report.octets = reader.u32();
  if (!reader.ok()) return;
  visitor.on_sender_report(report);
  visit_report_blocks(reader, report.ssrc, packet.count, visitor);
}

void visit_receiver_report(const RtcpPacket& packet, RtcpVisitor& visitor) {
  ByteReader reader(packet.body);
  uint32_t reporter = reader.u32();
  if (reader.ok()) visit_report_blocks(reader, reporter, packet.count, visitor);
}

// Chunks end with a null item and begin at words [RFC 3550 6.5].
void visit_sdes(const RtcpPacket& packet, RtcpVisitor& visitor) {
  ByteReader reader(packet.body);
  for (unsigned chunk = 0; chunk < packet.count; ++chunk) {
    uint32_t ssrc = reader.u32();
    while (reader.ok()) {
      uint8_t item = reader.u8();
      if (item == 0) break;
      std::string_view text = reader.text(reader.u8());
      if (reader.ok() && item == kSdesCname) visitor.on_cname(ssrc, text);
    }
    if (!reader.ok()) return;
    reader.skip((4 - reader.position() % 4) % 4);
  }
}

void visit_bye(const RtcpPacket& packet, RtcpVisitor& visitor) {
  ByteReader reader(packet.body);
  for (unsigned i = 0; i < packet.count; ++i) {
    uint32_t ssrc = reader.u32();
    if (!reader.ok()) return;
    visitor.on_bye(ssrc);
  }
}

void visit_nack(ByteReader& reader, uint32_t media_ssrc, RtcpVisitor& visitor) {
  std::vector<uint16_t> lost;
  while (reader.remaining() >= 4 && lost.size() < kNackSequencesMax) {
    uint16_t first = reader.u16();
    uint16_t following = reader.u16();
    lost.push_back(first);
    for (unsigned bit = 0; bit < 16; ++bit) {
      if ((following >> bit & 1) != 0) lost.push_back(static_cast<uint16_t>(first + bit + 1));
    }
  }
  if (!lost.empty()) visitor.on_nack(media_ssrc, lost);
}

void visit_transport_feedback(const RtcpPacket& packet, RtcpVisitor& visitor) {
  if (packet.count == kFormatTransportWide) {
    if (auto feedback = parse_transport_feedback(packet.whole)) visitor.on_transport_feedback(*feedback);
    return;
  }
  if (packet.count != kFormatNack) return;
  ByteReader reader(packet.body);
  reader.skip(4);  // the sender's SSRC
  uint32_t media_ssrc = reader.u32();
  visit_nack(reader, media_ssrc, visitor);
}

void visit_remb(ByteReader& reader, RtcpVisitor& visitor) {
  if (reader.u32() != kRembName) return;
  size_t count = reader.u8();
  uint32_t packed = reader.u24();
  unsigned exponent = packed >> kRembMantissaBits;
  uint64_t mantissa = packed & ((1u << kRembMantissaBits) - 1);
  std::vector<uint32_t> ssrcs;
  for (size_t i = 0; i < count; ++i) ssrcs.push_back(reader.u32());
  if (!reader.ok()) return;
  bool fits = mantissa <= UINT64_MAX >> exponent;
  visitor.on_remb(fits ? mantissa << exponent : UINT64_MAX, ssrcs);
}

void visit_payload_feedback(const RtcpPacket& packet, RtcpVisitor& visitor) {
  ByteReader reader(packet.body);
  reader.skip(4);  // the sender's SSRC
  uint32_t media_ssrc = reader.u32();
  if (!reader.ok()) return;
  if (packet.count == kFormatPli) return visitor.on_pli(media_ssrc);
  if (packet.count == kFormatApplication) return visit_remb(reader, visitor);
  if (packet.count != kFormatFir) return;
  while (reader.remaining() >= 8) {
    uint32_t ssrc = reader.u32();
    uint8_t command = reader.u8();
    reader.skip(3);
    visitor.on_fir(ssrc, command);
  }
}

void visit(const RtcpPacket& packet, RtcpVisitor& visitor) {
  switch (packet.type) {
    case kTypeSenderReport:
      return visit_sender_report(packet, visitor);
    case kTypeReceiverReport:
      return visit_receiver_report(packet, visitor);
    case kTypeSdes:
      return visit_sdes(packet, visitor);
    case kTypeBye:
      return visit_bye(packet, visitor);
    case kTypeTransportFeedback:
      return visit_transport_feedback(packet, visitor);
    case kTypePayloadFeedback:
      return visit_payload_feedback(packet, visitor);
    default:
      return;
  }
}

// One packet from the front of a compound, with its padding taken off.
base::Result<RtcpPacket> take_packet(ByteReader& reader) {
  RtcpPacket packet;
  if (reader.remaining() < kRtcpHeaderBytes)
    return Error{Code::kMalformed, "rtcp: the header ends early", {}};
  Bytes ahead = ByteReader(reader).rest();
  size_t size = kRtcpHeaderBytes + size_t{4} * (ahead[2] << 8 | ahead[3]);
  packet.whole = reader.take(size);
  if (!reader.ok()) return Error{Code::kMalformed, "rtcp: length", {}};
  if (packet.whole[0] >> 6 != 2) return Error{Code::kMalformed, "rtcp: version", {}};
  packet.count = packet.whole[0] & 0x1F;
  packet.type = packet.whole[1];
  packet.body = packet.whole.subspan(kRtcpHeaderBytes);
  if ((packet.whole[0] & kRtcpPaddingBit) != 0) {
    size_t padding = packet.body.empty() ? 0 : packet.body.back();
    if (padding == 0 || padding > packet.body.size()) return Error{Code::kMalformed, "rtcp: padding", {}};
    packet.body = packet.body.first(packet.body.size() - padding);
  }
  return packet;
}

void write_report_blocks(RtcpWriter& writer, std::span<const ReportBlock> blocks) {
  constexpr int32_t kLostMax = 0x7FFFFF;
  for (const ReportBlock& block : blocks) {
    int32_t lost = std::clamp(block.cumulative_lost, -kLostMax - 1, kLostMax);
    writer.u32(block.ssrc);
    writer.u32(uint32_t{block.fraction_lost} << 24 | (static_cast<uint32_t>(lost) & 0xFFFFFF));
    writer.u32(block.highest_sequence);
    writer.u32(block.jitter);
    writer.u32(block.last_sr);
    writer.u32(block.delay_since_last_sr);
  }
}

}  // namespace

base::Status parse_compound(Bytes packet, RtcpVisitor& visitor) {
  ByteReader reader(packet);
  while (reader.remaining() > 0) {
    auto one = take_packet(reader);
    if (!one) return one.error();
    visit(*one, visitor);
  }
  return {};
}

void append_sender_report(std::vector<uint8_t>& out, const SenderReport& report,
                          std::span<const ReportBlock> blocks) {
  blocks = blocks.first(std::min(blocks.size(), kReportBlocksMax));
  RtcpWriter writer(out, kTypeSenderReport, static_cast<uint8_t>(blocks.size()));
  writer.u32(report.ssrc);
  writer.u32(static_cast<uint32_t>(report.ntp.fixed >> 32));
  writer.u32(static_cast<uint32_t>(report.ntp.fixed));
  writer.u32(report.rtp_timestamp);
  writer.u32(report.packets);
  writer.u32(report.octets);
  write_report_blocks(writer, blocks);
}

void append_receiver_report(std::vector<uint8_t>& out, uint32_t sender_ssrc,
                            std::span<const ReportBlock> blocks) {
  blocks = blocks.first(std::min(blocks.size(), kReportBlocksMax));
  RtcpWriter writer(out, kTypeReceiverReport, static_cast<uint8_t>(blocks.size()));
  writer.u32(sender_ssrc);
  write_report_blocks(writer, blocks);
}

void append_cname(std::vector<uint8_t>& out, uint32_t ssrc, std::string_view cname) {
  cname = cname.substr(0, kSdesTextMax);
  RtcpWriter writer(out, kTypeSdes, 1);
  writer.u32(ssrc);
  writer.u8(kSdesCname);
  writer.u8(static_cast<uint8_t>(cname.size()));
  writer.bytes(base::as_bytes(cname));
  writer.u8(0);  // the null item; the writer fills the word
}

void append_bye(std::vector<uint8_t>& out, uint32_t ssrc) {
  RtcpWriter writer(out, kTypeBye, 1);
  writer.u32(ssrc);
}

void append_nack(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc,
                 std::span<const uint16_t> lost) {
  if (lost.empty()) return;
  RtcpWriter writer(out, kTypeTransportFeedback, kFormatNack);
  writer.u32(sender_ssrc);
  writer.u32(media_ssrc);
  for (size_t i = 0; i < lost.size();) {
    uint16_t first = lost[i++];
    uint16_t following = 0;
    for (; i < lost.size(); ++i) {
      auto ahead = static_cast<uint16_t>(lost[i] - first);
      if (ahead == 0 || ahead > 16) break;
      following |= static_cast<uint16_t>(1u << (ahead - 1));
    }
    writer.u16(first);
    writer.u16(following);
  }
}

void append_pli(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc) {
  RtcpWriter writer(out, kTypePayloadFeedback, kFormatPli);
  writer.u32(sender_ssrc);
  writer.u32(media_ssrc);
}

void append_fir(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t command) {
  RtcpWriter writer(out, kTypePayloadFeedback, kFormatFir);
  writer.u32(sender_ssrc);
  writer.u32(0);  // the media source is in the entry [RFC 5104 4.3.1.2]
  writer.u32(media_ssrc);
  writer.u32(uint32_t{command} << 24);
}

void append_remb(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint64_t bitrate_bps,
                 std::span<const uint32_t> ssrcs) {
  ssrcs = ssrcs.first(std::min(ssrcs.size(), kRembSsrcsMax));
  unsigned exponent = 0;
  while (exponent < kRembExponentMax && bitrate_bps >> exponent >> kRembMantissaBits != 0) ++exponent;
  RtcpWriter writer(out, kTypePayloadFeedback, kFormatApplication);
  writer.u32(sender_ssrc);
  writer.u32(0);
  writer.u32(kRembName);
  writer.u32(static_cast<uint32_t>(ssrcs.size()) << 24 | exponent << kRembMantissaBits |
             static_cast<uint32_t>(bitrate_bps >> exponent));
  for (uint32_t ssrc : ssrcs) writer.u32(ssrc);
}

}  // namespace eyas::rtp

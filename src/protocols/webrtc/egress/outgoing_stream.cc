#include "protocols/webrtc/egress/outgoing_stream.h"

#include <array>
#include <utility>

#include "rtp/rtcp.h"
#include "rtp/sequence.h"
#include "rtp/ticks.h"

namespace eyas::webrtc {

OutgoingStream::OutgoingStream(SendMedia media, const StreamSeeds& seeds, Outlet& outlet)
    : media_(std::move(media)),
      outlet_(outlet),
      // The upper half is left alone, so that a loss right after the start cannot put the two sides' rollover
      // counters apart [RFC 3711 3.3.1].
      sequence_(seeds.sequence & 0x7fff),
      rtx_sequence_(seeds.rtx_sequence & 0x7fff),
      timestamp_offset_(seeds.timestamp) {}

uint32_t OutgoingStream::timestamp_of(const PacketUnit& unit, bool rejoins) {
  uint32_t timestamp = unit.rtp_timestamp + timestamp_offset_;
  if (rejoins && started_) squeezing_ = true;
  if (squeezing_) {
    // A millisecond apart: behind what was shown, and before what comes live.
    uint32_t floor = last_timestamp_ + media_.clock_rate / 1000;
    squeezing_ = rtp::distance(floor, timestamp) < 0;
    if (squeezing_) timestamp = floor;
  }
  if (!started_ || rtp::distance(last_timestamp_, timestamp) > 0) last_timestamp_ = timestamp;
  started_ = true;
  return timestamp;
}

size_t OutgoingStream::send(const PacketUnit& unit, const rtp::PayloadPacket& packet, uint32_t timestamp,
                            bool last, const CaptureClock& clock, uint8_t probe, base::MonoTime now) {
  base::Bytes payload = unit.payload.bytes().subspan(packet.offset, packet.size);
  OutgoingPacket out;
  out.payload_type = media_.payload_type;
  out.marker = packet.marker;
  out.sequence = sequence_++;
  out.timestamp = timestamp + packet.timestamp_offset;
  out.ssrc = media_.ssrc;
  out.payload = {&payload, 1};
  out.probe = probe;
  if (takes_rtx()) out.repairs_as = out.sequence;
  if (last && media_.extensions.abs_capture_time != 0) out.captured = clock.at(unit.pts);
  if (last) out.orientation = unit.orientation;
  size_t bytes = outlet_.send(out, media_.extensions, announcing_, media_.mid, now);
  if (bytes == 0) return 0;
  ++packets_;
  bytes_ += payload.size();
  return bytes;
}

size_t OutgoingStream::send_again(const PacketUnit& unit, const rtp::PayloadPacket& packet,
                                  uint32_t timestamp, uint16_t sequence, uint8_t probe, base::MonoTime now) {
  // The original sequence number goes before the payload [RFC 4588 4].
  std::array<uint8_t, 2> original{static_cast<uint8_t>(sequence >> 8), static_cast<uint8_t>(sequence)};
  std::array<base::Bytes, 2> payload{base::Bytes(original),
                                     unit.payload.bytes().subspan(packet.offset, packet.size)};
  OutgoingPacket out;
  out.payload_type = media_.rtx_payload_type;
  out.marker = packet.marker;
  out.sequence = rtx_sequence_++;
  out.timestamp = timestamp + packet.timestamp_offset;
  out.ssrc = media_.rtx_ssrc;
  out.payload = payload;
  out.probe = probe;
  if (&packet == &unit.packets.back()) out.orientation = unit.orientation;
  // A probe's packets are copies of what has come.
  if (probe == 0) out.repairs_as = sequence;
  return outlet_.send(out, media_.extensions, announcing_, media_.mid, now);
}

void OutgoingStream::append_report(std::vector<uint8_t>& out, const CaptureClock& clock, base::WallTime now,
                                   const std::string& cname) const {
  rtp::SenderReport report;
  report.ssrc = media_.ssrc;
  report.ntp = rtp::ntp_of(now);
  report.rtp_timestamp =
      static_cast<uint32_t>(rtp::to_ticks(now - clock.media_zero, media_.clock_rate)) + timestamp_offset_;
  report.packets = static_cast<uint32_t>(packets_);
  report.octets = static_cast<uint32_t>(bytes_);
  rtp::append_sender_report(out, report);
  rtp::append_cname(out, media_.ssrc, cname);
}

}  // namespace eyas::webrtc

// OutgoingStream: one m-line towards one viewer: its numbers, its timestamps, its reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "media/codec.h"
#include "protocols/webrtc/egress/outlet.h"
#include "protocols/webrtc/egress/packet_format.h"

namespace eyas::webrtc {

// One m-line that we send on. SSRCs are what the answer announced.
struct SendMedia {
  // The stream's track that was negotiated; other renditions of its codec may take its place.
  media::TrackId track = 0;
  bool derived = false;  // that track is derived, and stands alone
  media::Codec codec = media::Codec::kH264;
  std::string mid;
  uint8_t payload_type = 0;
  uint32_t clock_rate = 90000;
  uint32_t ssrc = 0;
  // 0: the viewer takes no RTX, and nothing is sent again: SRTP forbids a second packet with one number.
  uint8_t rtx_payload_type = 0;
  uint32_t rtx_ssrc = 0;
  SendExtensions extensions;
};

// Random numbers that a stream starts from [RFC 3550 5.1].
struct StreamSeeds {
  uint16_t sequence = 0;
  uint16_t rtx_sequence = 0;
  uint32_t timestamp = 0;
};

// How media time stands to the clock that sender reports speak of: the capture clock where it is known, else
// when the fastest packets came in. One for all of a viewer's streams.
struct CaptureClock {
  base::WallTime media_zero;

  rtp::NtpTime at(media::MediaTime time) const { return rtp::ntp_of(media_zero + time.time_since_epoch()); }
};

// Lives on its session's loop.
class OutgoingStream {
 public:
  OutgoingStream(SendMedia media, const StreamSeeds& seeds, Outlet& outlet);

  const SendMedia& media() const { return media_; }
  uint16_t next_sequence() const { return sequence_; }
  uint64_t packets() const { return packets_; }
  uint64_t bytes() const { return bytes_; }
  bool takes_rtx() const { return media_.rtx_payload_type != 0; }
  // The viewer's first report block: it has the stream, and what was announced with it.
  void on_heard() { announcing_ = false; }

  // The timestamp of a unit that starts now: the unit's own, pushed on where that would go back. Pictures
  // that replace older ones (another rendition, a group sent again) are squeezed in: `rejoins`.
  uint32_t timestamp_of(const PacketUnit& unit, bool rejoins);

  // One packet of a unit; returns the bytes that left. Its number is used up even when nothing left.
  size_t send(const PacketUnit& unit, const rtp::PayloadPacket& packet, uint32_t timestamp, bool last,
              const CaptureClock& clock, uint8_t probe, base::MonoTime now);
  // The same again on the RTX stream [RFC 4588 4].
  size_t send_again(const PacketUnit& unit, const rtp::PayloadPacket& packet, uint32_t timestamp,
                    uint16_t sequence, uint8_t probe, base::MonoTime now);

  // Appends a sender report for `now`, with CNAME [RFC 3550 6.1].
  void append_report(std::vector<uint8_t>& out, const CaptureClock& clock, base::WallTime now,
                     const std::string& cname) const;

 private:
  SendMedia media_;
  Outlet& outlet_;
  uint16_t sequence_;
  uint16_t rtx_sequence_;
  uint32_t timestamp_offset_;
  uint32_t last_timestamp_ = 0;
  bool started_ = false;
  bool squeezing_ = false;
  bool announcing_ = true;
  uint64_t packets_ = 0;
  uint64_t bytes_ = 0;
};

}  // namespace eyas::webrtc

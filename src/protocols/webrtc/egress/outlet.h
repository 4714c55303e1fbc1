// Outlet: writes one viewer's datagrams: header and extensions, then encryption straight into the batch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "io/packet_sink.h"
#include "protocols/webrtc/egress/bandwidth/sent_packets.h"
#include "protocols/webrtc/srtp/srtp.h"
#include "rtp/ntp.h"

namespace eyas::webrtc {

// Header extension ids that were negotiated; 0: not to be sent.
struct SendExtensions {
  uint8_t mid = 0;
  uint8_t transport_sequence = 0;  // transport-wide-cc
  uint8_t abs_send_time = 0;
  uint8_t abs_capture_time = 0;
  uint8_t playout_delay = 0;
  uint8_t video_orientation = 0;
};

// What differs from packet to packet.
struct OutgoingPacket {
  uint8_t payload_type = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  std::span<const base::Bytes> payload;  // pieces, one after the other
  // Sent where it is known: in the last packet of a frame, which is shorter than the others anyway, so that
  // these stay of one size and leave as one segmented send.
  std::optional<rtp::NtpTime> captured;
  std::optional<uint8_t> orientation;  // there too [3GPP TS 26.114 7.4.5]
  uint8_t probe = 0;
  // The number to send again should this packet be reported lost; nullopt: it is not worth it.
  std::optional<uint16_t> repairs_as;
};

// Lives on its session's loop. `srtp` and `sink` outlive it.
class Outlet {
 public:
  Outlet(SrtpSender& srtp, io::PacketSink& sink, uint16_t first_transport_sequence)
      : srtp_(srtp), sink_(sink), sent_(first_transport_sequence) {}

  // `announce`: with what a receiver must be told once: mid (when not empty) and playout delay. Returns the
  // bytes that left; 0 when the sink took nothing.
  size_t send(const OutgoingPacket& packet, const SendExtensions& ids, bool announce, const std::string& mid,
              base::MonoTime now);
  // Encrypts a compound RTCP packet. False when the sink took nothing.
  bool send_rtcp(base::Bytes compound);

  SentPackets& sent() { return sent_; }
  const SentPackets& sent() const { return sent_; }
  // Of all packets that left.
  uint64_t bytes() const { return bytes_; }
  uint64_t refused() const { return refused_; }

 private:
  SrtpSender& srtp_;
  io::PacketSink& sink_;
  SentPackets sent_;
  uint64_t bytes_ = 0;
  uint64_t refused_ = 0;
};

}  // namespace eyas::webrtc

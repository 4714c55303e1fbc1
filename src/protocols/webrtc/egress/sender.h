// Sender: the send side of one viewer: units of the feed in, SRTP datagrams out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "io/packet_sink.h"
#include "media/codec.h"
#include "protocols/webrtc/egress/packet_format.h"

namespace eyas::webrtc {

class SrtpSender;

// Header extension ids that were negotiated; 0: not to be sent.
struct SendExtensions {
  uint8_t mid = 0;
  uint8_t transport_sequence = 0;  // transport-wide-cc
  uint8_t abs_send_time = 0;
  uint8_t abs_capture_time = 0;
  uint8_t playout_delay = 0;
};

// One m-line that we send on. SSRCs are what the answer announced.
struct SendMedia {
  media::Codec codec = media::Codec::kH264;
  std::string mid;
  uint8_t payload_type = 0;
  uint32_t clock_rate = 90000;
  uint32_t ssrc = 0;
  uint8_t rtx_payload_type = 0;  // 0: the viewer takes no RTX; lost packets are sent again as they were
  uint32_t rtx_ssrc = 0;
  bool nack = false;
  SendExtensions extensions;
};

struct SenderOptions {
  std::optional<SendMedia> video;
  std::optional<SendMedia> audio;
  std::string cname;
  // The wall clock's time when MonoTime was zero, taken once, so that sender reports run evenly though the
  // wall clock is stepped.
  base::WallTime wall_at_mono_zero;
  uint32_t random_seed = 0;  // sequence numbers and timestamp offsets start from here; from a secure source
  bool paced = true;  // false: everything leaves at once, whatever the path carries (tests, benchmarks)

  // What lost packets are sent again from; the first limit that is reached counts.
  base::Duration history_span = std::chrono::milliseconds(1500);
  size_t history_packets = 4096;
  size_t history_bytes = 4u << 20;  // shared with the feed; bounds what a viewer keeps alive of it
  // Video that could not leave for this long goes, with the rest of its group.
  base::Duration queue_age_max = std::chrono::milliseconds(120);
  size_t queue_bytes_max = 8u << 20;
};

// For metrics and the API. Totals since the session began.
struct SenderStatistics {
  uint64_t packets = 0;
  uint64_t bytes = 0;  // RTP payload
  uint64_t retransmitted_packets = 0;
  uint64_t retransmitted_bytes = 0;
  uint64_t probe_packets = 0;  // retransmissions that nobody asked for, to learn what the path carries
  uint64_t nacks = 0;          // packets that were asked for
  uint64_t nacks_missed = 0;   // of these, no longer in the history
  uint64_t plis = 0;           // PLI and FIR
  uint64_t keyframe_requests = 0;
  uint64_t group_restarts = 0;
  uint64_t skipped_groups = 0;  // groups not sent, or not to their end
  uint64_t skipped_frames = 0;
  uint64_t disposable_dropped = 0;
  uint64_t rendition_changes = 0;
  uint64_t sink_refused = 0;
  uint64_t bad_rtcp = 0;
  uint64_t estimate_bps = 0;  // 0: nothing known yet
  uint8_t rendition = 0;
  bool constrained = false;  // the path carries less than what the viewer should have
  double loss = 0;           // share of packets, lately
  base::Duration round_trip{0};
  base::Duration send_delay{0};  // how long video lately waited here before it left
};

// Lives on its session's loop. Sans-I/O: every call may write datagrams into the sink; time comes in with the
// call and never goes back.
class Sender {
 public:
  // What a sender asks of its session. Called from within the calls below; must not destroy the sender.
  struct Upstream {
    virtual ~Upstream() = default;
    // Asks the publisher for a keyframe of this track; false when the publisher cannot make one on demand.
    virtual bool request_keyframe(media::TrackId track) = 0;
    // The viewer needs a keyframe that the publisher will not make: the session should read the feed's newest
    // group once more, from its start. Units that come twice are told by their numbers.
    virtual void restart_group() = 0;
    // The stream's codec is no longer what was negotiated; the viewer must ask anew.
    virtual void on_codec_changed(media::TrackKind kind) = 0;
  };

  // `srtp`, `sink` and `upstream` outlive the sender.
  Sender(SenderOptions options, SrtpSender& srtp, io::PacketSink& sink, Upstream& upstream);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // The feed's next unit, in the feed's order. Units of tracks that this viewer does not get are passed over.
  void on_unit(const PacketUnitPtr& unit, base::MonoTime now);
  // A compound RTCP packet from the viewer, decrypted.
  void on_rtcp(base::Bytes packet, base::MonoTime now);
  // To be called at next_tick(), or later.
  void on_tick(base::MonoTime now);
  // When on_tick() has work; MonoTime::max() when units and RTCP are enough. Changes with every call above.
  base::MonoTime next_tick() const;

  // The layer to send, 0 the best; nullopt: what the path carries. Takes effect at that layer's next
  // keyframe.
  void select_rendition(std::optional<uint8_t> rendition);
  // Appends an RTCP BYE of all streams to the sink.
  void say_goodbye(base::MonoTime now);

  SenderStatistics statistics() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace eyas::webrtc

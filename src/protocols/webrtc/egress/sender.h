// Sender: the send side of one viewer: units of the feed in, SRTP datagrams out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "io/packet_sink.h"
#include "media/frame.h"
#include "protocols/webrtc/egress/bandwidth/estimator.h"
#include "protocols/webrtc/egress/negotiated_track.h"
#include "protocols/webrtc/egress/outgoing_stream.h"
#include "protocols/webrtc/egress/outlet.h"
#include "protocols/webrtc/egress/pacer.h"
#include "protocols/webrtc/egress/packet_format.h"
#include "protocols/webrtc/egress/rendition_switch.h"
#include "protocols/webrtc/egress/resends.h"
#include "protocols/webrtc/egress/send_history.h"
#include "rtp/rtcp.h"

namespace eyas::webrtc {

struct SenderOptions {
  std::optional<SendMedia> video;
  std::optional<SendMedia> audio;
  std::string cname;
  // The wall clock's time when MonoTime was zero, taken once, so that sender reports run evenly though the
  // wall clock is stepped.
  base::WallTime wall_at_mono_zero;
  uint64_t random_seed = 0;  // sequence numbers and timestamp offsets come of it; from a secure source
  bool paced = true;         // false: everything leaves at once, whatever the path carries
  HistoryLimits history;     // what lost packets are sent again from
  // On a path that carries less than the stream: video that could not leave for this long, and for as long as
  // its group's keyframe takes, goes with the rest of its group.
  base::Duration queue_age_max = std::chrono::milliseconds(350);
  size_t queue_bytes_max = 8u << 20;
};

// For metrics and the API. Totals since the session began.
struct SenderStatistics {
  uint64_t packets = 0;
  uint64_t bytes = 0;     // RTP payload
  uint64_t pictures = 0;  // sent whole
  uint64_t retransmitted_packets = 0;
  uint64_t retransmitted_bytes = 0;
  uint64_t guard_packets = 0;  // last packets of pictures, sent twice on a lossy path
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
  base::Duration path_delay{0};  // how long packets stand in the path's queues, as arrivals tell
  size_t queued_bytes = 0;       // video that waits here
};

// Lives on its session's loop. Sans-I/O: every call may write datagrams into the sink; time comes in with the
// call and never goes back.
class Sender {
 public:
  // What a sender asks of its session. Called from within the calls below; must not destroy the sender.
  struct Upstream {
    virtual ~Upstream() = default;
    // Asks the publisher for a keyframe of this track (hub::Reader::request_key).
    virtual void request_keyframe(media::TrackId track) = 0;
    // The viewer needs a keyframe and the publisher makes none: the session should read the feed anew, which
    // starts with the newest group. Units that come twice are told by their numbers. Do it after this call.
    virtual void restart_group() = 0;
    // The stream's codec is no longer what was negotiated; the viewer must ask anew. Told once.
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
  // An RTCP BYE of all streams leaves [RFC 3550 6.6].
  void say_goodbye();

  SenderStatistics statistics() const;

 private:
  struct Feedback;  // reads RTCP

  // Units.
  void note_clock(const PacketUnit& unit, base::MonoTime now);
  void send_audio(const PacketUnit& unit, base::MonoTime now);
  void take_video(const PacketUnitPtr& unit, base::MonoTime now);
  void tell_codec_changed(media::TrackKind kind, bool& told);
  void report_if_due(base::MonoTime now);

  // Leaving.
  void pump(base::MonoTime now);
  void drop_stale(base::MonoTime now);
  void send_front(uint8_t probe, base::MonoTime now);
  void send_ends_again(base::MonoTime now);
  void send_probe(base::MonoTime now);
  bool send_filler(uint8_t probe, base::MonoTime now);

  // The path.
  void steer(base::MonoTime now);
  void seek_relief(uint64_t limit, uint64_t need, base::MonoTime now);
  void probe_if_due(uint64_t wanted_bps, base::Duration interval, base::MonoTime now);
  void watch_silence(base::MonoTime now);
  base::Duration queue_age_max() const;
  bool lossy_with_room() const;

  // What the viewer says.
  void on_transport_feedback(const rtp::TransportFeedback& feedback, base::MonoTime now);
  void on_nack(std::span<const uint16_t> lost, base::MonoTime now);
  void repair_reported(std::span<const PacketResult> results, base::MonoTime now);
  void repair(uint16_t sequence, Resends::Why why, base::MonoTime now);
  void on_report_block(const rtp::ReportBlock& block, base::MonoTime now);
  void on_key_wanted(base::MonoTime now);
  void ask_key(base::MonoTime now);
  base::Duration round_trip() const;
  base::WallTime wall(base::MonoTime now) const {
    return options_.wall_at_mono_zero + now.time_since_epoch();
  }

  SenderOptions options_;
  Outlet outlet_;
  Upstream& upstream_;
  std::optional<OutgoingStream> video_;
  std::optional<OutgoingStream> audio_;
  std::optional<NegotiatedTrack> audio_track_;
  std::optional<RenditionSwitch> renditions_;
  SendHistory history_;
  Pacer pacer_;
  BandwidthEstimator estimator_;
  SenderStatistics counts_;

  std::optional<CaptureClock> clock_;
  base::MonoTime next_report_;
  unsigned reports_ = 0;
  uint64_t last_audio_ = 0;  // number of the unit
  uint64_t audio_bps_ = 0;
  bool audio_change_told_ = false;
  bool video_change_told_ = false;

  bool constrained_ = false;
  bool roomy_ = true;
  base::MonoTime next_probe_;
  base::MonoTime heard_at_;                // transport-wide feedback
  base::Duration feedback_round_trip_{0};  // the least time from a packet to the word of it; 0: unknown
  base::MonoTime next_silence_;
  uint16_t filler_ = 0;  // the packet that the last probe sent again
  size_t key_bytes_ = 0;
  Resends resends_;
  std::vector<uint16_t> perhaps_late_;  // of the newest feedback's end; at most what left in kLateMax
  std::optional<base::MonoTime> key_wanted_since_;
  std::optional<base::MonoTime> key_asked_at_;
  std::optional<base::MonoTime> restarted_at_;
  std::optional<base::MonoTime> key_came_at_;
  base::Duration key_interval_{0};
};

}  // namespace eyas::webrtc

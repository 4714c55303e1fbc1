// TrackReceiver: one track's RTP and RTCP -> frames. The same for what is recorded to us and what we pull.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "media/frame.h"
#include "protocols/rtsp/media_map.h"
#include "rtp/decode_order.h"
#include "rtp/media_clock.h"
#include "rtp/packet.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/reception.h"
#include "rtp/reorder.h"
#include "rtp/rtcp.h"

namespace eyas::rtsp {

struct ReceiverOptions {
  rtp::ReorderOptions reorder;
  // Of UDP packets that come late: nobody sends them again, so there is only disorder to wait for.
  base::Duration disorder_max = std::chrono::milliseconds(60);
  size_t unit_bytes_max = 16 * 1024 * 1024;  // of one access unit
  base::Duration report_interval = std::chrono::seconds(5);
  base::Duration key_request_interval = std::chrono::seconds(1);  // between two of one track
  // A sender whose clock differs from ours by more does not know the time: what it says is no capture time.
  base::Duration clock_skew_max = std::chrono::seconds(10);
};

// Lives on its session's loop.
class TrackReceiver final : private rtp::Reorder::Sink, private rtp::RtcpVisitor {
 public:
  struct Sink {
    virtual ~Sink() = default;
    // A new track, or a new configuration of one with the same id.
    virtual void on_track(media::TrackPtr track) = 0;
    // On the session's own timeline, which begins at its start.
    virtual void on_frame(media::Frame frame) = 0;
  };
  struct Counters {
    uint64_t packets = 0;
    uint64_t bytes = 0;
    uint64_t malformed = 0;  // neither RTP nor RTCP
    uint64_t lost = 0;       // given up
    uint64_t reordered = 0;
    uint64_t damaged = 0;             // units with a hole
    uint64_t waiting = 0;             // units dropped until the next key frame
    uint64_t refused = 0;             // packets of another source while this one is heard
    uint64_t other_payload_type = 0;  // DEVIATION: cameras send another one than their SDP says
    uint64_t key_requests = 0;
  };
  // When the session began, on both clocks: its time zero.
  struct Start {
    base::MonoTime mono;
    base::WallTime wall;
  };

  // Errors: kUnsupported, kMalformed: the media cannot be taken. `sink` and `options` outlive it.
  static base::Result<std::unique_ptr<TrackReceiver>> make(const ReceivedMedia& media, media::TrackId track,
                                                           const ReceiverOptions& options, Start start,
                                                           Sink& sink);

  // A packet of either port or channel: DEVIATION: some senders mix the two up.
  void on_packet(base::Bytes packet, base::MonoTime now);
  // About every 10 ms while has_holes(), else about every second.
  void on_tick(base::MonoTime now);
  bool has_holes() const { return reorder_ && reorder_->next_deadline(); }

  // Appends what is due: a receiver report with CNAME, a request for a key frame [RFC 3550 6.1, RFC
  // 4585 6.3.1].
  void append_reports(std::vector<uint8_t>& out, uint32_t own_ssrc, base::MonoTime now);
  // A reader needs a key frame.
  void want_key() { key_wanted_ = true; }

  media::TrackId track() const { return track_id_; }
  media::TrackKind kind() const { return media_.kind(); }
  // Null before the first packet.
  rtp::MediaClock* clock() { return clock_ ? &*clock_ : nullptr; }
  std::optional<base::MonoTime> last_packet() const { return last_packet_; }
  Counters counters() const;

 private:
  TrackReceiver(const ReceivedMedia& media, media::TrackId track, const ReceiverOptions& options, Start start,
                Sink& sink);
  bool begin(const rtp::PacketView& packet);
  void on_rtp(const rtp::PacketView& packet);
  void on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime arrival) override;
  void on_unit(rtp::AccessUnit unit);
  bool decodable(const rtp::AccessUnit& unit);
  void announce(media::CodecConfig config);
  void on_sender_report(const rtp::SenderReport& report) override;
  void on_bye(uint32_t ssrc) override;

  const ReceivedMedia media_;
  const media::TrackId track_id_;
  const ReceiverOptions& options_;
  const Start start_;
  Sink& sink_;
  Counters counters_;

  std::optional<uint32_t> ssrc_;
  uint8_t payload_type_;
  std::optional<base::MonoTime> last_packet_;
  base::MonoTime now_;  // of the call at hand
  std::unique_ptr<rtp::Depacketizer> depacketizer_;
  std::optional<rtp::Reorder> reorder_;
  std::optional<rtp::MediaClock> clock_;
  std::optional<rtp::Reception> reception_;
  rtp::DecodeOrder decode_order_;
  std::vector<rtp::AccessUnit> units_;
  media::TrackPtr track_;

  bool await_key_ = true;
  bool key_wanted_ = false;
  std::optional<base::MonoTime> key_asked_;
  uint8_t fir_number_ = 0;
  base::MonoTime next_report_;
};

}  // namespace eyas::rtsp

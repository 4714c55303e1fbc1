// Ingest: what one peer publishes by WebRTC: decrypted RTP and RTCP -> tracks and frames, and the RTCP that
// goes back.
//
// The session's glue, in short:
//   Ingest ingest(negotiated.media, local.ssrc_base, {}, *this, now, host.wall_at_mono_zero());
//   on_rtp(packet)  -> ingest.on_rtp(packet, now)          (after SrtpReceiver::unprotect)
//   on_rtcp(packet) -> ingest.on_rtcp(packet, now)
//   timer           -> ingest.on_tick(now), again at ingest.next_tick()
//   Sink::on_track, on_frame -> hub::Publisher::set_track, publish (kept, bounded, until the hub has
//   answered) Sink::send_rtcp -> SrtpSender::protect_rtcp into the session's PacketSink
//   hub::Publisher::on_key_wanted(track) -> ingest.request_key(track, now)
//   once a second   -> hub::Publisher::report(ingest.counters())
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "hub/facts.h"
#include "media/frame.h"
#include "protocols/webrtc/ingest/options.h"
#include "protocols/webrtc/ingest/receive_rate.h"
#include "protocols/webrtc/negotiation/negotiate.h"
#include "rtp/packet.h"
#include "rtp/transport_feedback.h"

namespace eyas::webrtc {

class Layer;

// Sans-I/O. Each m-line that we receive is a track; simulcast layers are further tracks, ranked by picture
// size (media::Track::rendition). Frames lie on one timeline that audio leads: where sender reports tell how
// the RTP clocks relate, video follows. Only whole access units come out, and of video none whose references
// were lost: a picture with a hole asks for a key frame. Lives on its session's loop.
class Ingest {
 public:
  // Called from within on_rtp(), on_rtcp(), on_tick() and request_key(); must not call back into the Ingest.
  struct Sink {
    virtual ~Sink() = default;
    // A new track, or a new configuration or rank of one.
    virtual void on_track(media::TrackPtr track) = 0;
    // On the peer's own timeline, which starts near zero; its track was told before.
    virtual void on_frame(media::Frame frame) = 0;
    // One compound packet, plain, at most kRtcpBytesMax; the bytes are valid during the call only.
    virtual void send_rtcp(base::Bytes compound) = 0;
  };
  static constexpr size_t kRtcpBytesMax = 1200;

  // `media`: all m-lines as negotiated; those not to be received are passed over. `local_ssrc` is what our
  // reports come from. `wall_at_mono_zero` turns arrivals into our wall clock's time. `sink` outlives it.
  Ingest(const std::vector<NegotiatedMedia>& media, uint32_t local_ssrc, IngestOptions options, Sink& sink,
         base::MonoTime now, base::WallTime wall_at_mono_zero);
  ~Ingest();

  // Plain packets. What is malformed or belongs to nothing that was negotiated is counted and passed over.
  void on_rtp(base::Bytes packet, base::MonoTime now);
  void on_rtcp(base::Bytes packet, base::MonoTime now);
  void on_tick(base::MonoTime now);
  base::MonoTime next_tick() const;

  // A reader needs a key frame of this track: PLI or FIR, as often as key_request_interval allows.
  void request_key(media::TrackId track, base::MonoTime now);
  // BYE.
  void say_goodbye();

  // What was received, mended and lost so far.
  hub::Counters counters() const;

 private:
  class ReportReader;
  // One m-line: the layers that its packets belong to, and the payload types that it knows.
  struct Line {
    NegotiatedMedia media;
    std::vector<std::unique_ptr<Layer>> layers;  // in the offer's order
    const NegotiatedPayload& payload() const { return media.payloads.front(); }
    bool knows(uint8_t payload_type) const;
    bool is_rtx(uint8_t payload_type) const;
  };
  // Where the packets of one SSRC go.
  struct Route {
    Line* line = nullptr;
    Layer* layer = nullptr;
    base::MonoTime used;
  };

  Route* route_of(const rtp::PacketView& packet, base::MonoTime now);
  Line* line_of(const rtp::PacketView& packet);
  static Layer* layer_of(Line& line, const rtp::PacketView& packet);
  bool make_room_for_route(base::MonoTime now);
  static void on_rtx(const Route& route, rtp::PacketView packet, base::MonoTime now);
  Layer* layer_by_ssrc(uint32_t ssrc);
  template <typename Visit>
  void for_each_layer(Visit visit) const;

  void rank_layers(Line& line, base::MonoTime now);
  void steer_clocks();

  void begin_compound();
  void send_compound();
  void write_nacks(base::MonoTime now);
  void write_key_requests(base::MonoTime now);
  void write_reports(base::MonoTime now);
  void write_feedback(base::MonoTime now);

  uint32_t local_ssrc_;
  IngestOptions options_;
  Sink& sink_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::map<uint32_t, Route> routes_;  // by SSRC, at most sources_max
  uint8_t transport_sequence_id_ = 0;
  rtp::Arrivals arrivals_;
  ReceiveRate rate_;
  base::MonoTime next_report_;
  base::MonoTime next_feedback_;
  base::MonoTime next_nack_;
  std::vector<uint8_t> compound_;
  uint8_t fir_command_ = 0;
  uint64_t malformed_ = 0;
  uint64_t unknown_ = 0;  // packets of an SSRC or payload type that nothing was negotiated for
};

}  // namespace eyas::webrtc

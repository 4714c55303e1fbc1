// Layer: one track on its way in: packets of an m-line, or of one of its simulcast layers -> frames.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocols/webrtc/ingest/ingest.h"
#include "rtp/decode_order.h"
#include "rtp/media_clock.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/reception.h"
#include "rtp/reorder.h"

namespace eyas::webrtc {

// What a layer is made of.
struct LayerSetup {
  media::TrackId track = 0;
  std::string rid;  // empty: the m-line has one layer
  NegotiatedPayload payload;
  uint8_t abs_capture_time = 0;  // extension ids; 0: none
  uint8_t video_orientation = 0;
  base::MonoTime session_start;
  base::WallTime wall_at_mono_zero;
};

// Lives on its session's loop.
class Layer final : private rtp::Reorder::Sink {
 public:
  struct Counters {
    uint64_t packets = 0;
    uint64_t retransmitted = 0;
    uint64_t damaged = 0;  // units with a hole
    uint64_t waiting = 0;  // units dropped until the next key frame
    uint64_t nacks = 0;    // packets asked for
    uint64_t key_requests = 0;
    uint64_t refused = 0;  // packets of an SSRC that was not the layer's
  };

  Layer(LayerSetup setup, const IngestOptions& options, Ingest::Sink& sink);
  ~Layer() override;

  const LayerSetup& setup() const { return setup_; }
  media::TrackKind kind() const { return media::kind_of(setup_.payload.codec); }
  // Of the source that feeds it now; nullopt before the first packet.
  std::optional<uint32_t> ssrc() const { return ssrc_; }
  // Whether packets of this SSRC would be taken: those of another source only once the present one is silent.
  bool takes(uint32_t ssrc, base::MonoTime now) const;

  void on_media(const rtp::PacketView& packet, base::MonoTime now);
  // A packet that came again, unwrapped.
  void on_retransmitted(const rtp::PacketView& packet, base::MonoTime now);
  void on_sender_report(const rtp::SenderReport& report, base::MonoTime now);
  // The source said BYE.
  void on_bye() { ssrc_.reset(); }
  void on_tick(base::MonoTime now);
  bool has_holes() const { return reorder_ && reorder_->next_deadline(); }

  // The numbers to ask for now.
  std::vector<uint16_t> take_missing(base::MonoTime now);
  void want_key() { key_wanted_ = true; }
  // True when a key frame is to be asked for now; notes that it was.
  bool take_key_request(base::MonoTime now);
  // When take_key_request() may give true; nullopt: nobody wants one.
  std::optional<base::MonoTime> next_key_request() const;
  std::optional<rtp::ReportBlock> report_block(base::MonoTime now);

  // The rank among simulcast layers, told to the sink when it changes.
  void set_rendition(uint8_t rendition);
  // Pixels of its pictures; 0 before the first.
  uint64_t picture_size() const;
  std::optional<base::MonoTime> last_frame() const { return last_frame_; }

  rtp::MediaClock* clock() { return clock_ ? &*clock_ : nullptr; }
  const Counters& counters() const { return counters_; }
  rtp::Reorder::Counters reorder_counters() const;

 private:
  void on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime arrival) override;
  void begin(uint32_t ssrc);
  void read_capture_time(const rtp::PacketView& packet);
  void read_orientation(const rtp::PacketView& packet);
  void on_unit(rtp::AccessUnit unit);
  bool decodable(const rtp::AccessUnit& unit);
  void announce(media::CodecConfig config);

  LayerSetup setup_;
  const IngestOptions& options_;
  Ingest::Sink& sink_;
  Counters counters_;
  rtp::Reorder::Counters past_;  // of sources before this one

  std::optional<uint32_t> ssrc_;
  base::MonoTime last_packet_;
  base::MonoTime now_;  // of the call at hand
  std::unique_ptr<rtp::Depacketizer> depacketizer_;
  std::optional<rtp::Reorder> reorder_;
  std::optional<rtp::MediaClock> clock_;
  std::optional<rtp::Reception> reception_;
  rtp::DecodeOrder decode_order_;
  std::vector<rtp::AccessUnit> units_;

  std::optional<uint8_t> orientation_;  // holds until another comes
  media::TrackPtr track_;
  uint8_t rendition_ = 0;
  std::optional<base::MonoTime> last_frame_;
  bool await_key_ = true;    // units before the next key frame cannot be decoded
  bool key_wanted_ = false;  // by a reader, or by a unit that was dropped
  std::optional<base::MonoTime> key_asked_;
};

}  // namespace eyas::webrtc

// For tests: a viewer as browsers are: asks for what is lost, reports arrivals, shows whole pictures only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/slice.h"
#include "protocols/webrtc/srtp/srtp.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/reorder.h"
#include "rtp/rtcp.h"
#include "rtp/transport_feedback.h"

namespace eyas::webrtc::test {

struct ViewerPayloads {
  uint8_t video = 96;
  uint8_t rtx = 97;
  uint8_t audio = 111;
  uint32_t video_ssrc = 0x1001;
  uint32_t rtx_ssrc = 0x1002;
  uint32_t audio_ssrc = 0x1003;
  uint8_t transport_sequence_id = 3;
  bool sends_transport_feedback = true;
};

// Lives in the test's thread.
class TestViewer final : rtp::Reorder::Sink, rtp::RtcpVisitor {
 public:
  struct Shown {
    uint32_t number;
    uint32_t timestamp;
    bool key;
    base::MonoTime at;
  };
  using SendRtcp = std::function<void(std::vector<uint8_t>)>;

  TestViewer(ViewerPayloads payloads, SrtpReceiver srtp, SendRtcp send);

  void on_datagram(base::Bytes datagram, base::MonoTime now);
  // Every 5 ms or so.
  void on_tick(base::MonoTime now);

  std::vector<Shown> shown;
  std::vector<rtp::SenderReport> reports;
  std::vector<uint32_t> audio_timestamps;
  uint64_t packets = 0;
  uint64_t repaired = 0;
  uint64_t undecodable = 0;  // pictures behind a hole: not shown
  uint64_t broken = 0;       // shown although one they need was not sent: must never happen
  uint64_t plis = 0;
  uint64_t bad = 0;
  size_t largest_datagram = 0;
  std::optional<base::MonoTime> first_packet;

 private:
  void on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime arrival) override;
  void on_sender_report(const rtp::SenderReport& report) override;
  void take_rtp(base::Bytes packet, base::MonoTime now);
  void take_video(const rtp::PacketView& packet, base::MonoTime now);
  void begin_video(base::MonoTime now);
  void take_unit(const rtp::AccessUnit& unit, base::MonoTime now);
  void want_key();
  void report(base::MonoTime now);

  ViewerPayloads payloads_;
  SrtpReceiver srtp_;
  SendRtcp send_;
  rtp::Reorder reorder_;
  std::unique_ptr<rtp::Depacketizer> depacketizer_;
  rtp::Arrivals arrivals_;
  std::vector<rtp::AccessUnit> units_;
  std::vector<uint16_t> missing_;
  // Which packet is the first is not known at first: what comes meanwhile is sorted, as browsers do.
  struct Early {
    std::vector<uint8_t> payload;
    rtp::PacketView packet;
  };
  std::vector<Early> early_;
  bool begun_ = false;
  base::MonoTime now_;
  base::MonoTime feedback_at_;
  base::MonoTime report_at_;
  base::MonoTime pli_at_;
  std::optional<uint32_t> last_number_;
  bool needs_key_ = true;
  uint32_t last_sr_ = 0;
  base::MonoTime last_sr_at_;
  uint64_t lost_reported_ = 0;
  uint32_t highest_reported_ = 0;
};

}  // namespace eyas::webrtc::test

// One WHEP viewer in full: ICE as the controlling agent, DTLS client, SRTP receiver, transport-wide feedback.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "bench/signalling.h"
#include "bench/viewers.h"
#include "bench/whep_offer.h"
#include "protocols/webrtc/dtls/dtls.h"
#include "protocols/webrtc/srtp/srtp.h"
#include "protocols/webrtc/wire/stun.h"
#include "rtp/payload/depacketizer.h"
#include "rtp/rtcp.h"

namespace eyas::bench {

// What all viewers of a run share.
struct WhepWorld {
  Target target;
  std::shared_ptr<const webrtc::DtlsContext> dtls;
  // As Chromium sends it at some Mbit/s.
  base::Duration feedback_every = std::chrono::milliseconds(100);
};
// With a fresh certificate. `cm_sha1`: AES128_CM_SHA1_80 is all that the viewers offer.
WhepWorld make_whep_world(const Target& target, bool cm_sha1);

// Datagrams of one SSRC: what came, and how far the numbers went.
struct ReceivedStream {
  uint32_t ssrc = 0;
  uint64_t received = 0;
  int64_t first = 0;
  int64_t highest = 0;

  uint64_t expected() const { return static_cast<uint64_t>(highest - first + 1); }
};

// Lives on the thread that made it.
class WhepViewer {
 public:
  enum class State : uint8_t { kChecking, kHandshaking, kPlaying, kRefused, kEnded };

  // Posts the offer and sends the first check. `samples` non-null: every packet is decrypted and
  // depacketised.
  WhepViewer(const WhepWorld& world, SignallingClient& http, Samples* samples);
  ~WhepViewer();
  WhepViewer(const WhepViewer&) = delete;
  WhepViewer& operator=(const WhepViewer&) = delete;

  int fd() const { return fd_; }
  State state() const { return state_; }
  int refusal() const { return refusal_; }  // the HTTP status
  bool over() const { return state_ == State::kRefused || state_ == State::kEnded; }
  bool saw_video() const { return first_video_ms_.has_value(); }
  std::optional<double> first_video_ms() const {
    return first_video_ms_;
  }  // from the POST to the first video packet
  uint64_t bytes() const { return bytes_; }
  uint64_t datagrams() const { return datagrams_; }
  uint64_t lost() const;  // numbers that never came, since begin_window()

  // Reads all that is there. To be called when the socket is readable.
  void read(bool record_latency);
  // Checks, retransmissions, feedback. To be called every few milliseconds.
  void tick();
  // Loss is counted from here on.
  void begin_window();
  // DELETE, and close_notify.
  void leave(SignallingClient& http);

 private:
  bool open_socket(uint16_t port);
  void send_check(base::MonoTime now);
  void send(base::Bytes datagram);
  void flush_dtls();
  void on_datagram(std::span<uint8_t> datagram, base::MonoTime now, base::MonoTime arrived);
  void on_stun(base::Bytes datagram, base::MonoTime now);
  void on_rtp(std::span<uint8_t> datagram, base::MonoTime now, base::MonoTime arrived);
  bool count(const rtp::PacketView& packet);
  void decrypt(std::span<uint8_t> datagram, bool gap, base::MonoTime now);
  void note_arrival(const rtp::PacketView& packet, base::MonoTime arrived);
  void send_feedback(base::MonoTime now);
  void send_rtcp(std::vector<uint8_t> packet);
  std::vector<rtp::ReportBlock> report_blocks();

  const WhepWorld& world_;
  Samples* samples_;
  int fd_ = -1;
  State state_ = State::kRefused;
  int refusal_ = 0;
  base::MonoTime posted_;
  std::string location_;
  webrtc::IceCredentials local_;
  WhepAnswer answer_;
  base::MonoTime next_check_;
  uint64_t checks_ = 0;
  std::unique_ptr<webrtc::DtlsSession> dtls_;
  std::optional<webrtc::SrtpReceiver> in_;
  std::optional<webrtc::SrtpSender> out_;
  std::unique_ptr<rtp::Depacketizer> depacketizer_;

  std::optional<double> first_video_ms_;
  uint64_t bytes_ = 0;
  uint64_t datagrams_ = 0;
  std::vector<ReceivedStream> streams_;
  uint32_t video_ssrc_ = 0;
  bool record_latency_ = false;
  std::optional<uint64_t> last_counter_;
  bool saw_picture_ = false;

  base::MonoTime next_feedback_;
  base::MonoTime next_report_;
  rtp::TransportFeedback pending_;  // since the last feedback
};

}  // namespace eyas::bench

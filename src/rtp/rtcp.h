// RTCP: compound packets are read through a Visitor and written by append_*() functions.
// [RFC 3550 6], feedback [RFC 4585 6], FIR [RFC 5104 4.3.1], reduced size [RFC 5506], REMB
// [draft-alvestrand-rmcat-remb], transport-wide feedback: transport_feedback.h. Other packets (XR, APP) are
// passed over.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "rtp/ntp.h"
#include "rtp/transport_feedback.h"

namespace eyas::rtp {

constexpr size_t kReportBlocksMax = 31;     // a five-bit count
constexpr size_t kNackSequencesMax = 4096;  // taken out of one packet; more are passed over
constexpr size_t kRembSsrcsMax = 255;       // an eight-bit count

struct ReportBlock {
  uint32_t ssrc = 0;                 // of the stream that is reported on
  uint8_t fraction_lost = 0;         // 1/256, since the report before
  int32_t cumulative_lost = 0;       // 24 bits, signed; saturates
  uint32_t highest_sequence = 0;     // extended by its cycles
  uint32_t jitter = 0;               // in the stream's clock
  uint32_t last_sr = 0;              // NtpTime::middle() of the last SR; 0: none yet
  uint32_t delay_since_last_sr = 0;  // 1/65536 s
};

struct SenderReport {
  uint32_t ssrc = 0;
  NtpTime ntp;
  uint32_t rtp_timestamp = 0;  // of the same moment
  uint32_t packets = 0;
  uint32_t octets = 0;  // payload only
};

// What a compound packet says, in its order. All spans are valid during the call only.
class RtcpVisitor {
 public:
  virtual ~RtcpVisitor() = default;
  virtual void on_sender_report(const SenderReport&) {}
  // Blocks of SR and RR alike; `reporter` is the peer's SSRC.
  virtual void on_report_block(uint32_t reporter, const ReportBlock&) { (void)reporter; }
  virtual void on_cname(uint32_t ssrc, std::string_view cname) { (void)ssrc, (void)cname; }
  virtual void on_bye(uint32_t ssrc) { (void)ssrc; }
  virtual void on_nack(uint32_t media_ssrc, std::span<const uint16_t> lost) { (void)media_ssrc, (void)lost; }
  virtual void on_pli(uint32_t media_ssrc) { (void)media_ssrc; }
  // A repeated `command` is the same request, sent again [RFC 5104 4.3.1.2].
  virtual void on_fir(uint32_t media_ssrc, uint8_t command) { (void)media_ssrc, (void)command; }
  virtual void on_remb(uint64_t bitrate_bps, std::span<const uint32_t> ssrcs) {
    (void)bitrate_bps, (void)ssrcs;
  }
  virtual void on_transport_feedback(const TransportFeedback&) {}
};

// Errors: kMalformed when a length runs out of the packet or a version is wrong; what stood before was
// visited. A known packet whose body is broken is passed over.
base::Status parse_compound(base::Bytes packet, RtcpVisitor& visitor);

// Each appends one RTCP packet; a datagram may hold several. At most kReportBlocksMax blocks are written.
void append_sender_report(std::vector<uint8_t>& out, const SenderReport& report,
                          std::span<const ReportBlock> blocks = {});
void append_receiver_report(std::vector<uint8_t>& out, uint32_t sender_ssrc,
                            std::span<const ReportBlock> blocks = {});
// SDES with one chunk and its CNAME, cut to 255 bytes.
void append_cname(std::vector<uint8_t>& out, uint32_t ssrc, std::string_view cname);
void append_bye(std::vector<uint8_t>& out, uint32_t ssrc);
// `lost` ascending on the circle; as few FCI entries as that needs. Nothing when it is empty.
void append_nack(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc,
                 std::span<const uint16_t> lost);
void append_pli(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc);
void append_fir(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint32_t media_ssrc, uint8_t command);
void append_remb(std::vector<uint8_t>& out, uint32_t sender_ssrc, uint64_t bitrate_bps,
                 std::span<const uint32_t> ssrcs);

}  // namespace eyas::rtp

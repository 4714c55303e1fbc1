#include "protocols/webrtc/egress/test_viewer.h"

#include <algorithm>
#include <utility>

#include "protocols/webrtc/egress/test_source.h"

namespace eyas::webrtc::test {
namespace {

using std::chrono::milliseconds;

constexpr base::Duration kFeedbackInterval = milliseconds(50);
constexpr base::Duration kReportInterval = milliseconds(1000);
constexpr base::Duration kPliInterval = milliseconds(200);
constexpr base::Duration kStart = milliseconds(20);
constexpr uint32_t kOwnSsrc = 0x77;

rtp::ReorderOptions patience() {
  rtp::ReorderOptions options;
  options.wait_max = milliseconds(1000);
  return options;
}

}  // namespace

TestViewer::TestViewer(ViewerPayloads payloads, SrtpReceiver srtp, SendRtcp send)
    : payloads_(payloads), srtp_(std::move(srtp)), send_(std::move(send)), reorder_(*this, patience()) {
  rtp::DepacketizerConfig config;
  config.codec = media::Codec::kH264;
  depacketizer_ = rtp::make_depacketizer(config).value();
}

void TestViewer::on_datagram(base::Bytes datagram, base::MonoTime now) {
  now_ = now;
  largest_datagram = std::max(largest_datagram, datagram.size());
  std::vector<uint8_t> bytes(datagram.begin(), datagram.end());
  bool rtcp = rtp::is_rtcp(datagram);
  auto size = rtcp ? srtp_.unprotect_rtcp(bytes) : srtp_.unprotect(bytes);
  if (!size) {
    ++bad;
    return;
  }
  base::Bytes plain(bytes.data(), *size);
  if (!rtcp) return take_rtp(plain, now);
  if (!rtp::parse_compound(plain, *this)) ++bad;
}

void TestViewer::take_rtp(base::Bytes bytes, base::MonoTime now) {
  auto packet = rtp::PacketView::parse(bytes);
  if (!packet) {
    ++bad;
    return;
  }
  ++packets;
  if (!first_packet) first_packet = now;
  if (auto sequence = packet->extension(payloads_.transport_sequence_id)) {
    if (sequence->size() == 2) {
      arrivals_.on_packet(static_cast<uint16_t>((*sequence)[0] << 8 | (*sequence)[1]), now);
    }
  }
  if (packet->ssrc == payloads_.audio_ssrc) {
    audio_timestamps.push_back(packet->timestamp);
    return;
  }
  if (packet->ssrc == payloads_.rtx_ssrc && packet->payload.size() > 2) {
    packet->sequence = static_cast<uint16_t>(packet->payload[0] << 8 | packet->payload[1]);
    packet->payload = packet->payload.subspan(2);
    packet->payload_type = payloads_.video;
    packet->ssrc = payloads_.video_ssrc;
    ++repaired;
  }
  if (packet->ssrc != payloads_.video_ssrc) {
    ++bad;
    return;
  }
  take_video(*packet, now);
}

void TestViewer::take_video(const rtp::PacketView& packet, base::MonoTime now) {
  if (begun_) return reorder_.push(packet, now);
  early_.push_back({{packet.payload.begin(), packet.payload.end()}, packet});
}

void TestViewer::begin_video(base::MonoTime now) {
  begun_ = true;
  std::ranges::sort(early_, [](const Early& a, const Early& b) {
    return rtp::distance(a.packet.sequence, b.packet.sequence) > 0;
  });
  for (Early& early : early_) {
    early.packet.payload = early.payload;
    early.packet.extension_block = {};
    reorder_.push(early.packet, now);
  }
  early_.clear();
}

void TestViewer::on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime) {
  units_.clear();
  depacketizer_->push(packet, lost_before, units_);
  for (const rtp::AccessUnit& unit : units_) take_unit(unit, now_);
}

void TestViewer::take_unit(const rtp::AccessUnit& unit, base::MonoTime now) {
  if (unit.damaged || (unit.after_loss && !unit.key)) needs_key_ = true;
  if (unit.key && !unit.damaged) needs_key_ = false;
  if (needs_key_) {
    ++undecodable;
    return want_key();
  }
  auto number = number_of(unit.payload);
  if (!number) {
    ++bad;
    return;
  }
  if (!unit.key && (!last_number_ || *number != *last_number_ + 1)) ++broken;
  last_number_ = *number;
  shown.push_back({*number, unit.timestamp, unit.key, now});
}

void TestViewer::want_key() {
  if (now_ - pli_at_ < kPliInterval) return;
  pli_at_ = now_;
  ++plis;
  std::vector<uint8_t> out;
  rtp::append_pli(out, kOwnSsrc, payloads_.video_ssrc);
  send_(std::move(out));
}

void TestViewer::on_sender_report(const rtp::SenderReport& report) {
  reports.push_back(report);
  if (report.ssrc != payloads_.video_ssrc) return;
  last_sr_ = report.ntp.middle();
  last_sr_at_ = now_;
}

void TestViewer::on_tick(base::MonoTime now) {
  now_ = now;
  if (!begun_ && first_packet && now - *first_packet >= kStart && !early_.empty()) begin_video(now);
  missing_.clear();
  if (begun_) {
    reorder_.on_tick(now);
    reorder_.take_missing(now, missing_);
  }
  if (!missing_.empty()) {
    std::vector<uint8_t> out;
    rtp::append_nack(out, kOwnSsrc, payloads_.video_ssrc, missing_);
    send_(std::move(out));
  }
  if (payloads_.sends_transport_feedback && now - feedback_at_ >= kFeedbackInterval && !arrivals_.empty()) {
    feedback_at_ = now;
    std::vector<uint8_t> out;
    arrivals_.write(out, kOwnSsrc, payloads_.video_ssrc);
    send_(std::move(out));
  }
  if (now - report_at_ >= kReportInterval) report(now);
}

void TestViewer::report(base::MonoTime now) {
  report_at_ = now;
  if (packets == 0) return;
  rtp::ReportBlock block;
  block.ssrc = payloads_.video_ssrc;
  block.highest_sequence = reorder_.highest_sequence();
  if (last_sr_ != 0) {
    block.last_sr = last_sr_;
    block.delay_since_last_sr = rtp::to_short_ntp(now - last_sr_at_);
  }
  uint32_t expected = block.highest_sequence - highest_reported_;
  uint64_t lost = reorder_.counters().lost - lost_reported_;
  if (expected > 0)
    block.fraction_lost = static_cast<uint8_t>(std::min<uint64_t>(lost * 256 / expected, 255));
  highest_reported_ = block.highest_sequence;
  lost_reported_ = reorder_.counters().lost;
  std::vector<uint8_t> out;
  rtp::append_receiver_report(out, kOwnSsrc, {&block, 1});
  send_(std::move(out));
}

}  // namespace eyas::webrtc::test

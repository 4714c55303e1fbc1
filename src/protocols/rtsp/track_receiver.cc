#include "protocols/rtsp/track_receiver.h"

#include <utility>

#include "codec/codec.h"

namespace eyas::rtsp {
namespace {

// Another source may take over from one that was silent for this long.
constexpr base::Duration kSilence = std::chrono::milliseconds(500);
constexpr const char* kCname = "eyas";

rtp::DepacketizerConfig bounded(rtp::DepacketizerConfig config, size_t unit_bytes_max) {
  config.unit_bytes_max = unit_bytes_max;
  return config;
}

}  // namespace

base::Result<std::unique_ptr<TrackReceiver>> TrackReceiver::make(const ReceivedMedia& media,
                                                                 media::TrackId track,
                                                                 const ReceiverOptions& options, Start start,
                                                                 Sink& sink) {
  if (auto made = rtp::make_depacketizer(media.depacketizer); !made) return made.error();
  return std::unique_ptr<TrackReceiver>(new TrackReceiver(media, track, options, start, sink));
}

TrackReceiver::TrackReceiver(const ReceivedMedia& media, media::TrackId track, const ReceiverOptions& options,
                             Start start, Sink& sink)
    : media_(media),
      track_id_(track),
      options_(options),
      start_(start),
      sink_(sink),
      payload_type_(media.payload_type),
      next_report_(start.mono) {}

void TrackReceiver::on_packet(base::Bytes packet, base::MonoTime now) {
  now_ = now;
  if (rtp::is_rtcp(packet)) {
    if (!rtp::parse_compound(packet, *this)) ++counters_.malformed;
    return;
  }
  auto parsed = rtp::PacketView::parse(packet);
  if (!parsed) {
    ++counters_.malformed;
    return;
  }
  on_rtp(*parsed);
}

void TrackReceiver::on_rtp(const rtp::PacketView& packet) {
  if (ssrc_ != packet.ssrc) {
    bool heard = ssrc_ && last_packet_ && now_ - *last_packet_ < kSilence;
    if (heard || !begin(packet)) {
      ++counters_.refused;
      return;
    }
  }
  if (packet.payload_type != payload_type_) {
    ++counters_.other_payload_type;
    return;
  }
  last_packet_ = now_;
  ++counters_.packets;
  counters_.bytes += packet.payload.size();
  reception_->on_packet(packet, now_);
  reorder_->push(packet, now_);
}

// A source's first packet. What it says its payload type is holds, whatever the SDP said.
bool TrackReceiver::begin(const rtp::PacketView& packet) {
  auto made = rtp::make_depacketizer(bounded(media_.depacketizer, options_.unit_bytes_max));
  if (!made) return false;
  if (reorder_) counters_ = counters();
  depacketizer_ = *std::move(made);
  rtp::ReorderOptions reorder = options_.reorder;
  reorder.wait_max = std::min(reorder.wait_max, options_.disorder_max);
  rtp::Reorder::Sink& in_order = *this;
  reorder_.emplace(in_order, reorder);
  uint32_t rate = media_.depacketizer.clock_rate;
  base::WallTime wall_at_mono_zero = start_.wall - start_.mono.time_since_epoch();
  clock_.emplace(rate, start_.mono, wall_at_mono_zero, options_.clock_skew_max);
  reception_.emplace(rate);
  decode_order_ = {};
  ssrc_ = packet.ssrc;
  if (packet.payload_type != payload_type_) ++counters_.other_payload_type;
  payload_type_ = packet.payload_type;
  await_key_ = kind() == media::TrackKind::kVideo;
  return true;
}

void TrackReceiver::on_tick(base::MonoTime now) {
  now_ = now;
  if (reorder_) reorder_->on_tick(now);
}

void TrackReceiver::append_reports(std::vector<uint8_t>& out, uint32_t own_ssrc, base::MonoTime now) {
  if (!ssrc_) return;
  if (now >= next_report_ && reception_->active()) {
    rtp::ReportBlock block = reception_->block(*ssrc_, now);
    rtp::append_receiver_report(out, own_ssrc, {&block, 1});
    rtp::append_cname(out, own_ssrc, kCname);
    next_report_ = now + options_.report_interval;
  }
  bool due = key_wanted_ && (!key_asked_ || now - *key_asked_ >= options_.key_request_interval);
  if (!due || (!media_.pli && !media_.fir)) return;
  key_wanted_ = false;  // it is wanted again with the next unit that is dropped
  key_asked_ = now;
  ++counters_.key_requests;
  if (media_.pli)
    rtp::append_pli(out, own_ssrc, *ssrc_);
  else
    rtp::append_fir(out, own_ssrc, *ssrc_, fir_number_++);
}

// Of this source and those before it.
TrackReceiver::Counters TrackReceiver::counters() const {
  Counters sum = counters_;
  if (reorder_) {
    sum.lost += reorder_->counters().lost;
    sum.reordered += reorder_->counters().reordered;
  }
  return sum;
}

void TrackReceiver::on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime) {
  units_.clear();
  depacketizer_->push(packet, lost_before, units_);
  for (rtp::AccessUnit& unit : units_) on_unit(std::move(unit));
}

void TrackReceiver::on_unit(rtp::AccessUnit unit) {
  if (unit.config) announce(*std::move(unit.config));
  if (kind() == media::TrackKind::kVideo && !decodable(unit)) return;
  if (unit.damaged || !track_) return;
  media::Frame frame;
  frame.track = track_;
  frame.pts = clock_->place(unit.timestamp, now_);
  frame.dts = kind() == media::TrackKind::kVideo ? decode_order_.place(frame.pts) : frame.pts;
  frame.duration = codec::packet_duration(track_->config, unit.payload);
  frame.key = unit.key;
  frame.arrival = now_;
  frame.capture = clock_->capture(unit.timestamp);
  frame.payload = std::move(unit.payload);
  sink_.on_frame(std::move(frame));
}

// Of video: whether all that the unit refers to has come. After a loss only a key frame begins anew.
bool TrackReceiver::decodable(const rtp::AccessUnit& unit) {
  if (unit.damaged) ++counters_.damaged;
  if (unit.damaged || unit.after_loss) await_key_ = true;
  if (unit.key && !unit.damaged) {
    await_key_ = key_wanted_ = false;
    return true;
  }
  if (!await_key_) return true;
  key_wanted_ = true;
  if (!unit.damaged) ++counters_.waiting;
  return false;
}

void TrackReceiver::announce(media::CodecConfig config) {
  auto track = std::make_shared<media::Track>();
  track->id = track_id_;
  track->config = std::move(config);
  track->media_type = media_.media_type;
  track_ = std::move(track);
  sink_.on_track(track_);
}

void TrackReceiver::on_sender_report(const rtp::SenderReport& report) {
  if (!ssrc_ || report.ssrc != *ssrc_) return;
  clock_->on_report(report, now_);
  reception_->on_sender_report(report, now_);
}

void TrackReceiver::on_bye(uint32_t ssrc) {
  if (ssrc_ == ssrc) ssrc_.reset();
}

}  // namespace eyas::rtsp

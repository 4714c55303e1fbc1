#include "protocols/webrtc/ingest/layer.h"

#include <algorithm>
#include <utility>

#include "codec/codec.h"

namespace eyas::webrtc {
namespace {

// Another SSRC may take over from one that was silent for this long.
constexpr base::Duration kSilence = std::chrono::milliseconds(500);
// Without retransmission there is only disorder to wait for.
constexpr base::Duration kDisorderMax = std::chrono::milliseconds(40);

void add(rtp::Reorder::Counters& sum, const rtp::Reorder::Counters& part) {
  sum.received += part.received;
  sum.reordered += part.reordered;
  sum.strays += part.strays;
  sum.lost += part.lost;
  sum.restarts += part.restarts;
}

}  // namespace

Layer::Layer(LayerSetup setup, const IngestOptions& options, Ingest::Sink& sink)
    : setup_(std::move(setup)), options_(options), sink_(sink) {}

Layer::~Layer() = default;

bool Layer::takes(uint32_t ssrc, base::MonoTime now) const {
  return !ssrc_ || *ssrc_ == ssrc || now - last_packet_ >= kSilence;
}

void Layer::begin(uint32_t ssrc) {
  if (reorder_) add(past_, reorder_->counters());
  rtp::DepacketizerConfig config;
  config.codec = setup_.payload.codec;
  config.fmtp = setup_.payload.fmtp;
  config.clock_rate = setup_.payload.clock_rate;
  config.channels = setup_.payload.channels;
  config.unit_bytes_max = options_.unit_bytes_max;
  auto made = rtp::make_depacketizer(config);
  depacketizer_ = made ? *std::move(made) : nullptr;
  rtp::ReorderOptions reorder = options_.reorder;
  if (!setup_.payload.nack) reorder.wait_max = std::min(reorder.wait_max, kDisorderMax);
  rtp::Reorder::Sink& in_order = *this;
  reorder_.emplace(in_order, reorder);
  clock_.emplace(setup_.payload.clock_rate, setup_.session_start, setup_.wall_at_mono_zero,
                 options_.clock_skew_max);
  reception_.emplace(setup_.payload.clock_rate);
  decode_order_ = {};
  ssrc_ = ssrc;
  await_key_ = kind() == media::TrackKind::kVideo;
}

void Layer::on_media(const rtp::PacketView& packet, base::MonoTime now) {
  if (!takes(packet.ssrc, now)) {
    ++counters_.refused;
    return;
  }
  if (ssrc_ != packet.ssrc) begin(packet.ssrc);
  now_ = last_packet_ = now;
  ++counters_.packets;
  reception_->on_packet(packet, now);
  reorder_->push(packet, now);
}

void Layer::on_retransmitted(const rtp::PacketView& packet, base::MonoTime now) {
  if (!ssrc_) return;
  now_ = now;
  ++counters_.retransmitted;
  reorder_->push(packet, now);
}

void Layer::on_sender_report(const rtp::SenderReport& report, base::MonoTime now) {
  if (!ssrc_) return;
  clock_->on_report(report, now);
  reception_->on_sender_report(report, now);
}

void Layer::on_tick(base::MonoTime now) {
  if (!reorder_) return;
  now_ = now;
  reorder_->on_tick(now);
}

std::vector<uint16_t> Layer::take_missing(base::MonoTime now) {
  std::vector<uint16_t> missing;
  if (!ssrc_ || !setup_.payload.nack) return missing;
  reorder_->take_missing(now, missing);
  counters_.nacks += missing.size();
  return missing;
}

bool Layer::take_key_request(base::MonoTime now) {
  auto due = next_key_request();
  if (!due || *due > now) return false;
  key_wanted_ = false;  // it is wanted again with the next unit that is dropped
  key_asked_ = now;
  ++counters_.key_requests;
  return true;
}

std::optional<base::MonoTime> Layer::next_key_request() const {
  bool possible = setup_.payload.pli || setup_.payload.fir;
  if (!key_wanted_ || !ssrc_ || !possible) return std::nullopt;
  return key_asked_ ? *key_asked_ + options_.key_request_interval : base::MonoTime{};
}

std::optional<rtp::ReportBlock> Layer::report_block(base::MonoTime now) {
  if (!ssrc_ || !reception_->active()) return std::nullopt;
  return reception_->block(*ssrc_, now);
}

void Layer::set_rendition(uint8_t rendition) {
  if (rendition == rendition_) return;
  rendition_ = rendition;
  if (track_) announce(track_->config);
}

uint64_t Layer::picture_size() const {
  return track_ ? uint64_t{track_->config.width} * track_->config.height : 0;
}

rtp::Reorder::Counters Layer::reorder_counters() const {
  rtp::Reorder::Counters sum = past_;
  if (reorder_) add(sum, reorder_->counters());
  return sum;
}

void Layer::on_packet(const rtp::PacketView& packet, bool lost_before, base::MonoTime) {
  if (!depacketizer_) return;
  read_capture_time(packet);
  read_orientation(packet);
  units_.clear();
  depacketizer_->push(packet, lost_before, units_);
  for (rtp::AccessUnit& unit : units_) on_unit(std::move(unit));
}

// The capture clock, then how far the sender's own is ahead of it, where the two are not one.
// [http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time]
void Layer::read_capture_time(const rtp::PacketView& packet) {
  auto value = packet.extension(setup_.abs_capture_time);
  if (!value || value->size() < 8) return;
  base::ByteReader reader(*value);
  rtp::NtpTime captured{reader.u64()};
  if (reader.remaining() >= 8) captured.fixed += reader.u64();  // signed 32.32, so that it wraps to the sum
  if (captured.fixed != 0) clock_->on_capture_time(packet.timestamp, captured, now_);
}

void Layer::read_orientation(const rtp::PacketView& packet) {
  auto value = packet.extension(setup_.video_orientation);
  if (value && !value->empty()) orientation_ = (*value)[0];
}

void Layer::on_unit(rtp::AccessUnit unit) {
  if (unit.config) announce(*std::move(unit.config));
  if (kind() == media::TrackKind::kVideo && !decodable(unit)) return;
  if (unit.damaged || !track_) return;
  media::Frame frame;
  frame.track = track_;
  frame.pts = clock_->place(unit.timestamp, now_);
  frame.dts = decode_order_.place(frame.pts);
  frame.duration = codec::packet_duration(track_->config, unit.payload);
  frame.key = unit.key;
  frame.arrival = now_;
  frame.capture = clock_->capture(unit.timestamp);
  frame.orientation = orientation_;
  frame.payload = std::move(unit.payload);
  last_frame_ = now_;
  sink_.on_frame(std::move(frame));
}

// Of video: whether all that the unit refers to has come. After a loss only a key frame begins anew.
bool Layer::decodable(const rtp::AccessUnit& unit) {
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

void Layer::announce(media::CodecConfig config) {
  auto track = std::make_shared<media::Track>();
  track->id = setup_.track;
  track->config = std::move(config);
  track->label = setup_.rid;
  track->rendition = rendition_;
  track_ = std::move(track);
  sink_.on_track(track_);
}

}  // namespace eyas::webrtc

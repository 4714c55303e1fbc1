#include "rtp/payload/video_depacketizer.h"

#include <utility>

#include "codec/codec.h"

namespace eyas::rtp {

VideoDepacketizer::VideoDepacketizer(const DepacketizerConfig& config)
    : unit_bytes_max_(config.unit_bytes_max) {
  config_.codec = config.codec;
}

void VideoDepacketizer::push(const PacketView& packet, bool lost_before, std::vector<AccessUnit>& out) {
  after_loss_ |= lost_before;
  if (lost_before && open_) damage();
  if (open_ && packet.timestamp != timestamp_) finish(out);
  after_loss_ |=
      lost_before;  // what was lost may have been the end of one unit and the beginning of the next
  if (packet.payload.empty()) return;
  if (!open_) {
    // DEVIATION: cameras that set the marker on every slice. Seen once, their pictures end with the next
    // timestamp.
    bool same_picture = marked_ && !lost_before && packet.timestamp == timestamp_;
    if (same_picture && continues_picture(packet.payload)) markers_early_ = true;
    open_ = true;
    timestamp_ = packet.timestamp;
  }
  take(packet.payload);
  marked_ = packet.marker;
  if (packet.marker && !markers_early_) finish(out);
}

void VideoDepacketizer::damage() {
  damaged_ = true;
  payload_ = {};
}

void VideoDepacketizer::append(base::Bytes bytes) {
  if (damaged_) return;
  if (bytes.size() > room()) return damage();
  payload_.insert(payload_.end(), bytes.begin(), bytes.end());
}

void VideoDepacketizer::finish(std::vector<AccessUnit>& out) {
  end_unit();
  open_ = false;
  if (!damaged_ && !has_picture()) return;  // it goes with the next one
  AccessUnit unit;
  unit.timestamp = timestamp_;
  unit.after_loss = after_loss_;
  seal(unit);
  payload_ = {};
  damaged_ = false;
  after_loss_ = false;
  out.push_back(std::move(unit));
}

void VideoDepacketizer::seal(AccessUnit& unit) {
  auto facts = codec::inspect(config_, payload_);
  unit.key = !damaged_ && facts.ok() && facts->key;
  if (!update_config(unit.key) || damaged_ || !facts.ok()) {
    unit.damaged = true;
    unit.key = false;
    return;
  }
  unit.payload = base::Slice(std::move(payload_));
  bool same = told_any_ && told_.same_decoder(config_) && told_.width == config_.width &&
              told_.height == config_.height;
  if (same) return;
  told_ = config_;
  told_any_ = true;
  unit.config = config_;
}

// Key frames say it themselves: VP8, VP9, AV1.
bool VideoDepacketizer::update_config(bool key) {
  if (damaged_) return false;
  if (key) {
    auto said = codec::describe_packet(config_.codec, payload_);
    if (!said) return false;
    config_ = *std::move(said);
  }
  return config_.width != 0;
}

}  // namespace eyas::rtp

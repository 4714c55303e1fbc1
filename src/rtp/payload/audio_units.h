// AudioUnits: what the depacketisers of audio have in common at their end.
#pragma once

#include <utility>
#include <vector>

#include "rtp/payload/depacketizer.h"

namespace eyas::rtp {

// Makes access units of audio packets: says each configuration once, and losses with the unit after them.
// Lives on its session's loop.
class AudioUnits {
 public:
  AudioUnits() = default;
  explicit AudioUnits(media::CodecConfig config) : config_(std::move(config)) {}

  void lost() { after_loss_ = true; }
  // Told with the next unit when a decoder would notice.
  void set_config(media::CodecConfig config) {
    bool same = config.same_decoder(config_) && config.sample_rate == config_.sample_rate &&
                config.channels == config_.channels;
    if (same) return;
    config_ = std::move(config);
    told_ = false;
  }
  void emit(uint32_t timestamp, base::Bytes payload, std::vector<AccessUnit>& out) {
    if (payload.empty()) return;
    AccessUnit unit;
    unit.timestamp = timestamp;
    unit.payload = base::Slice::copy_of(payload);
    unit.key = true;
    unit.after_loss = std::exchange(after_loss_, false);
    if (!std::exchange(told_, true)) unit.config = config_;
    out.push_back(std::move(unit));
  }

 private:
  media::CodecConfig config_;
  bool told_ = false;
  bool after_loss_ = false;
};

}  // namespace eyas::rtp

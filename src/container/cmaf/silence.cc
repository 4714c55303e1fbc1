#include "container/cmaf/silence.h"

#include <algorithm>
#include <array>

namespace eyas::cmaf {
namespace {

// raw_data_block with one single_channel_element or channel_pair_element whose spectrum is zero
// [ISO 14496-3 4.4.2.1].
constexpr std::array<uint8_t, 6> kAacMono = {0x00, 0xC8, 0x00, 0x80, 0x23, 0x80};
constexpr std::array<uint8_t, 9> kAacStereo = {0x21, 0x00, 0x49, 0x90, 0x02, 0x19, 0x00, 0x23, 0x80};
// CELT, full band, 20 ms, with the silence flag [RFC 6716 4.3].
constexpr std::array<uint8_t, 3> kOpus = {0xF8, 0xFF, 0xFE};

}  // namespace

base::Slice silent_packet(const media::CodecConfig& config) {
  if (config.codec == media::Codec::kOpus) return base::Slice::copy_of(kOpus);
  // The first five bits of AudioSpecificConfig: the object type, 2 is AAC-LC [ISO 14496-3 1.6.2.1].
  bool low_complexity =
      config.codec == media::Codec::kAac && !config.record.empty() && config.record.data()[0] >> 3 == 2;
  if (!low_complexity) return {};
  if (config.channels == 1) return base::Slice::copy_of(kAacMono);
  return config.channels == 2 ? base::Slice::copy_of(kAacStereo) : base::Slice();
}

bool SilenceKeeper::take_audio(const media::Frame& frame, base::Duration length) {
  if (silent_ && frame.dts + length / 2 < *audio_end_) return false;
  silent_ = false;
  if (track_ != frame.track) {
    track_ = frame.track;
    packet_ = silent_packet(track_->config);
    // Opus packets differ in length; ours has its own.
    length_ = track_->config.codec == media::Codec::kOpus ? std::chrono::milliseconds(20) : length;
  }
  audio_end_ = frame.dts + length;
  return true;
}

void SilenceKeeper::take_picture(media::MediaTime dts) {
  if (audio_end_ && picture_ && dts - *picture_ > kAbsence) audio_end_ = std::max(*audio_end_, dts);
  picture_ = dts;
}

std::optional<media::Frame> SilenceKeeper::silence_due() {
  if (!late() || !can_fill()) return std::nullopt;
  return make();
}

bool SilenceKeeper::stalled() const {
  return late() && !can_fill();
}

std::optional<media::Frame> SilenceKeeper::silence_until(media::MediaTime audio_dts) {
  if (!silent_ || audio_dts - *audio_end_ < length_) return std::nullopt;
  return make();
}

media::Frame SilenceKeeper::make() {
  media::Frame frame;
  frame.track = track_;
  frame.pts = frame.dts = *audio_end_;
  frame.key = true;
  frame.payload = packet_;
  silent_ = true;
  ++frames_;
  *audio_end_ += length_;
  return frame;
}

}  // namespace eyas::cmaf

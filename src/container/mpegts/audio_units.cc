// AAC, MPEG audio, AC-3 and E-AC-3: frames that lie in PES packets as they please.
#include "codec/codec.h"
#include "container/mpegts/audio_framing.h"
#include "container/mpegts/elementary.h"

namespace eyas::mpegts {
namespace {

using media::MediaTime;

// The longest frame is ADTS's of 8191 bytes: more than this without one is no audio.
constexpr size_t kHeldBytesMax = 16 * 1024;

class AudioUnits final : public Elementary {
 public:
  AudioUnits(const StreamForm& form, Context context, media::TrackId id)
      : Elementary(context, id), framing_(make_audio_framing(form.framing)) {}

  void on_pes(const PesUnit& unit) override;
  void on_loss() override {
    held_.clear();
    next_pts_.reset();
  }

 private:
  void on_frame(base::Slice payload, base::MonoTime arrival);

  std::unique_ptr<AudioFraming> framing_;
  std::vector<uint8_t> held_;          // a frame that goes on in the next PES packet
  std::optional<MediaTime> next_pts_;  // of the frame that follows the one before
};

// A PES packet's time belongs to the first frame that begins in it [ISO 13818-1 2.4.3.7].
void AudioUnits::on_pes(const PesUnit& unit) {
  size_t begins_at = held_.size();
  bool timed = false;
  held_.insert(held_.end(), unit.payload.bytes().begin(), unit.payload.bytes().end());
  size_t at = 0;
  bool clean = true;
  while (at < held_.size()) {
    AudioFraming::Found found = framing_->next(base::Bytes(held_).subspan(at));
    if (found.bytes == 0) break;
    if (at >= begins_at && !timed && !found.garbage) {
      timed = true;
      if (unit.pts) next_pts_ = unit.pts;
    }
    at += found.bytes;
    if (found.garbage && clean) ++events().broken_units;
    clean = !found.garbage;
    if (!found.payload.empty()) on_frame(std::move(found.payload), unit.arrival);
  }
  held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(at));
  if (held_.size() > kHeldBytesMax) {
    ++events().broken_units;
    on_loss();
  }
}

void AudioUnits::on_frame(base::Slice payload, base::MonoTime arrival) {
  if (!next_pts_) return static_cast<void>(++events().units_without_time);
  auto config = framing_->config(payload);
  if (!config) return static_cast<void>(++events().broken_units);
  base::Duration duration = codec::packet_duration(*config, payload);
  set_config(std::move(*config));
  MediaTime pts = *next_pts_;
  next_pts_ = pts + duration;
  emit(pts, pts, arrival, true, std::move(payload), duration);
}

}  // namespace

std::unique_ptr<Elementary> make_audio(const StreamForm& form, Elementary::Context context,
                                       media::TrackId id) {
  return std::make_unique<AudioUnits>(form, context, id);
}

}  // namespace eyas::mpegts

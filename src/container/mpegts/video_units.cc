// H.264 and H.265: pictures out of Annex B [ISO 13818-1 2.14, 2.17].
#include <algorithm>

#include "codec/codec.h"
#include "codec/codec_table.h"
#include "codec/nal/nal.h"
#include "container/mpegts/elementary.h"

namespace eyas::mpegts {
namespace {

using media::MediaTime;

constexpr uint32_t kRecoveryPointSei = 6;
// A sender that shows no key frame for so long has none: some refresh the picture piece by piece.
constexpr base::Duration kKeyPatience = std::chrono::seconds(5);
constexpr base::Duration kStepUnknown = std::chrono::milliseconds(40);
constexpr base::Duration kStepMax = std::chrono::seconds(1);

class VideoUnits final : public Elementary {
 public:
  VideoUnits(media::Codec codec, Context context, media::TrackId id)
      : Elementary(context, id), syntax_(*codec::row_of(codec).nal) {
    config_.codec = codec;
  }

  void on_pes(const PesUnit& unit) override;
  void on_loss() override {
    if (options().wait_for_key_after_loss) await_key_ = true;
  }

 private:
  struct Moment {
    MediaTime pts;
    MediaTime dts;
    base::MonoTime arrival;
  };
  std::optional<Moment> moment_of(const PesUnit& unit);
  std::vector<base::Slice> split(const base::Slice& payload) const;
  void on_picture(const base::Slice& payload, const Moment& moment);
  void follow_config(const base::Slice& payload);
  bool may_start(const codec::FrameFacts& facts, const base::Slice& payload, MediaTime dts);
  base::Duration step() const;

  const codec::nal::Syntax& syntax_;
  media::CodecConfig config_;
  bool await_key_ = true;
  std::optional<MediaTime> awaiting_since_;
  std::optional<MediaTime> last_dts_;
  base::Duration last_step_{0};
};

base::Duration VideoUnits::step() const {
  if (last_step_ > base::Duration::zero()) return last_step_;
  double rate = config_.frame_rate.value();
  return rate > 0 ? base::Duration(static_cast<int64_t>(1e9 / rate)) : kStepUnknown;
}

// A PES packet may come without a time [ISO 13818-1 2.7.4]: its picture follows the one before.
std::optional<VideoUnits::Moment> VideoUnits::moment_of(const PesUnit& unit) {
  if (unit.pts) return Moment{*unit.pts, *unit.dts, unit.arrival};
  if (!last_dts_) return std::nullopt;
  MediaTime next = *last_dts_ + step();
  return Moment{next, next, unit.arrival};
}

void VideoUnits::on_pes(const PesUnit& unit) {
  std::optional<Moment> moment = moment_of(unit);
  if (!moment) return static_cast<void>(++events().units_without_time);
  base::Result<base::Slice> canonical = codec::annexb_to_length_prefixed(unit.payload);
  if (!canonical) {
    ++events().broken_units;
    return on_loss();
  }
  std::vector<base::Slice> pictures = split(*canonical);
  events().split_pictures += pictures.size() - 1;
  for (const base::Slice& picture : pictures) {
    on_picture(picture, *moment);
    moment->pts += step();
    moment->dts += step();
  }
}

// Access units begin with a delimiter [ISO 13818-1 2.14.1]. Fields of one picture stay together only if
// their sender puts one delimiter before both.
std::vector<base::Slice> VideoUnits::split(const base::Slice& payload) const {
  std::vector<size_t> cuts = {0};
  codec::nal::Walk walk(payload);
  bool picture_before = false;
  for (base::Bytes nal; walk.next(nal);) {
    auto at = static_cast<size_t>(nal.data() - payload.data()) - 4;
    if (syntax_.is_delimiter(syntax_.type(nal))) {
      if (picture_before) cuts.push_back(at);
      picture_before = false;
    } else if (!picture_before) {
      auto facts = codec::inspect(config_, payload.bytes().subspan(at, nal.size() + 4));
      picture_before = facts.ok() && facts->picture;
    }
  }
  cuts.push_back(payload.size());
  std::vector<base::Slice> parts;
  for (size_t i = 0; i + 1 < cuts.size(); ++i) parts.push_back(payload.sub(cuts[i], cuts[i + 1] - cuts[i]));
  return parts;
}

void VideoUnits::follow_config(const base::Slice& payload) {
  auto record = codec::record_with_in_band(config_, payload);
  if (!record) return;
  auto described = codec::describe(config_.codec, std::move(*record));
  if (!described) return static_cast<void>(++events().broken_units);
  config_ = std::move(*described);
  set_config(config_);
}

// Whether decoding may start with this picture.
bool VideoUnits::may_start(const codec::FrameFacts& facts, const base::Slice& payload, MediaTime dts) {
  if (facts.key) return true;
  if (!awaiting_since_) awaiting_since_ = dts;
  if (dts - *awaiting_since_ < kKeyPatience || !facts.has_sei) return false;
  // DEVIATION: low-delay encoders with intra refresh, and broadcast encoders with open groups, send recovery
  // points [ISO 14496-10 D.2.8] and no IDR picture ever.
  bool recovery = false;
  codec::for_each_sei(config_, payload,
                      [&recovery](uint32_t type, base::Bytes) { recovery |= type == kRecoveryPointSei; });
  return recovery;
}

void VideoUnits::on_picture(const base::Slice& payload, const Moment& moment) {
  follow_config(payload);
  auto facts = codec::inspect(config_, payload);
  if (!facts) {
    ++events().broken_units;
    return on_loss();
  }
  if (!facts->picture) return;
  if (last_dts_ && moment.dts > *last_dts_ && moment.dts - *last_dts_ < kStepMax) {
    last_step_ = moment.dts - *last_dts_;
  }
  last_dts_ = moment.dts;
  bool key = facts->key;
  if (await_key_) {
    key = track() && may_start(*facts, payload, moment.dts);
    if (!key) return static_cast<void>(++events().pictures_awaiting_key);
    await_key_ = false;
    awaiting_since_.reset();
  }
  emit(moment.pts, moment.dts, moment.arrival, key, codec::without_parameter_sets(config_, payload));
}

}  // namespace

std::unique_ptr<Elementary> make_video(const StreamForm& form, Elementary::Context context,
                                       media::TrackId id) {
  return std::make_unique<VideoUnits>(form.codec, context, id);
}

}  // namespace eyas::mpegts

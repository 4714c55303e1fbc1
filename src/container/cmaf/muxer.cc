#include "container/cmaf/muxer.h"

#include <algorithm>

#include "base/log.h"
#include "codec/codec.h"

namespace eyas::cmaf {
namespace {

using media::Codec;
using media::TrackKind;

constexpr base::Duration kVideoWait = std::chrono::seconds(2);  // audio of a stream with video begins with it
// The wall clock of the timeline is set anew only when it is off by this much: arrival jitters.
constexpr base::Duration kWallDrift = std::chrono::milliseconds(250);

// No slot is shorter: numbers that start at the seconds of the clock stay behind it.
constexpr base::Duration kSlotMin = std::chrono::seconds(1);

}  // namespace

bool can_play(Codec codec) {
  return codec == Codec::kH264 || codec == Codec::kH265 || codec == Codec::kAv1 || codec == Codec::kAac ||
         codec == Codec::kOpus;
}

Muxer::Muxer(std::string stream, const Settings& settings, uint64_t first_number)
    : stream_(std::move(stream)),
      settings_(settings),
      slots_(first_number),
      video_("video", settings, first_number, slots_),
      audio_("audio", settings, first_number, slots_) {}

void Muxer::set_tracks(const media::TrackSet& tracks) {
  tracks_ = tracks;
  choose();
}

void Muxer::choose() {
  media::TrackSet tracks = settings_.sound == Sound::kAac ? media::programme_with(Codec::kAac, tracks_)
                                                          : media::programme_of(tracks_);
  choose_video(tracks);
  choose_audio(tracks);
}

void Muxer::choose_video(const media::TrackSet& tracks) {
  auto first = std::ranges::find_if(tracks, [](const media::TrackPtr& track) {
    return track->kind() == TrackKind::kVideo && can_play(track->config.codec);
  });
  if (first != tracks.end()) video_id_ = (*first)->id;
  for (const media::TrackPtr& track : tracks)
    if (track->kind() == TrackKind::kVideo && track->id != video_id_) leave_out(*track);
}

void Muxer::choose_audio(const media::TrackSet& tracks) {
  auto first = std::ranges::find(tracks, TrackKind::kAudio, &media::Track::kind);
  bool aac = first != tracks.end() && (*first)->config.codec == Codec::kAac;
  bool made = aac && (*first)->derived();
  wants_aac_ = settings_.sound == Sound::kAac && first != tracks.end() && (!aac || made);
  if (!wants_aac_ || made) aac_due_.reset();
  waits_for_aac_ = wants_aac_ && !made && !(aac_due_ && now_ >= *aac_due_);
  if (waits_for_aac_) return audio_id_.reset();
  first = std::ranges::find_if(tracks, [](const media::TrackPtr& track) {
    return track->kind() == TrackKind::kAudio && can_play(track->config.codec);
  });
  if (first != tracks.end()) audio_id_ = (*first)->id;
  for (const media::TrackPtr& track : tracks)
    if (track->kind() == TrackKind::kAudio && track->id != audio_id_) leave_out(*track);
}

void Muxer::look_for_aac() {
  if (!waits_for_aac_) return;
  if (!aac_due_) aac_due_ = now_ + settings_.aac_wait;
  if (now_ >= *aac_due_) choose();
}

void Muxer::leave_out(const media::Track& track) {
  if (std::ranges::find(left_out_, track.id) != left_out_.end()) return;
  left_out_.push_back(track.id);
  base::log::info(
      "cmaf.track_left_out",
      {{"stream", stream_}, {"track", track.id}, {"codec", media::codec_name(track.config.codec)}});
}

void Muxer::push(const media::Frame& frame, const Now& now) {
  now_ = now.mono;
  const TrackKind kind = frame.track->kind();
  if (kind == TrackKind::kData) return push_event(frame);
  if (std::ranges::find(tracks_, frame.track->id, &media::Track::id) == tracks_.end()) {
    tracks_.push_back(frame.track);
    choose();
  }
  look_for_aac();
  const auto& chosen = kind == TrackKind::kVideo ? video_id_ : audio_id_;
  if (chosen != frame.track->id) return;
  last_dts_ = frame.dts;
  if (kind == TrackKind::kAudio) return push_audio(frame, now);
  push_to(video_, frame, now);
  silence_.take_picture(frame.dts);
  while (auto silent = silence_.silence_due()) push_silence(std::move(*silent), now);
}

// With the pictures, or with the sound of a stream that has none; what comes before those has nothing to go
// along with.
void Muxer::push_event(const media::Frame& frame) {
  if (!settings_.data) return;
  auto stream = event_stream_of(*frame.track);
  Rendition& carrier = video_id_ ? video_ : audio_;
  if (!stream || !carrier.started()) return;
  if (!carrier.push_event(std::move(*stream), frame.pts, frame.payload)) ++dropped_events_;
}

void Muxer::push_audio(const media::Frame& frame, const Now& now) {
  if (audio_must_wait(frame)) return;
  while (auto silent = silence_.silence_until(frame.dts)) push_silence(std::move(*silent), now);
  if (!silence_.take_audio(frame, codec::packet_duration(frame.track->config, frame.payload))) return;
  push_to(audio_, frame, now);
}

void Muxer::push_silence(media::Frame frame, const Now& now) {
  frame.arrival = now.mono;
  push_to(audio_, frame, now);
}

bool Muxer::audio_must_wait(const media::Frame& frame) {
  if (!video_id_ || video_.started() || audio_.started()) return false;
  if (!audio_since_) audio_since_ = frame.dts;
  return frame.dts - *audio_since_ < kVideoWait;
}

void Muxer::push_to(Rendition& rendition, const media::Frame& frame, const Now& now) {
  const bool video = &rendition == &video_;
  Rendition& other = video ? audio_ : video_;
  const bool leader = video || !video_.started();
  Rendition::Frame out;
  out.track = frame.track;
  out.pts = frame.pts, out.dts = frame.dts;
  out.nominal = video ? base::Duration(0) : codec::packet_duration(frame.track->config, frame.payload);
  out.key = frame.key || !video;
  out.payload = frame.payload;
  if (video) {
    if (!settings_.keep_sei) out.payload = codec::without_sei(frame.track->config, out.payload);
    // avc1 and hvc1 have their parameter sets in the init segment alone [ISO 14496-15 5.4.2.1].
    out.payload = codec::without_parameter_sets(frame.track->config, out.payload);
  }
  out.wall = wall_of(frame, now, leader);
  rendition.push(std::move(out), leader);
  if (const auto began = rendition.take_began()) {
    // A discontinuity counts in every playlist; plain segments follow the leader's.
    if (other.started() && !began->told && (leader || began->discontinuity))
      other.end_segment_at(began->at, began->discontinuity);
    if (leader) settle_slots(rendition, frame.key);
  }
  while (bytes() > settings_.window_bytes) {
    if (!(video_.bytes() >= audio_.bytes() ? video_ : audio_).drop_oldest()) break;
    ++dropped_segments_;
  }
}

base::WallTime Muxer::wall_of(const media::Frame& frame, const Now& now, bool leads) {
  const base::WallTime arrived = now.wall - (now.mono - frame.arrival);
  const base::WallTime said = frame.capture ? *frame.capture : arrived;
  // The quickest of the first segment; fixed then, for players compute with it.
  const base::Duration arrival_offset = arrived.time_since_epoch() - frame.dts.time_since_epoch();
  if (!arrival_offset_ || (!slots_.settled() && arrival_offset < *arrival_offset_))
    arrival_offset_ = arrival_offset;
  const base::Duration offset = said.time_since_epoch() - frame.pts.time_since_epoch();
  if (!wall_offset_ || (leads && std::chrono::abs(offset - *wall_offset_) > kWallDrift))
    wall_offset_ = offset;
  return base::WallTime(frame.pts.time_since_epoch() + *wall_offset_);
}

// Slots are as long as the first segment: where the sender's keyframes are regular they all begin with one.
void Muxer::settle_slots(const Rendition& leader, bool at_key) {
  const SegmentPtr first = leader.newest_whole();
  if (!first || slots_.settled()) return;
  const bool regular = at_key && first->duration >= settings_.segment_duration * 3 / 4 &&
                       first->duration <= settings_.segment_duration_max;
  base::Duration length = regular ? first->duration : settings_.segment_duration;
  while (length < kSlotMin) length *= 2;
  slots_.settle(length);
}

MomentPtr Muxer::take_moment() {
  const bool video_changed = video_.take_changed();
  const bool audio_changed = audio_.take_changed();
  if (!video_changed && !audio_changed) return nullptr;
  auto moment = std::make_shared<Moment>();
  if (video_.started()) moment->views.push_back(video_.view());
  // A rendition that stands still would hold players up: better none.
  if (audio_.started() && !silence_.stalled()) moment->views.push_back(audio_.view());
  moment->dts = last_dts_;
  slots_.forget_before(
      std::min(video_.oldest_slot().value_or(UINT64_MAX), audio_.oldest_slot().value_or(UINT64_MAX)));
  moment->slot_length = slots_.length();
  moment->epochs = slots_.epochs();
  moment->timeline_start = base::WallTime(arrival_offset_.value_or(base::Duration(0)));
  moment->capture_offset =
      moment->timeline_start.time_since_epoch() - wall_offset_.value_or(base::Duration(0));
  moment->silent_frames = silence_.frames();
  moment->dropped_segments = dropped_segments_;
  moment->dropped_events = dropped_events_;
  if (settings_.data) {
    for (const media::TrackPtr& track : tracks_)
      if (auto stream = event_stream_of(*track)) moment->event_streams.push_back(std::move(*stream));
  }
  moment->wants_aac = wants_aac_;
  moment->waits_for_aac = waits_for_aac_ && !audio_.started();
  return moment;
}

}  // namespace eyas::cmaf

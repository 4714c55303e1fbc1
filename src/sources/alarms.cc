#include "sources/alarms.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "sources/slate.h"

namespace eyas::sources {
namespace {

using media::TrackKind;

std::string seconds_text(base::Duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", base::to_seconds(time));
  return text;
}

const hub::PublisherFacts* on_air_of(const hub::StreamFacts& facts) {
  auto found = std::ranges::find_if(facts.publishers, &hub::PublisherFacts::on_air);
  return found == facts.publishers.end() ? nullptr : &*found;
}

const hub::TrackFacts* own_track(const hub::StreamFacts& facts, TrackKind kind) {
  auto found = std::ranges::find_if(facts.tracks, [kind](const hub::TrackFacts& one) {
    return one.track->kind() == kind && !one.track->derived() && one.track->rendition == 0;
  });
  return found == facts.tracks.end() ? nullptr : &*found;
}

base::Duration patience(AlarmKind kind, const AlarmOptions& options) {
  if (kind == AlarmKind::kFrozen) return options.frozen_after;
  if (kind == AlarmKind::kAudioSilent) return options.silent_after;
  return options.raise_after;
}

// A codec whose packets shrink when there is nothing to hear.
bool shrinks_in_silence(media::Codec codec) {
  return codec == media::Codec::kAac || codec == media::Codec::kOpus;
}

}  // namespace

const char* alarm_name(AlarmKind kind) {
  constexpr std::array<const char*, kAlarmKinds> kNames = {
      "no_frames",         "frozen",      "black", "bitrate_low", "fps_low", "backlog", "b_frames",
      "keyframe_interval", "audio_silent"};
  return kNames[static_cast<size_t>(kind)];
}

void Eyes::see(base::Bytes fields) {
  if (fields.empty()) return;
  unsigned sum = std::accumulate(fields.begin(), fields.end(), 0u);
  unsigned most = *std::ranges::max_element(fields);
  Sight sight;
  sight.black = sum / fields.size() < kBlackMean && most < kBlackMost;
  if (last_.size() == fields.size()) {
    unsigned change = 0;
    for (size_t i = 0; i < fields.size(); ++i)
      change += static_cast<unsigned>(std::abs(int{fields[i]} - int{last_[i]}));
    sight.still = change <= kStillChange;
  }
  last_.assign(fields.begin(), fields.end());
  sight_ = sight;
}

AlarmJudge::Verdict AlarmJudge::judge(const AlarmOptions& options, const hub::StreamFacts& facts,
                                      std::optional<Sight> sight, base::MonoTime now, base::WallTime wall) {
  Verdict verdict;
  Findings findings = find(options, facts, sight);
  for (size_t i = 0; i < kAlarmKinds; ++i)
    settle(static_cast<AlarmKind>(i), options, std::move(findings[i]), now, wall, verdict);
  return verdict;
}

std::optional<std::string> AlarmJudge::missing(const hub::StreamFacts& facts) {
  const hub::PublisherFacts* on_air = on_air_of(facts);
  bool moved = frames_seen_ != facts.frames_in;
  frames_seen_ = facts.frames_in;
  if (on_air == nullptr) return "nobody is on air";
  if (on_air->rank >= SlateOptions::kRank) return "the slate is on air";
  if (!moved) return "the publisher sends nothing";
  return std::nullopt;
}

AlarmJudge::Findings AlarmJudge::find(const AlarmOptions& options, const hub::StreamFacts& facts,
                                      std::optional<Sight> sight) {
  Findings found;
  auto set = [&](AlarmKind kind, std::string detail) {
    found[static_cast<size_t>(kind)] = std::move(detail);
  };
  if (auto why = missing(facts)) {
    // All else follows from that.
    set(AlarmKind::kNoFrames, *why);
    return found;
  }
  if (sight && sight->black) set(AlarmKind::kBlack, "the picture is black");
  // Black is still, too: one alarm says it.
  if (sight && sight->still && !sight->black) set(AlarmKind::kFrozen, "the picture does not change");
  if (facts.bitrate_bps < static_cast<double>(options.bitrate_min_bps))
    set(AlarmKind::kBitrateLow, std::to_string(static_cast<uint64_t>(facts.bitrate_bps)) + " bit/s");
  base::Duration backlog = on_air_of(facts)->backlog;
  if (backlog > options.backlog_max) set(AlarmKind::kBacklog, seconds_text(backlog) + " behind");
  if (const hub::TrackFacts* video = own_track(facts, TrackKind::kVideo)) {
    char fps[32];
    std::snprintf(fps, sizeof fps, "%.1f fps", video->measured_fps);
    if (video->measured_fps < options.fps_min) set(AlarmKind::kFpsLow, fps);
    if (options.b_frames && video->reordered) set(AlarmKind::kBFrames, "pictures are reordered");
    base::Duration interval = std::max(facts.keyframe_interval, facts.keyframe_age);
    if (interval > options.keyframe_interval_max) set(AlarmKind::kKeyframeInterval, seconds_text(interval));
  }
  const hub::TrackFacts* audio = own_track(facts, TrackKind::kAudio);
  if (audio != nullptr && shrinks_in_silence(audio->track->config.codec) &&
      audio->bitrate_bps < static_cast<double>(options.silence_bps))
    set(AlarmKind::kAudioSilent, std::to_string(static_cast<uint64_t>(audio->bitrate_bps)) + " bit/s");
  return found;
}

void AlarmJudge::settle(AlarmKind kind, const AlarmOptions& options, std::optional<std::string> finding,
                        base::MonoTime now, base::WallTime wall, Verdict& verdict) {
  State& state = states_[static_cast<size_t>(kind)];
  if (finding) {
    state.good_since.reset();
    if (!state.bad_since) state.bad_since = now;
    if (!state.began && now - *state.bad_since >= patience(kind, options)) {
      state.began = wall - std::chrono::duration_cast<base::WallTime::duration>(now - *state.bad_since);
      state.detail = std::move(*finding);
      verdict.began.push_back(kind);
    }
  } else {
    state.bad_since.reset();
    if (!state.good_since) state.good_since = now;
    if (state.began && now - *state.good_since >= options.clear_after) {
      state.began.reset();
      verdict.ended.push_back(kind);
    }
  }
  if (state.began) verdict.raised.push_back({alarm_name(kind), *state.began, state.detail});
}

void describe(base::OptionSchema& schema, AlarmOptions& o) {
  schema.truth("alarms.enabled", o.enabled, "Whether streams are watched for what can go wrong.");
  schema.milliseconds("alarms.raise_after_ms", o.raise_after, 0, 3'600'000,
                      "How long something is wrong before its alarm is raised.");
  schema.milliseconds("alarms.clear_after_ms", o.clear_after, 0, 3'600'000,
                      "How long it is well again before the alarm is cleared.");
  schema.milliseconds("alarms.frozen_after_ms", o.frozen_after, 1000, 3'600'000,
                      "How long a picture stands still before that is an alarm.");
  schema.milliseconds("alarms.silent_after_ms", o.silent_after, 1000, 3'600'000,
                      "How long sound is silent before that is an alarm.");
  schema.number("alarms.bitrate_min_bps", o.bitrate_min_bps, 0, 1'000'000'000,
                "A stream of fewer bits per second is an alarm; 0: never.");
  schema.number("alarms.fps_min", o.fps_min, 0, 240, "Fewer pictures per second are an alarm; 0: never.");
  schema.milliseconds("alarms.backlog_max_ms", o.backlog_max, 100, 600'000,
                      "Frames that come so much later than the best of them are an alarm.");
  schema.milliseconds("alarms.keyframe_interval_max_ms", o.keyframe_interval_max, 100, 600'000,
                      "Keyframes further apart are an alarm.");
  schema.truth("alarms.b_frames", o.b_frames, "Whether reordered pictures (B-frames) are an alarm.");
  schema.number("alarms.silence_bps", o.silence_bps, 0, 1'000'000,
                "AAC or Opus of fewer bits per second is taken for silence; 0: never.");
  schema.truth("alarms.look", o.look,
               "Whether workers look for black and frozen pictures once a second; it costs decoding.");
  schema.list("alarms.look_streams", o.look_streams,
              "Streams that are looked at: names, or patterns such as live/*; empty: all.");
}

}  // namespace eyas::sources

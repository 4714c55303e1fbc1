#include "sources/slate.h"

#include <algorithm>
#include <cmath>
#include <ctime>

#include "base/log.h"
#include "sources/worker_media.h"

namespace eyas::sources {
namespace {

namespace log = base::log;
using media::TrackKind;

constexpr base::Duration kRetry = std::chrono::seconds(1);
// A publisher on air without a frame for so long has fallen silent; the stream lets others in after its own
// time, hub.stall_ms.
constexpr base::Duration kSilent = std::chrono::seconds(1);
constexpr uint32_t kSideMin = 64, kWidthMax = 4096, kHeightMax = 2304;
constexpr double kFrameRateMax = 60;
constexpr uint32_t kImageTrack = 1;

// "12:34:56" of the server's own day.
std::string clock_text(base::WallTime time) {
  std::time_t seconds = base::to_ms(time.time_since_epoch()) / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  std::strftime(text, sizeof text, "%H:%M:%S", &local);
  return text;
}

media::Ratio rate_of(const hub::TrackFacts& facts, const media::Ratio& otherwise) {
  const media::Ratio& stated = facts.track->config.frame_rate;
  if (stated.value() >= 1 && stated.value() <= kFrameRateMax) return stated;
  double measured = std::round(facts.measured_fps);
  if (measured >= 1 && measured <= kFrameRateMax) return {static_cast<uint32_t>(measured), 1};
  return otherwise;
}

}  // namespace

Slate::Slate(io::Loop& loop, hub::Directory& directory, hub::StreamName name, bool held_forever,
             Shared& shared)
    : loop_(loop),
      directory_(directory),
      name_(std::move(name)),
      held_forever_(held_forever),
      shared_(shared),
      session_("slate-" + name_.text()) {
  form_.width = shared.options.width & ~1u;
  form_.height = shared.options.height & ~1u;
  form_.frame_rate = {shared.options.frame_rate, 1};
  form_.name = name_.text();
  attach();
}

Slate::~Slate() {
  hide();
}

void Slate::look() {
  if (std::exchange(looking_, true)) return;
  directory_.snapshot(name_, loop_,
                      [this, alive = std::weak_ptr(alive_)](std::vector<hub::StreamFacts> streams) {
                        if (alive.expired()) return;
                        looking_ = false;
                        if (!streams.empty()) consider(streams.front());
                      });
}

void Slate::consider(const hub::StreamFacts& facts) {
  base::MonoTime now = loop_.clock().mono();
  auto on_air = std::ranges::find_if(facts.publishers, &hub::PublisherFacts::on_air);
  bool other = on_air != facts.publishers.end() && on_air->session != session_;
  if (other && frames_seen_ != facts.frames_in) {
    frames_seen_ = facts.frames_in;
    moved_ = now;
    remember(facts);
  }
  if (other && now - moved_ < kSilent) {
    alone_since_.reset();
    lost_at_.reset();
    return hide();
  }
  if (!alone_since_) {
    alone_since_ = now;
    if (frames_seen_) lost_at_ = loop_.clock().wall();
  }
  if (!held_forever_ && now - *alone_since_ > shared_.options.hold) {
    over_ = true;
    return;
  }
  if (!supervisor_ && publisher_) show();
}

// The slate takes the stream's place in the same form, so that players go on as they are.
void Slate::remember(const hub::StreamFacts& facts) {
  form_.audio_track = 0;
  bool has_video = false;
  for (const hub::TrackFacts& one : facts.tracks) {
    const media::Track& track = *one.track;
    if (track.derived() || track.rendition != 0) continue;
    const media::CodecConfig& config = track.config;
    if (track.kind() == TrackKind::kVideo && !std::exchange(has_video, true)) {
      form_.video_track = track.id;
      form_.width = std::clamp(config.width & ~1u, kSideMin, kWidthMax);
      form_.height = std::clamp(config.height & ~1u, kSideMin, kHeightMax);
      form_.frame_rate = rate_of(one, form_.frame_rate);
    } else if (config.codec == media::Codec::kAac && form_.audio_track == 0) {
      form_.audio_track = track.id;
      form_.sample_rate = config.sample_rate;
      form_.channels = config.channels;
    }
  }
}

// --- the stream's side

void Slate::attach() {
  publisher_.detach();
  hub::PublisherInfo info;
  info.protocol = "slate";
  info.session = session_;
  info.rank = SlateOptions::kRank;
  directory_.publish(name_, info, loop_,
                     [this, alive = std::weak_ptr(alive_)](base::Result<hub::Publisher> publisher) {
                       if (!alive.expired()) attached(std::move(publisher));
                     });
}

void Slate::attached(base::Result<hub::Publisher> publisher) {
  if (!publisher) {
    log::warning("slate.attach", {{"stream", name_.text()}, {"error", publisher.error().message()}});
    retry_ = loop_.after(kRetry, [this] { attach(); });
    return;
  }
  publisher_ = std::move(*publisher);
  // Not at once: the callback is the publisher's own.
  publisher_.on_revoked([this](base::Error) { retry_ = loop_.after(kRetry, [this] { attach(); }); });
  for (const media::TrackPtr& track : tracks_) publisher_.set_track(track);
  look();
}

// --- the worker's side

void Slate::show() {
  if (shared_.workers >= shared_.options.workers_max) {
    ++shared_.refused;
    log::warning("slate.refused", {{"stream", name_.text()}, {"workers_max", shared_.options.workers_max}});
    return;
  }
  ++shared_.workers;
  ++shared_.shown;
  form_.since = lost_at_ ? clock_text(*lost_at_) : "";
  form_.picture = shared_.image.has_value();
  form_.film = shared_.film >= 0;
  worker::ProcessOptions process = shared_.options.process;
  process.input = shared_.film;
  log::info("slate.show", {{"stream", name_.text()}, {"since", form_.since}});
  supervisor_ = std::make_unique<worker::Supervisor>(
      loop_, name_.text() + " slate", base::Slice(worker::encode(form_)),
      worker::launch_program(loop_, std::move(process)), static_cast<worker::Supervisor::Sink&>(*this));
  supervisor_->start();
}

void Slate::hide() {
  if (!supervisor_) return;
  supervisor_.reset();
  --shared_.workers;
  log::info("slate.hide", {{"stream", name_.text()}});
  // A publisher's tracks stay with it, and the next slate may have fewer.
  if (tracks_.empty()) return;
  tracks_.clear();
  attach();
}

void Slate::on_state(worker::WorkerState state) {
  if (state == worker::WorkerState::kBackoff) ++shared_.restarts;
  if (state == worker::WorkerState::kStarting && shared_.image) send_image();
}

void Slate::send_image() {
  worker::TrackMessage track{
      .id = kImageTrack, .codec = media::Codec::kData, .media_type = shared_.image->media_type};
  supervisor_->send(base::Slice(worker::encode(track)));
  worker::FrameMessage frame{.track = kImageTrack, .key = true};
  frame.payload = shared_.image->bytes;
  supervisor_->send(base::Slice(worker::encode(frame)));
}

void Slate::on_track(worker::TrackMessage message) {
  auto track = track_of(std::move(message));
  if (!track) {
    log::warning("slate.track", {{"stream", name_.text()}, {"error", track.error().message()}});
    return;
  }
  std::erase_if(tracks_, [&](const auto& one) { return one->id == (*track)->id; });
  tracks_.push_back(*track);
  if (publisher_) publisher_.set_track(*track);
}

void Slate::on_frame(worker::FrameMessage message) {
  auto track = std::ranges::find_if(tracks_, [&](const auto& one) { return one->id == message.track; });
  if (!publisher_ || track == tracks_.end() || !fits(**track, message)) return;
  publisher_.publish(frame_of(std::move(message), *track, loop_.clock().mono()));
}

}  // namespace eyas::sources

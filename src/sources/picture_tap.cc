#include "sources/picture_tap.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "sources/worker_media.h"

namespace eyas::sources {
namespace {

namespace log = base::log;
using media::TrackKind;

// A worker that is so far behind is too slow: it goes on with the newest group.
constexpr base::Duration kLagMax = std::chrono::seconds(2);
// Keyframes alone do when they come about as often as pictures are wanted.
constexpr int64_t kKeySlackPercent = 20;

}  // namespace

bool PictureStats::take_worker(size_t workers_max) {
  if (workers.fetch_add(1) < workers_max) return true;
  --workers;
  ++workers_refused;
  return false;
}

PictureTap::PictureTap(io::Loop& loop, hub::Directory& directory, hub::StreamName name,
                       const PictureOptions& options, std::shared_ptr<PictureStats> stats, Events events)
    : loop_(loop),
      directory_(directory),
      name_(std::move(name)),
      options_(options),
      stats_(std::move(stats)),
      events_(std::move(events)) {}

PictureTap::~PictureTap() {
  if (!supervisor_) return;
  stats_->leave_worker();
  log::info("pictures.stop", {{"stream", name_.text()}, {"made", made_}});
}

void PictureTap::add(uint32_t variant, const hub::PictureVariant& wanted) {
  variants_[variant] = wanted;
  tell(variant, true);
  // From the newest keyframe on, once more: the new variant has its first picture at once.
  read();
}

void PictureTap::remove(uint32_t variant) {
  tell(variant, false);
  variants_.erase(variant);
  keyframes_only_ = keyframes_suffice();
}

void PictureTap::tell(uint32_t variant, bool wanted) {
  if (!supervisor_) return;
  if (wanted) ++beginnings_awaited_[variant];
  const hub::PictureVariant& one = variants_.at(variant);
  worker::VariantMessage message{.id = variant, .wanted = wanted};
  message.look = one.form == hub::PictureVariant::Form::kLook;
  message.width = one.width;
  message.quality = one.quality;
  message.interval = one.interval;
  supervisor_->send(base::Slice(worker::encode(message)));
}

// --- the stream's side

void PictureTap::read() {
  reader_.detach();
  held_.reset();
  last_key_.reset();
  needs_key_ = true;
  keyframes_only_ = keyframes_suffice();
  run_ = std::make_shared<bool>(true);
  hub::ReaderInfo info;
  info.protocol = "worker";
  info.session = "worker-pictures";
  info.lag_max = kLagMax;
  // Viewers of pictures are told by their protocol; looks of ours are none.
  bool looks = std::ranges::all_of(
      variants_, [](const auto& one) { return one.second.form == hub::PictureVariant::Form::kLook; });
  info.interest = looks ? hub::Interest::kFollows : hub::Interest::kBegins;
  auto more = [this, run = std::weak_ptr(run_)] {
    if (!run.expired()) pump();
  };
  directory_.read<hub::ProgrammeFormat>(name_, info, loop_, more,
                                        [this, run = std::weak_ptr(run_)](base::Result<Reader> reader) {
                                          if (run.expired()) return;
                                          if (!reader) return end(reader.error());
                                          reader_ = std::move(*reader);
                                          pump();
                                        });
}

// From a timer: this is called from inside of what is to go.
void PictureTap::end(base::Error why) {
  later_ = loop_.after(base::Duration::zero(), [this, why = std::move(why)] { events_.on_ended(why); });
}

bool PictureTap::can_feed() const {
  bool worker_away = supervisor_ && supervisor_->state() == worker::WorkerState::kBackoff;
  return reader_ && !choked_ && !worker_away && !later_.armed();
}

void PictureTap::pump() {
  while (can_feed()) {
    auto item = reader_.next();
    if (!item) {
      if (held_) feed(*std::exchange(held_, nullptr), false);
      if (reader_.ended()) end({base::Code::kClosed, "the stream is over", name_.text()});
      return;
    }
    stats_->frames_lost += item->lost;
    if (item->head) needs_key_ = true;
    if (is_source(*item->unit)) consider(item->unit);
  }
}

bool PictureTap::is_source(const media::Frame& frame) {
  const media::Track& track = *frame.track;
  if (track.kind() != TrackKind::kVideo || track.derived() || track.rendition != 0) return false;
  if (source_id_ == 0) source_id_ = track.id;
  return track.id == source_id_;
}

bool PictureTap::keyframes_suffice() const {
  if (key_interval_ == base::Duration::zero()) return false;
  auto enough = [this](const auto& one) {
    return key_interval_ <= one.second.interval * (100 + kKeySlackPercent) / 100;
  };
  return std::ranges::all_of(variants_, enough);
}

// A frame is held back until the next one is there or nothing more is: what has come in one go, as the past
// does when somebody begins to look, is decoded and only its last picture is shown.
void PictureTap::consider(media::FramePtr frame) {
  if (frame->key) {
    if (last_key_ && frame->dts > *last_key_) key_interval_ = frame->dts - *last_key_;
    last_key_ = frame->dts;
    keyframes_only_ = keyframes_suffice();
  } else if (keyframes_only_) {
    needs_key_ = true;
    return;
  }
  if (needs_key_ && !frame->key) return;
  needs_key_ = false;
  if (held_) feed(*held_, true);
  held_ = std::move(frame);
}

// --- the worker's side

void PictureTap::feed(const media::Frame& frame, bool hidden) {
  if (!supervisor_ && !start_worker()) return;
  if (frame.track != source_) {
    source_ = frame.track;
    supervisor_->send(base::Slice(worker::encode(message_of(*source_))));
  }
  worker::FrameMessage message = message_of(frame);
  message.hidden = hidden;
  message.alone = keyframes_only_ && frame.key;
  ++stats_->frames_in;
  choked_ = supervisor_->send(base::Slice(worker::encode(message))) > 0;
}

bool PictureTap::start_worker() {
  if (!stats_->take_worker(options_.workers_max)) {
    log::warning("pictures.refused", {{"stream", name_.text()}, {"workers_max", options_.workers_max}});
    end({base::Code::kLimit, "too many streams are looked at; see pictures.workers_max", {}});
    return false;
  }
  log::info("pictures.start", {{"stream", name_.text()}});
  supervisor_ = std::make_unique<worker::Supervisor>(
      loop_, name_.text() + " to pictures", base::Slice(worker::encode(worker::PicturesJob{})),
      worker::launch_program(loop_, options_.process), static_cast<worker::Supervisor::Sink&>(*this),
      worker::SupervisorOptions{.speaks_unasked = false, .limits = {}});
  supervisor_->start();
  return true;
}

void PictureTap::on_state(worker::WorkerState state) {
  if (state == worker::WorkerState::kBackoff) {
    ++stats_->restarts;
    choked_ = false;
    return;
  }
  if (state != worker::WorkerState::kStarting || !supervisor_) return;
  source_.reset();
  beginnings_awaited_.clear();
  for (const auto& [id, variant] : variants_) tell(id, true);
  // It begins where decoding can begin.
  if (supervisor_->restarts() > 0) read();
}

void PictureTap::on_drained() {
  choked_ = false;
  pump();
}

void PictureTap::on_track(worker::TrackMessage track) {
  auto awaited = beginnings_awaited_.find(track.id);
  if (awaited != beginnings_awaited_.end() && awaited->second > 0) --awaited->second;
}

void PictureTap::on_frame(worker::FrameMessage message) {
  auto variant = variants_.find(message.track);
  if (variant == variants_.end() || beginnings_awaited_[message.track] > 0) return;
  // A worker's frames are a stranger's.
  bool look = variant->second.form == hub::PictureVariant::Form::kLook;
  if (look && message.payload.size() != hub::kLookFields) return;
  auto picture = std::make_shared<hub::Picture>();
  picture->image = std::move(message.payload);
  picture->time = media::MediaTime(message.pts);
  picture->made = loop_.clock().mono();
  picture->number = ++made_;
  ++stats_->pictures;
  events_.on_picture(variant->first, std::move(picture));
}

}  // namespace eyas::sources

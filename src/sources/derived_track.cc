#include "sources/derived_track.h"

#include <utility>

#include "base/log.h"
#include "codec/codec.h"
#include "sources/worker_media.h"

namespace eyas::sources {
namespace {

namespace log = base::log;
using hub::Derivation;
using media::TrackKind;

// A worker that is so far behind is too slow: it goes on with the newest group.
constexpr base::Duration kLagMax = std::chrono::seconds(2);
constexpr base::Duration kStreamWait = std::chrono::seconds(60);
constexpr base::Duration kRetry = std::chrono::seconds(1);
// Sound older than this is past: whoever wants the track wants it from now on. (Pictures need their
// keyframe.)
constexpr base::Duration kStaleSound = std::chrono::milliseconds(400);
// A worker's frame belongs at most so far before or after what it was fed last.
constexpr base::Duration kBehindMax = std::chrono::seconds(10), kAheadMax = std::chrono::seconds(2);

media::Codec codec_of(Derivation derivation) {
  switch (derivation) {
    case Derivation::kOpus:
      return media::Codec::kOpus;
    case Derivation::kAac:
      return media::Codec::kAac;
    case Derivation::kH264WithoutDelay:
      break;
  }
  return media::Codec::kH264;
}

}  // namespace

const char* derivation_name(Derivation derivation) {
  return media::codec_name(codec_of(derivation));
}

DerivedTrack::DerivedTrack(io::Loop& loop, hub::Directory& directory, hub::StreamName name,
                           Derivation derivation, const DerivationOptions& options,
                           std::shared_ptr<DerivationStats> stats)
    : loop_(loop),
      directory_(directory),
      name_(std::move(name)),
      derivation_(derivation),
      options_(options),
      stats_(std::move(stats)) {
  read();
}

DerivedTrack::~DerivedTrack() {
  stop_worker();
}

// --- the stream's side

void DerivedTrack::read() {
  reader_.detach();
  run_ = std::make_shared<bool>(true);
  hub::ReaderInfo info;
  info.protocol = "worker";
  info.session = std::string("worker-") + derivation_name(derivation_);
  info.wait = kStreamWait;
  info.lag_max = kLagMax;
  info.interest = hub::Interest::kFollows;  // who wants the track reads the stream too
  auto more = [this, run = std::weak_ptr(run_)] {
    if (!run.expired()) pump();
  };
  directory_.read<hub::ProgrammeFormat>(name_, info, loop_, more,
                                        [this, run = std::weak_ptr(run_)](base::Result<Reader> reader) {
                                          if (!run.expired()) found(std::move(reader));
                                        });
}

void DerivedTrack::found(base::Result<Reader> reader) {
  if (!reader) return read();  // it waited all the while
  reader_ = std::move(*reader);
  publisher_ ? pump() : attach();
}

void DerivedTrack::attach() {
  hub::PublisherInfo info;
  info.protocol = "worker";
  info.session = std::string("worker-") + derivation_name(derivation_);
  info.companion = true;
  directory_.publish(name_, info, loop_,
                     [this, run = std::weak_ptr(run_)](base::Result<hub::Publisher> publisher) {
                       if (!run.expired()) attached(std::move(publisher));
                     });
}

void DerivedTrack::attached(base::Result<hub::Publisher> publisher) {
  if (!publisher) {
    log::warning("derive.attach", {{"stream", name_.text()}, {"error", publisher.error().message()}});
    return begin_anew(kRetry);
  }
  publisher_ = std::move(*publisher);
  publisher_.on_revoked([this](base::Error) { begin_anew(kRetry); });
  publisher_.on_key_wanted([this](media::TrackId) { want_key(); });
  if (derived_) publisher_.set_track(derived_);
  pump();
}

// From a timer: this is called from inside of what is to go.
void DerivedTrack::begin_anew(base::Duration after) {
  retry_ = loop_.after(after, [this] {
    leave();
    read();
  });
}

void DerivedTrack::leave() {
  run_.reset();
  stop_worker();
  reader_.detach();
  publisher_.detach();
  derived_.reset();
  source_id_ = 0;
  published_.reset();
  resuming_ = key_asked_ = false;
}

// --- the worker's side

bool DerivedTrack::can_feed() const {
  bool worker_away = supervisor_ && supervisor_->state() == worker::WorkerState::kBackoff;
  return reader_ && publisher_ && !choked_ && !worker_away && !retry_.armed();
}

void DerivedTrack::pump() {
  while (can_feed()) {
    auto item = reader_.next();
    if (!item) {
      if (reader_.ended()) begin_anew(base::Duration::zero());
      return;
    }
    counters().frames_lost += item->lost;
    if (item->head) needs_key_ = true;
    if (is_source(*item->unit)) feed(*item->unit);
  }
}

bool DerivedTrack::is_source(const media::Frame& frame) {
  const media::Track& track = *frame.track;
  if (track.derived() || track.rendition != 0) return false;
  if (track.kind() != media::kind_of(codec_of(derivation_))) return false;
  if (source_id_ == 0) source_id_ = track.id;
  // Sound that is in the right codec already needs no worker.
  bool needed = track.kind() == TrackKind::kVideo || track.config.codec != codec_of(derivation_);
  return needed && track.id == source_id_;
}

void DerivedTrack::feed(const media::Frame& frame) {
  bool sound = frame.track->kind() == TrackKind::kAudio;
  if (sound && loop_.clock().mono() - frame.arrival > kStaleSound) return;
  if (!supervisor_ && !start_worker()) return;
  if (frame.track != source_) {
    source_ = frame.track;
    needs_key_ = true;
    supervisor_->send(base::Slice(worker::encode(message_of(*source_))));
  }
  if (needs_key_ && !frame.key && !sound) return;
  needs_key_ = false;
  fed_ = frame.dts;
  ++counters().frames_in;
  choked_ = supervisor_->send(base::Slice(worker::encode(message_of(frame)))) > 0;
}

bool DerivedTrack::start_worker() {
  if (stats_->workers.fetch_add(1) >= options_.workers_max) {
    --stats_->workers;
    ++counters().workers_refused;
    log::warning("derive.refused", {{"stream", name_.text()},
                                    {"make", derivation_name(derivation_)},
                                    {"workers_max", options_.workers_max}});
    begin_anew(kRetry);
    return false;
  }
  ++counters().workers;
  log::info("derive.start", {{"stream", name_.text()}, {"make", derivation_name(derivation_)}});
  worker::TranscodeJob job{codec_of(derivation_)};
  supervisor_ = std::make_unique<worker::Supervisor>(
      loop_, name_.text() + " to " + derivation_name(derivation_), base::Slice(worker::encode(job)),
      worker::launch_program(loop_, options_.process), static_cast<worker::Supervisor::Sink&>(*this),
      worker::SupervisorOptions{.speaks_unasked = false, .limits = {}});
  supervisor_->start();
  return true;
}

void DerivedTrack::want_key() {
  if (supervisor_) supervisor_->send(base::Slice(worker::encode(worker::KeyRequest{})));
}

void DerivedTrack::stop_worker() {
  if (!supervisor_) return;
  supervisor_.reset();
  source_.reset();
  choked_ = false;
  --stats_->workers;
  --counters().workers;
  log::info("derive.stop", {{"stream", name_.text()}, {"make", derivation_name(derivation_)}});
}

void DerivedTrack::on_state(worker::WorkerState state) {
  if (state == worker::WorkerState::kBackoff) {
    ++counters().restarts;
    choked_ = false;
    return;
  }
  if (state != worker::WorkerState::kStarting) return;
  // A new process knows nothing yet. Its predecessor's track stays, so that the viewers do.
  source_.reset();
  needs_key_ = true;
  resuming_ = published_.has_value();
  // It begins where decoding can begin.
  if (supervisor_->restarts() > 0) read();
}

void DerivedTrack::on_drained() {
  choked_ = false;
  pump();
}

void DerivedTrack::on_track(worker::TrackMessage message) {
  auto config = codec::describe(codec_of(derivation_), std::move(message.record));
  if (!config || message.codec != codec_of(derivation_)) {
    log::warning("derive.track", {{"stream", name_.text()}, {"make", derivation_name(derivation_)}});
    return;
  }
  auto track = std::make_shared<media::Track>();
  track->id = hub::derived_track_id(source_id_, derivation_);
  track->derived_from = source_id_;
  track->config = std::move(*config);
  derived_ = std::move(track);
  if (publisher_) publisher_.set_track(derived_);
}

void DerivedTrack::on_frame(worker::FrameMessage message) {
  if (!publisher_) return;
  media::MediaTime dts(message.dts);
  bool timely = dts <= fed_ + kAheadMax && dts >= fed_ - kBehindMax;
  if (derived_) message.track = derived_->id;  // the worker knows its one track by another
  if (!derived_ || !timely || !fits(*derived_, message)) {
    ++counters().frames_bad;
    return;
  }
  if (published_ && dts <= *published_) return;  // its predecessor made that one
  if (resuming_ && !message.key) {
    if (!std::exchange(key_asked_, true)) want_key();
    return;
  }
  resuming_ = key_asked_ = false;
  media::Frame frame = frame_of(std::move(message), derived_, loop_.clock().mono());
  published_ = frame.dts;
  ++counters().frames_out;
  publisher_.publish(std::move(frame));
}

}  // namespace eyas::sources

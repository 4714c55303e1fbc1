#include "sources/devices/pull.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/log.h"
#include "sources/worker_media.h"

namespace eyas::devices {
namespace {

using base::Code;
using base::Error;

// The kernel's number of video devices (Documentation/admin-guide/devices.txt).
constexpr unsigned kVideoMajor = 81;
constexpr base::Duration kReportEvery = std::chrono::seconds(1);

hub::PublisherInfo info_of(const protocols::TransferRequest& request, const worker::DeviceJob& job) {
  hub::PublisherInfo info;
  info.protocol = kName;
  info.session = request.session;
  info.rank = request.rank;
  info.peer = job.name;
  return info;
}

}  // namespace

base::Status look_for(const worker::DeviceJob& job) {
  if (job.kind != worker::DeviceJob::Kind::kCamera) return {};
  struct stat found {};
  if (stat(job.name.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Error{Code::kNotFound, "no such device", job.name};
    return Error{Code::kSystem, "the device cannot be looked at", job.name + ": " + std::strerror(errno)};
  }
  if (S_ISCHR(found.st_mode) && major(found.st_rdev) == kVideoMajor) return {};
  return Error{Code::kUnsupported, "no camera, but another kind of file", job.name};
}

Pull::Pull(protocols::TransferRequest request, hub::Directory& directory,
           const worker::ProcessOptions& process, const base::Result<worker::DeviceJob>& job,
           Statistics& statistics)
    : request_(std::move(request)),
      job_(job ? *job : worker::DeviceJob()),
      statistics_(statistics),
      publisher_(
          directory, request_.loop, request_.stream, info_of(request_, job_),
          [this] {
            if (request_.on_running) request_.on_running();
          },
          [this](Error why) { end(std::move(why)); }),
      supervisor_(request_.loop, "device " + job_.name, base::Slice(worker::encode(job_)),
                  worker::launch_program(request_.loop, process),
                  static_cast<worker::Supervisor::Sink&>(*this),
                  worker::SupervisorOptions{.silence_max = kSilenceMax, .once = true, .limits = {}}) {
  ++statistics_.pulls;
  ++statistics_.pulls_open;
  publisher_.on_key_wanted(
      [this](media::TrackId) { supervisor_.send(base::Slice(worker::encode(worker::KeyRequest{}))); });
  base::Status found = job ? look_for(job_) : base::Status(job.error());
  if (!found) {
    end_later(found.error());
  } else {
    supervisor_.start();
    report();
  }
}

Pull::~Pull() {
  --statistics_.pulls_open;
}

protocols::TransferFacts Pull::facts() const {
  protocols::TransferFacts facts;
  facts.peer = job_.name;
  facts.transport = request_.url.scheme;
  facts.bytes = bytes_;
  facts.counters = {{"frames", frames_}, {"frames_bad", frames_bad_}};
  return facts;
}

void Pull::report() {
  publisher_.report(facts().counters);
  report_timer_ = request_.loop.after(kReportEvery, [this] { report(); });
}

void Pull::on_track(worker::TrackMessage message) {
  auto track = sources::track_of(std::move(message));
  if (!track || (*track)->config.codec != media::Codec::kH264)
    return base::log::warning("device.track", {{"stream", request_.stream.text()},
                                               {"error", track ? "not H.264" : track.error().message()}});
  track_ = *track;
  publisher_.set_track(track_);
}

void Pull::on_frame(worker::FrameMessage message) {
  if (!track_ || !sources::fits(*track_, message)) {
    ++frames_bad_;
    ++statistics_.frames_bad;
    return;
  }
  last_error_.clear();  // what it survived
  ++frames_;
  ++statistics_.frames;
  bytes_ += message.payload.size();
  publisher_.publish(sources::frame_of(std::move(message), track_, request_.loop.clock().mono()));
}

void Pull::on_said(const worker::LogMessage& line) {
  if (line.level == base::LogLevel::kError) last_error_ = line.text;
}

void Pull::on_state(worker::WorkerState state) {
  if (state != worker::WorkerState::kBackoff) return;
  end_later({Code::kSystem, "the device's worker has ended",
             last_error_.empty() ? supervisor_.last_exit() : last_error_});
}

void Pull::end_later(Error why) {
  // Not now: we may be inside a call of ours, or of the supervisor's.
  request_.loop.defer([this, alive = std::weak_ptr(alive_), why = std::move(why)]() mutable {
    if (!alive.expired()) end(std::move(why));
  });
}

void Pull::end(Error why) {
  if (std::exchange(over_, true)) return;
  ++statistics_.pulls_failed;
  auto on_ended = std::move(request_.on_ended);
  on_ended(std::move(why));  // may destroy us
}

}  // namespace eyas::devices

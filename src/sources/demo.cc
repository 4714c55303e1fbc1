#include "sources/demo.h"

#include "base/log.h"
#include "sources/worker_media.h"

namespace eyas::sources {
namespace {

namespace log = base::log;

// Between two tries to take a name that another publisher holds.
constexpr base::Duration kRetry = std::chrono::seconds(2);

}  // namespace

base::Result<std::unique_ptr<DemoFlight>> DemoFlight::start(io::Loop& loop, hub::Directory& directory,
                                                            DemoOptions options) {
  auto name = hub::StreamName::parse(options.name);
  if (!name) return name.error();
  std::unique_ptr<DemoFlight> flight(new DemoFlight(loop, directory, std::move(*name), std::move(options)));
  flight->supervisor_.start();
  return flight;
}

DemoFlight::DemoFlight(io::Loop& loop, hub::Directory& directory, hub::StreamName name, DemoOptions options)
    : loop_(loop),
      directory_(directory),
      name_(std::move(name)),
      supervisor_(loop, "demo", base::Slice(worker::encode(options.job)),
                  worker::launch_program(loop, std::move(options.process)), *this) {}

DemoFlight::~DemoFlight() = default;

void DemoFlight::on_state(worker::WorkerState state) {
  switch (state) {
    case worker::WorkerState::kStarting:
      break;
    case worker::WorkerState::kRunning:
      attach();
      break;
    case worker::WorkerState::kBackoff:
      detach();
      break;
  }
}

void DemoFlight::on_track(worker::TrackMessage message) {
  auto track = track_of(std::move(message));
  if (!track) {
    log::warning("demo.track", {{"stream", name_.text()}, {"error", track.error().message()}});
    return;
  }
  tracks_[(*track)->id] = *track;
  if (publisher_) publisher_.set_track(*track);
}

void DemoFlight::on_frame(worker::FrameMessage message) {
  auto track = tracks_.find(message.track);
  if (!publisher_ || track == tracks_.end()) return;
  publisher_.publish(frame_of(std::move(message), track->second, loop_.clock().mono()));
}

void DemoFlight::attach() {
  run_ = std::make_shared<bool>(true);
  hub::PublisherInfo info;
  info.protocol = "demo";
  info.session = "demo" + std::to_string(supervisor_.restarts());
  info.peer = "worker " + std::to_string(supervisor_.pid());
  directory_.publish(name_, std::move(info), loop_,
                     [this, run = std::weak_ptr<bool>(run_)](base::Result<hub::Publisher> publisher) {
                       if (!run.expired()) attached(std::move(publisher));
                     });
}

void DemoFlight::attached(base::Result<hub::Publisher> publisher) {
  if (!publisher) {
    log::warning("demo.publish", {{"stream", name_.text()}, {"error", publisher.error().message()}});
    retry_ = loop_.after(kRetry, [this] { attach(); });
    return;
  }
  publisher_ = std::move(*publisher);
  publisher_.on_revoked([this](base::Error) {
    // Not here: the callback is the publisher's own.
    retry_ = loop_.after(kRetry, [this] {
      publisher_.detach();
      attach();
    });
  });
  for (const auto& [id, track] : tracks_) publisher_.set_track(track);
}

void DemoFlight::detach() {
  retry_.cancel();
  run_.reset();
  publisher_.detach();
  tracks_.clear();
}

void describe(base::OptionSchema& schema, DemoOptions& o) {
  schema.text("demo.name", o.name, "The stream that the demo flight publishes.");
  schema.number("demo.width", o.job.width, 320, 3840, "Width of its picture in pixels.");
  schema.number("demo.height", o.job.height, 180, 2160, "Height of its picture in pixels.");
  schema.number("demo.frame_rate", o.job.frame_rate, 1, 120, "Frames per second.");
  schema.number("demo.bitrate_bps", o.job.bitrate_bps, 100'000, 100'000'000, "Bits per second of its video.");
}

}  // namespace eyas::sources

#include "protocols/pull_publisher.h"

namespace eyas::protocols {

PullPublisher::PullPublisher(hub::Directory& directory, io::Executor& here, hub::StreamName stream,
                             hub::PublisherInfo info, base::UniqueFunction<void()> on_running,
                             base::UniqueFunction<void(base::Error)> on_over)
    : directory_(directory),
      here_(here),
      stream_(std::move(stream)),
      info_(std::move(info)),
      on_running_(std::move(on_running)),
      on_over_(std::move(on_over)) {}

void PullPublisher::set_track(media::TrackPtr track) {
  if (!asked_) ask();
  if (publisher_)
    publisher_->set_track(std::move(track));
  else if (on_over_)
    early_.add(std::move(track));
}

void PullPublisher::publish(media::Frame frame) {
  if (publisher_) {
    publisher_->publish(std::move(frame));
    return on_frame_published();
  }
  if (on_over_ && !early_.add(std::move(frame)))
    end_later({base::Code::kLimit, "pull: media before the hub has answered", {}});
}

void PullPublisher::report(hub::Counters counters) {
  if (publisher_) publisher_->report(std::move(counters));
}

void PullPublisher::ask() {
  asked_ = true;
  directory_.publish(stream_, info_, here_,
                     [this, alive = std::weak_ptr(alive_)](base::Result<hub::Publisher> publisher) {
                       if (!alive.expired()) answered(std::move(publisher));
                     });
}

void PullPublisher::answered(base::Result<hub::Publisher> publisher) {
  if (!on_over_) return;
  if (!publisher) return end_later(publisher.error());
  publisher->on_revoked([this, alive = std::weak_ptr(alive_)](base::Error why) {
    if (!alive.expired()) end_later(std::move(why));
  });
  publisher_ = std::move(*publisher);
  if (on_key_wanted_) publisher_->on_key_wanted(std::move(on_key_wanted_));
  if (early_.give(*publisher_)) on_frame_published();
}

void PullPublisher::on_frame_published() {
  if (auto callback = std::exchange(on_running_, {})) callback();
}

void PullPublisher::end_later(base::Error why) {
  early_.clear();
  auto callback = std::exchange(on_over_, {});
  if (!callback) return;
  // Not now: we may be inside a call of the transfer that is to end.
  here_.defer(
      [alive = std::weak_ptr(alive_), callback = std::move(callback), why = std::move(why)]() mutable {
        if (!alive.expired()) callback(std::move(why));
      });
}

}  // namespace eyas::protocols

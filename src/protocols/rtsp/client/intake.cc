#include "protocols/rtsp/client/intake.h"

#include <utility>

namespace eyas::rtsp {

Intake::Intake(hub::Directory& directory, const hub::StreamName& stream, hub::PublisherInfo info,
               io::Executor& loop, size_t early_bytes_max, Events events)
    : early_bytes_left_(early_bytes_max), events_(std::move(events)) {
  directory.publish(stream, std::move(info), loop,
                    [this, alive = std::weak_ptr(alive_)](base::Result<hub::Publisher> publisher) {
                      if (!alive.expired()) answered(std::move(publisher));
                    });
}

void Intake::answered(base::Result<hub::Publisher> publisher) {
  if (!publisher) return events_.on_refused(publisher.error());
  publisher_ = *std::move(publisher);
  publisher_.on_revoked([this, alive = std::weak_ptr(alive_)](base::Error why) {
    if (!alive.expired()) events_.on_refused(std::move(why));
  });
  publisher_.on_key_wanted(events_.on_key_wanted);
  for (auto& entry : std::exchange(early_, {})) {
    if (auto* track = std::get_if<media::TrackPtr>(&entry)) {
      publisher_.set_track(std::move(*track));
    } else {
      publisher_.publish(std::move(std::get<media::Frame>(entry)));
    }
  }
}

void Intake::report(hub::Counters counters) {
  if (publisher_) publisher_.report(std::move(counters));
}

void Intake::on_track(media::TrackPtr track) {
  if (publisher_) return publisher_.set_track(std::move(track));
  early_.emplace_back(std::move(track));
}

void Intake::on_frame(media::Frame frame) {
  if (!std::exchange(first_told_, true)) events_.on_first_frame();
  if (publisher_) return publisher_.publish(std::move(frame));
  if (frame.payload.size() > early_bytes_left_) {
    overflowed_ = true;
    return;
  }
  early_bytes_left_ -= frame.payload.size();
  early_.emplace_back(std::move(frame));
}

}  // namespace eyas::rtsp

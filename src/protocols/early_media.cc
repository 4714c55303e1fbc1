#include "protocols/early_media.h"

namespace eyas::protocols {

bool EarlyMedia::add(media::Frame frame) {
  const size_t bytes = sizeof(Entry) + frame.payload.size();
  if (bytes > bytes_left_) return false;
  bytes_left_ -= bytes;
  kept_.emplace_back(std::move(frame));
  return true;
}

bool EarlyMedia::give(hub::Publisher& publisher) {
  bool frames = false;
  for (Entry& entry : std::exchange(kept_, {})) {
    if (auto* track = std::get_if<media::TrackPtr>(&entry)) {
      publisher.set_track(std::move(*track));
    } else {
      publisher.publish(std::move(std::get<media::Frame>(entry)));
      frames = true;
    }
  }
  return frames;
}

}  // namespace eyas::protocols

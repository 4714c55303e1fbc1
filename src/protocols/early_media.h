// EarlyMedia: what a publisher sends before the hub has answered.
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include "hub/publisher.h"

namespace eyas::protocols {

// Kept so that the first key frame is not lost, in the order in which it came. Lives on its session's loop.
class EarlyMedia {
 public:
  // With what keeping a frame costs, however small it is.
  explicit EarlyMedia(size_t bytes_max) : bytes_left_(bytes_max) {}

  void add(media::TrackPtr track) { kept_.emplace_back(std::move(track)); }
  // False: it is dropped, for there is more than may be kept.
  [[nodiscard]] bool add(media::Frame frame);
  // Hands on all of it, once; true when there was a frame.
  bool give(hub::Publisher& publisher);
  void clear() { kept_ = {}; }

 private:
  using Entry = std::variant<media::TrackPtr, media::Frame>;
  std::vector<Entry> kept_;
  size_t bytes_left_;
};

}  // namespace eyas::protocols

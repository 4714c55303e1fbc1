// DecodeOrder: RTP tells when a picture is shown; this tells when it is decoded.
#pragma once

#include <algorithm>
#include <vector>

#include "media/frame.h"

namespace eyas::rtp {

// Decode times that never decrease and are never later than their picture's: the presentation times so far,
// each taken when as many more have come as the sender is seen to reorder. Without B-frames the two times are
// one. The first picture seen to be out of order keeps its presentation time, and the depth grows. Lives on
// its session's loop.
class DecodeOrder {
 public:
  static constexpr size_t kDepthMax = 16;  // [ISO 14496-10 A.3.1] max_dec_frame_buffering

  media::MediaTime place(media::MediaTime pts) {
    if (!recent_.empty() && pts + kJump < recent_.back()) *this = DecodeOrder();
    auto shown_later = std::count_if(recent_.begin(), recent_.end(), [&](auto other) { return other > pts; });
    depth_ = std::clamp<size_t>(static_cast<size_t>(shown_later), depth_, kDepthMax);
    recent_.push_back(pts);
    if (recent_.size() > kDepthMax) recent_.erase(recent_.begin());
    waiting_.insert(std::upper_bound(waiting_.begin(), waiting_.end(), pts), pts);
    // While the depth has just grown there are too few: the earliest stays for the next picture.
    media::MediaTime dts = waiting_.front();
    if (waiting_.size() > depth_) waiting_.erase(waiting_.begin());
    return dts;
  }

 private:
  static constexpr base::Duration kJump = std::chrono::seconds(2);  // further back is another timeline

  size_t depth_ = 0;
  std::vector<media::MediaTime> recent_;   // in decode order
  std::vector<media::MediaTime> waiting_;  // ascending, not yet given as a decode time
};

}  // namespace eyas::rtp

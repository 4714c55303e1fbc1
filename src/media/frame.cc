#include "media/frame.h"

#include <algorithm>
#include <iterator>

namespace eyas::media {

TrackSet programme_of(const TrackSet& tracks) {
  TrackSet programme;
  std::ranges::copy_if(tracks, std::back_inserter(programme),
                       [](const TrackPtr& track) { return track->rendition == 0 && !track->derived(); });
  return programme;
}

}  // namespace eyas::media

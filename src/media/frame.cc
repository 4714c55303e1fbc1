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

TrackSet programme_with(Codec codec, const TrackSet& tracks) {
  TrackSet programme = programme_of(tracks);
  for (TrackPtr& track : programme) {
    auto made = std::ranges::find_if(tracks, [&](const TrackPtr& other) {
      return other->derived_from == track->id && other->config.codec == codec;
    });
    if (made != tracks.end()) track = *made;
  }
  return programme;
}

}  // namespace eyas::media

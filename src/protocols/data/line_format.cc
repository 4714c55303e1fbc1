#include "protocols/data/line_format.h"

#include <algorithm>
#include <iterator>

#include "protocols/data/line.h"

namespace eyas::data {

media::TrackSet LineFormat::select(const media::TrackSet& all) {
  media::TrackSet carried;
  std::ranges::copy_if(all, std::back_inserter(carried),
                       [](const media::TrackPtr& track) { return track->kind() == media::TrackKind::kData; });
  return carried;
}

void LineFormat::package(const media::FramePtr& frame, std::vector<std::shared_ptr<const Line>>& out) {
  const base::WallTime arrived = clock_.wall() - (clock_.mono() - frame->arrival);
  out.push_back(std::make_shared<const Line>(Line{frame->track->id, frame->dts,
                                                  base::Slice::copy_of(line_of(*frame, arrived)),
                                                  frame->payload.size() > kPayloadBytesMax}));
}

}  // namespace eyas::data

#include "protocols/webrtc/egress/packet_format.h"

#include <algorithm>
#include <iterator>

namespace eyas::webrtc {
namespace {

using media::Codec;

bool sendable(const media::Track& track) {
  switch (track.config.codec) {
    case Codec::kH264:
    case Codec::kH265:
    case Codec::kAv1:
    case Codec::kVp9:
    case Codec::kVp8:
    case Codec::kOpus:
    case Codec::kG711A:
    case Codec::kG711U:
      return true;
    default:
      return false;
  }
}

}  // namespace

WebRtcPackager::WebRtcPackager(bool keep_sei)
    : Packager({sendable, kPayloadBytesMax, keep_sei, /*keep_late_pictures=*/false}) {}

media::TrackSet WebRtcPackager::select(const media::TrackSet& all) {
  media::TrackSet carried;
  std::ranges::copy_if(all, std::back_inserter(carried),
                       [](const media::TrackPtr& track) { return sendable(*track); });
  return carried;
}

}  // namespace eyas::webrtc

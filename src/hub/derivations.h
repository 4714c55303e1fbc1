// Derivations: who makes tracks from a stream's own, for those who cannot take these. The hub knows the
// interface only; workers are above it.
#pragma once

#include <cstdint>
#include <memory>

#include "hub/name.h"
#include "media/frame.h"

namespace eyas::hub {

enum class Derivation : uint8_t {
  kOpus,              // of any other audio, for WebRTC
  kAac,               // of any other audio, for HLS and RTMP players that know no Opus
  kH264WithoutDelay,  // of any video that has B-frames or that a browser cannot decode: H.264 in decode order
};

// The id of a derived track, the same whenever it is made. Senders' own ids are small.
constexpr media::TrackId derived_track_id(media::TrackId source, Derivation derivation) {
  return ((static_cast<media::TrackId>(derivation) + 1) << 24) | source;
}

// Thread-safe.
class Derivations {
 public:
  virtual ~Derivations() = default;

  // The track is made while somebody holds the lease and the stream has what it is made from; it then stands
  // among the stream's tracks with `derived_from`. It may take a moment, and does not come where no worker
  // can make it.
  using Lease = std::shared_ptr<void>;
  [[nodiscard]] virtual Lease want(const StreamName& name, Derivation derivation) = 0;
};

}  // namespace eyas::hub

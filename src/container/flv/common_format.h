// CommonFormat: FLV for players of which nothing is known: sound in AAC or MP3.
#pragma once

#include <string>
#include <vector>

#include "container/flv/packager.h"

namespace eyas::flv {

// Where the first audio track is Opus, G.711, G.726 or L16, what a worker of ours makes of it in AAC is
// carried in its place. Pictures do not wait for it, sound does, and joins them; where none has come after
// `aac_wait`, the track is carried as it is. Lives on its stream's loop. Used as
// hub::Feed<flv::CommonFormat>.
class CommonFormat : public Format {
 public:
  static constexpr const char* kName = "flv_common";
  struct Settings {
    base::Duration aac_wait = std::chrono::seconds(3);
  };

  static media::TrackSet select(const media::TrackSet& all) {
    return media::programme_with(media::Codec::kAac, all);
  }

  // `clock` outlives it.
  CommonFormat(const Settings& settings, const std::string& stream, const base::Clock& clock)
      : settings_(settings), clock_(clock) {
    static_cast<void>(stream);
  }

  void set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>& out);
  void package(const media::FramePtr& frame, std::vector<UnitPtr>& out);

 private:
  const Settings settings_;
  const base::Clock& clock_;
  media::TrackSet tracks_;
  media::TrackId waits_of_ = 0;  // the track that is not carried yet, or was waited for in vain; 0: none
  base::MonoTime since_;
  bool in_vain_ = false;
};

}  // namespace eyas::flv

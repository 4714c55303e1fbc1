// Format: frames -> moments, the format of the feed that HLS and DASH share. Packaged once per stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "container/cmaf/moment.h"
#include "container/cmaf/muxer.h"
#include "container/cmaf/settings.h"

namespace eyas::cmaf {

// Lives on its stream's loop. Used as hub::Feed<cmaf::Format>.
class Format {
 public:
  using Unit = Moment;
  struct Head {};
  using Settings = cmaf::Settings;
  static constexpr const char* kName = "cmaf";
  // Each moment holds all there is: a reader needs the newest alone.
  static constexpr bool kUnitsAreWhole = true;

  // The programme, and what workers made of its sound.
  static media::TrackSet select(const media::TrackSet& all);

  // `clock` outlives it.
  Format(const Settings& settings, const std::string& stream, const base::Clock& clock);

  void set_tracks(const media::TrackSet& tracks, std::vector<MomentPtr>& out);
  void package(const media::FramePtr& frame, std::vector<MomentPtr>& out);
  std::shared_ptr<const Head> head() { return head_; }

 private:
  const base::Clock& clock_;
  Muxer muxer_;
  std::shared_ptr<const Head> head_ = std::make_shared<const Head>();
};

}  // namespace eyas::cmaf

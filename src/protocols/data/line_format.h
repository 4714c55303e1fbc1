// LineFormat: the feed of a stream's data tracks as lines of JSON, made once for all who read them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "media/frame.h"

namespace eyas::data {

struct Line {
  media::TrackId track = 0;
  media::MediaTime dts;
  base::Slice text;      // with its line feed
  bool omitted = false;  // the payload was too large
  size_t bytes() const { return text.size(); }
};

// Lives on its stream's loop. Used as hub::Feed<data::LineFormat>.
class LineFormat {
 public:
  using Unit = Line;
  struct Head {};
  struct Settings {};
  static constexpr const char* kName = "data_lines";

  static media::TrackSet select(const media::TrackSet& all);

  // `clock` outlives it.
  LineFormat(const Settings&, const std::string&, const base::Clock& clock) : clock_(clock) {}

  void set_tracks(const media::TrackSet&, std::vector<std::shared_ptr<const Line>>&) {}
  void package(const media::FramePtr& frame, std::vector<std::shared_ptr<const Line>>& out);
  std::shared_ptr<const Head> head() { return head_; }

 private:
  const base::Clock& clock_;
  std::shared_ptr<const Head> head_ = std::make_shared<const Head>();
};

}  // namespace eyas::data

// Segments of strangers: no crash; every frame has a track that was announced, and lies in its segment.
// Input: the length of the header segment u16, the header segment, a media segment.
#include <set>

#include "base/check.h"
#include "container/mp4/segment_demuxer.h"

namespace {

using namespace eyas;

struct Collector final : mp4::SegmentDemuxer::Sink {
  void on_track(media::TrackPtr track) override { known.insert(track); }
  void on_frame(media::Frame frame) override {
    CHECK(known.contains(frame.track));
    CHECK(!frame.payload.empty());
    CHECK(frames == 0 || frame.dts >= last);
    last = frame.dts;
    ++frames;
  }
  std::set<media::TrackPtr> known;
  media::MediaTime last;
  size_t frames = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  base::ByteReader in({data, size});
  base::Bytes init = in.take(std::min<size_t>(in.u16(), in.remaining()));
  Collector seen;
  mp4::SegmentDemuxer demuxer(seen,
                              {.depth_max = 8, .boxes_max = 1000, .samples_max = 1000, .tracks_max = 4});
  if (!demuxer.on_init(init)) return 0;
  static_cast<void>(demuxer.on_segment(base::Slice::copy_of(in.rest()), {}));
  CHECK(seen.frames <= 1000);
  return 0;
}

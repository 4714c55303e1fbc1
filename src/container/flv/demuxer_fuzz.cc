// Properties: no crash; every frame has a track that was announced, and a payload; what the packager makes of
// the frames is demuxed again. Input: tags, each as type u8, timestamp step u8, length u16, body.
#include <set>

#include "base/check.h"
#include "container/flv/demuxer.h"
#include "container/flv/packager.h"

namespace {

using namespace eyas;

struct Collector final : flv::Demuxer::Sink {
  void on_track(media::TrackPtr track) override {
    std::erase_if(tracks, [&](const media::TrackPtr& old) { return old->id == track->id; });
    known.insert(track.get());
    kept.push_back(track);
    tracks.push_back(std::move(track));
  }
  void on_frame(media::Frame frame) override {
    CHECK(known.contains(frame.track.get()));
    CHECK(!frame.payload.empty());
    frames.push_back(std::make_shared<const media::Frame>(std::move(frame)));
  }
  std::set<const media::Track*> known;
  std::vector<media::TrackPtr> kept;
  media::TrackSet tracks;
  std::vector<media::FramePtr> frames;
};

void repackage(const Collector& seen) {
  flv::Format format;
  std::vector<flv::UnitPtr> units;
  format.set_tracks(seen.tracks, units);
  std::vector<flv::UnitPtr> all = format.head()->units;
  for (const media::FramePtr& frame : seen.frames) format.package(frame, units);
  all.insert(all.end(), units.begin(), units.end());
  Collector again;
  flv::Demuxer demuxer(again);
  for (const flv::UnitPtr& unit : all) {
    if (!demuxer.on_tag(unit->type, unit->timestamp_ms, {}, unit->body)) return;
  }
  demuxer.flush();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Collector seen;
  flv::Demuxer demuxer(seen, {.tag_bytes_max = 1 << 14, .held_bytes_max = 1 << 15, .garbage_run_max = 50});
  base::ByteReader in({data, size});
  uint32_t timestamp_ms = 0;
  while (in.remaining() > 0) {
    uint8_t type = in.u8();
    timestamp_ms += in.u8();
    base::Bytes body = in.take(std::min<size_t>(in.u16(), in.remaining()));
    auto tag_type = type % 3 == 0   ? flv::TagType::kVideo
                    : type % 3 == 1 ? flv::TagType::kAudio
                                    : flv::TagType::kScript;
    if (!demuxer.on_tag(tag_type, timestamp_ms, {}, base::Slice::copy_of(body))) break;
  }
  demuxer.flush();
  repackage(seen);
  return 0;
}

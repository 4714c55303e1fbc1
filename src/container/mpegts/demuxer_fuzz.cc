// Properties: no crash; bounded memory; every frame has a track that was announced and a payload; any split
// of the bytes gives the same frames; what the packager makes of the frames is demuxed again. Input: one byte
// that says how the rest is cut, then transport stream bytes.
#include <set>

#include "base/check.h"
#include "container/mpegts/demuxer.h"
#include "container/mpegts/packager.h"

namespace {

using namespace eyas;

struct Collector final : mpegts::Demuxer::Sink {
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

const mpegts::DemuxerOptions kOptions = {
    .limits = {.access_unit_bytes_max = 1 << 16, .unsynced_bytes_max = 1 << 16, .scrambled_packets_max = 20}};

// False when the session ended before the bytes did.
bool demux(Collector& seen, base::Bytes bytes, size_t cut) {
  mpegts::Demuxer demuxer(seen, kOptions);
  for (size_t at = 0; at < bytes.size(); at += cut) {
    if (!demuxer.on_bytes(bytes.subspan(at, std::min(cut, bytes.size() - at)), {})) return false;
  }
  demuxer.flush();
  return true;
}

void repackage(const Collector& seen) {
  mpegts::Format format;
  std::vector<mpegts::UnitPtr> units;
  format.set_tracks(seen.tracks, units);
  base::Slice head = format.head()->start;
  for (const media::FramePtr& frame : seen.frames) format.package(frame, units);
  Collector again;
  mpegts::Demuxer demuxer(again);
  if (!demuxer.on_bytes(head, {})) return;
  for (const mpegts::UnitPtr& unit : units) {
    CHECK(unit->bytes() % mpegts::kPacketBytes == 0);
    if (!demuxer.on_bytes(unit->packets, {})) return;
  }
  demuxer.flush();
  CHECK(demuxer.events().continuity_errors == 0);
  CHECK(demuxer.events().broken_tables == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  base::Bytes bytes = base::Bytes(data, size).subspan(1);
  Collector whole, parts;
  bool all = demux(whole, bytes, bytes.size() + 1);
  all = demux(parts, bytes, data[0] + 1u) && all;
  CHECK(!all || whole.frames.size() == parts.frames.size());
  repackage(whole);
  return 0;
}

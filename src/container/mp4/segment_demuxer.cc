#include "container/mp4/segment_demuxer.h"

#include <algorithm>
#include <optional>

#include "codec/codec.h"
#include "container/mp4/sample_entry_reader.h"

namespace eyas::mp4 {
namespace {

// Far enough from what nanoseconds hold that times may be added and subtracted.
constexpr int64_t kSecondsMax = 4'000'000'000;

__extension__ using Wide = __int128;

// In 128 bits: decode times of live streams are seconds since 1970 in ticks of 90 kHz and finer. nullopt for
// what no clock says.
std::optional<media::MediaTime> from_ticks(Wide ticks, uint32_t timescale) {
  const Wide seconds = ticks / timescale;
  if (seconds > kSecondsMax || seconds < -kSecondsMax) return std::nullopt;
  return media::MediaTime(base::Duration(static_cast<int64_t>(ticks * 1'000'000'000 / timescale)));
}

}  // namespace

base::Status SegmentDemuxer::on_init(base::Bytes bytes, media::TrackId first_id) {
  base::Result<std::vector<ReadTrack>> read = read_init(bytes, limits_);
  if (!read.ok()) return read.error();
  tracks_.clear();
  defaults_ = *read;
  for (ReadTrack& track : defaults_) {
    if (track.timescale != 0)
      add(track, first_id);
    else
      ++left_out_;
    track.entry = {};  // it pointed into `bytes`
  }
  if (tracks_.empty()) return base::Error{base::Code::kUnsupported, "mp4 init: no track that we carry", {}};
  return {};
}

void SegmentDemuxer::add(const ReadTrack& read, media::TrackId first_id) {
  base::Result<EntryFacts> facts = read_sample_entry(read);
  if (!facts.ok()) return static_cast<void>(++left_out_);
  auto track = std::make_shared<media::Track>();
  track->id = first_id + read.id;
  track->config = facts->config;
  tracks_.push_back({read, track, facts->length_bytes});
  tracks_.back().read.entry = {};
  sink_.on_track(track);
}

base::Status SegmentDemuxer::on_segment(const base::Slice& bytes, base::MonoTime arrival) {
  base::Result<std::vector<ReadRun>> runs = read_fragments(bytes, limits_, defaults_);
  if (!runs.ok()) return runs.error();
  std::vector<media::Frame> frames;
  for (const ReadRun& run : *runs) take_run(run, bytes, arrival, frames);
  std::ranges::stable_sort(frames, {}, &media::Frame::dts);
  for (media::Frame& frame : frames) sink_.on_frame(std::move(frame));
  return {};
}

void SegmentDemuxer::take_run(const ReadRun& run, const base::Slice& bytes, base::MonoTime arrival,
                              std::vector<media::Frame>& out) {
  auto known = std::ranges::find_if(tracks_, [&](const Known& each) { return each.read.id == run.track_id; });
  if (known == tracks_.end()) return static_cast<void>(samples_dropped_ += run.samples.size());
  const uint32_t timescale = known->read.timescale;
  for (const ReadSample& sample : run.samples) {
    const Wide decode_time = sample.decode_time;
    const auto dts = from_ticks(decode_time, timescale);
    const auto pts = from_ticks(decode_time + sample.composition_offset, timescale);
    const auto duration = from_ticks(sample.duration, timescale);
    if (sample.payload.empty() || !dts || !pts || !duration) {
      ++samples_dropped_;
      continue;
    }
    media::Frame frame;
    frame.track = known->track;
    frame.dts = *dts;
    frame.pts = *pts;
    frame.duration = duration->time_since_epoch();
    frame.key = sample.key || known->track->kind() != media::TrackKind::kVideo;
    frame.arrival = arrival;
    frame.payload =
        bytes.sub(static_cast<size_t>(sample.payload.data() - bytes.data()), sample.payload.size());
    if (known->length_bytes != 4) {
      base::Result<base::Slice> changed = codec::to_length_prefixed4(frame.payload, known->length_bytes);
      if (!changed.ok()) {
        ++samples_dropped_;
        continue;
      }
      frame.payload = *changed;
    }
    out.push_back(std::move(frame));
  }
}

}  // namespace eyas::mp4

#include "container/mp4/segment_demuxer.h"

#include <algorithm>

#include "codec/codec.h"
#include "container/mp4/sample_entry_reader.h"

namespace eyas::mp4 {
namespace {

// In 128 bits: decode times of live streams are seconds since 1970 in ticks of 90 kHz and finer.
base::Duration from_ticks(int64_t ticks, uint32_t timescale) {
  return base::Duration(static_cast<int64_t>(static_cast<__int128>(ticks) * 1'000'000'000 / timescale));
}

// Beyond this a time would not fit nanoseconds.
constexpr uint64_t kSecondsMax = 8'000'000'000;

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
    if (sample.payload.empty() || sample.decode_time / timescale > kSecondsMax) {
      ++samples_dropped_;
      continue;
    }
    media::Frame frame;
    frame.track = known->track;
    const auto decode_time = static_cast<int64_t>(sample.decode_time);
    frame.dts = media::MediaTime(from_ticks(decode_time, timescale));
    frame.pts = media::MediaTime(from_ticks(decode_time + sample.composition_offset, timescale));
    frame.duration = from_ticks(sample.duration, timescale);
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

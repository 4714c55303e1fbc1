// SegmentDemuxer: header segments and media segments of fragmented MP4 to tracks and frames. [ISO
// 14496-12 8.8]
#pragma once

#include <cstdint>
#include <vector>

#include "container/mp4/box_reader.h"
#include "media/frame.h"

namespace eyas::mp4 {

// Pure: bytes in, frames out. Lives on its session's loop.
class SegmentDemuxer {
 public:
  // Called from inside on_init() and on_segment(); must not destroy the demuxer.
  struct Sink {
    virtual ~Sink() = default;
    virtual void on_track(media::TrackPtr track) = 0;
    // In decode order over all tracks of a segment. Times are the segment's own, in nanoseconds.
    virtual void on_frame(media::Frame frame) = 0;
  };

  explicit SegmentDemuxer(Sink& sink, ReadLimits limits = {}) : sink_(sink), limits_(limits) {}

  // A header segment: announces its tracks, whose ids are those of the file plus `first_id`. Tracks whose
  // codec we do not carry are left out and counted. Errors: kMalformed, kLimit; kUnsupported when none is
  // left.
  base::Status on_init(base::Bytes bytes, media::TrackId first_id = 0);
  // A media segment, whole; frames share its memory. Errors: kMalformed, kLimit, kUnsupported.
  base::Status on_segment(const base::Slice& bytes, base::MonoTime arrival);

  size_t tracks() const { return tracks_.size(); }
  uint64_t tracks_left_out() const { return left_out_; }
  uint64_t samples_dropped() const {
    return samples_dropped_;
  }  // empty, of no track of ours, or of an absurd time

 private:
  struct Known {
    ReadTrack read;
    media::TrackPtr track;
    unsigned length_bytes = 4;
  };

  void add(const ReadTrack& read, media::TrackId first_id);
  void take_run(const ReadRun& run, const base::Slice& bytes, base::MonoTime arrival,
                std::vector<media::Frame>& out);

  Sink& sink_;
  ReadLimits limits_;
  std::vector<Known> tracks_;
  std::vector<ReadTrack> defaults_;
  uint64_t left_out_ = 0;
  uint64_t samples_dropped_ = 0;
};

}  // namespace eyas::mp4

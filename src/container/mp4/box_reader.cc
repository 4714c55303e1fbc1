#include "container/mp4/box_reader.h"

#include <algorithm>
#include <string>

namespace eyas::mp4 {
namespace {

using base::ByteReader;
using base::Bytes;
using base::Code;
using base::Error;
using base::Result;
using base::Status;

bool is_container(std::string_view type) {
  static constexpr std::string_view kContainers[] = {"moov", "trak", "mdia", "minf", "stbl", "dinf",
                                                     "mvex", "moof", "traf", "edts", "udta"};
  return std::ranges::find(kContainers, type) != std::end(kContainers);
}

struct Walk {
  const ReadLimits& limits;
  const std::function<void(std::string_view, const Box&)>& visit;
  size_t boxes = 0;

  Status run(Bytes bytes, const std::string& prefix, size_t depth) {
    if (depth > limits.depth_max) return Error{Code::kLimit, "mp4: depth of boxes", {}};
    BoxCursor cursor(bytes);
    while (true) {
      Result<std::optional<Box>> box = cursor.next();
      if (!box.ok()) return box.error();
      if (!*box) return {};
      if (++boxes > limits.boxes_max) return Error{Code::kLimit, "mp4: number of boxes", {}};
      const std::string path = prefix + std::string((*box)->type);
      visit(path, **box);
      if (!is_container((*box)->type)) continue;
      if (Status inner = run((*box)->body, path + "/", depth + 1); !inner.ok()) return inner;
    }
  }
};

std::array<char, 4> four(Bytes bytes) {
  std::array<char, 4> text{};
  std::copy_n(bytes.begin(), std::min<size_t>(4, bytes.size()), text.begin());
  return text;
}

uint32_t id_after_times(Bytes full_box_body) {  // tkhd, mdhd: two times, 4 or 8 bytes each, then the value
  ByteReader reader(full_box_body);
  const uint8_t version = reader.u8();
  reader.u24();
  reader.skip(version == 1 ? 16 : 8);
  return reader.u32();
}

// The first entry of a sample description, whose boxes begin here.
void read_entry(Bytes entries, ReadTrack& track) {
  track.sample_entry = four(entries.subspan(4, 4));
  Result<std::optional<Box>> entry = BoxCursor(entries).next();
  if (entry.ok() && *entry) track.entry = (*entry)->body;
}

void read_defaults(Bytes trex, std::vector<ReadTrack>& tracks) {  // [ISO 14496-12 8.8.3]
  ByteReader reader(trex);
  reader.u32();
  const uint32_t id = reader.u32();
  reader.u32();
  const uint32_t duration = reader.u32(), size = reader.u32(), flags = reader.u32();
  if (!reader.ok()) return;
  for (ReadTrack& track : tracks) {
    if (track.id != id) continue;
    track.default_duration = duration;
    track.default_size = size;
    track.default_flags = flags;
  }
}

// Reads the fragments of one span; `moof_at` is where the present moof starts in it.
class FragmentReader {
 public:
  FragmentReader(Bytes bytes, const ReadLimits& limits, std::span<const ReadTrack> tracks)
      : bytes_(bytes), limits_(limits), tracks_(tracks) {}

  Status moof(size_t moof_at, Bytes body) {
    BoxCursor cursor(body);
    while (true) {
      Result<std::optional<Box>> box = cursor.next();
      if (!box.ok()) return box.error();
      if (!*box) return {};
      if ((*box)->type != "traf") continue;
      if (Status read = traf(moof_at, (*box)->body); !read.ok()) return read;
    }
  }
  std::vector<ReadRun> take() { return std::move(runs_); }

 private:
  Status traf(size_t moof_at, Bytes body) {
    header_ = {};
    next_decode_time_ = 0;
    BoxCursor cursor(body);
    while (true) {
      Result<std::optional<Box>> box = cursor.next();
      if (!box.ok()) return box.error();
      if (!*box) return {};
      Status read;
      if ((*box)->type == "tfhd") read = tfhd((*box)->body);
      if ((*box)->type == "tfdt") read = tfdt((*box)->body);
      if ((*box)->type == "trun") read = trun(moof_at, (*box)->body);
      if (!read.ok()) return read;
    }
  }

  Status tfhd(Bytes body) {  // [ISO 14496-12 8.8.7]
    ByteReader reader(body);
    reader.u8();
    const uint32_t flags = reader.u24();
    header_.track_id = reader.u32();
    for (const ReadTrack& track : tracks_) {
      if (track.id == header_.track_id)
        header_ = {track.id, track.default_duration, track.default_size, track.default_flags};
    }
    if (flags & 0x01) return Error{Code::kUnsupported, "mp4 tfhd: base_data_offset", {}};
    if (flags & 0x02) reader.u32();
    if (flags & 0x08) header_.duration = reader.u32();
    if (flags & 0x10) header_.size = reader.u32();
    if (flags & 0x20) header_.flags = reader.u32();
    return reader.ok() ? Status() : Error{Code::kMalformed, "mp4 tfhd", {}};
  }

  Status tfdt(Bytes body) {  // [ISO 14496-12 8.8.12]
    ByteReader reader(body);
    const uint8_t version = reader.u8();
    reader.u24();
    next_decode_time_ = version == 1 ? reader.u64() : reader.u32();
    return reader.ok() ? Status() : Error{Code::kMalformed, "mp4 tfdt", {}};
  }

  Status trun(size_t moof_at, Bytes body) {  // [ISO 14496-12 8.8.8]
    ByteReader reader(body);
    reader.u8();
    const uint32_t flags = reader.u24();
    const uint32_t count = reader.u32();
    if (!(flags & 0x01)) return Error{Code::kUnsupported, "mp4 trun: no data_offset", {}};
    const int64_t offset = static_cast<int64_t>(moof_at) + static_cast<int32_t>(reader.u32());
    const uint32_t first_flags = flags & 0x04 ? reader.u32() : header_.flags;
    if (count > limits_.samples_max - std::min(limits_.samples_max, samples_))
      return Error{Code::kLimit, "mp4 trun: samples", {}};
    if (offset < 0 || static_cast<uint64_t>(offset) > bytes_.size())
      return Error{Code::kMalformed, "mp4 trun: data_offset", {}};
    samples_ += count;
    ReadRun run{header_.track_id, next_decode_time_, {}};
    auto at = static_cast<size_t>(offset);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t fallback_flags = i == 0 ? first_flags : header_.flags;
      if (Status read = sample(reader, flags, fallback_flags, at, run); !read.ok()) return read;
    }
    runs_.push_back(std::move(run));
    return {};
  }

  Status sample(ByteReader& reader, uint32_t flags, uint32_t sample_flags, size_t& at, ReadRun& run) {
    constexpr uint32_t kNonSync = 0x00010000;
    ReadSample sample;
    sample.duration = flags & 0x100 ? reader.u32() : header_.duration;
    const uint32_t size = flags & 0x200 ? reader.u32() : header_.size;
    if (flags & 0x400) sample_flags = reader.u32();
    if (flags & 0x800) sample.composition_offset = static_cast<int32_t>(reader.u32());
    if (!reader.ok() || size > bytes_.size() - at) return Error{Code::kMalformed, "mp4 trun: sample", {}};
    sample.key = (sample_flags & kNonSync) == 0;
    sample.decode_time = next_decode_time_;
    sample.payload = bytes_.subspan(at, size);
    at += size;
    next_decode_time_ += sample.duration;
    run.samples.push_back(sample);
    return {};
  }

  struct Defaults {
    uint32_t track_id = 0, duration = 0, size = 0, flags = 0;
  };

  Bytes bytes_;
  const ReadLimits& limits_;
  std::span<const ReadTrack> tracks_;
  Defaults header_;
  uint64_t next_decode_time_ = 0;
  size_t samples_ = 0;
  std::vector<ReadRun> runs_;
};

}  // namespace

Result<std::optional<Box>> BoxCursor::next() {
  if (bytes_.empty()) return std::optional<Box>();
  ByteReader reader(bytes_);
  uint64_t size = reader.u32();
  Box box;
  box.type = reader.text(4);
  if (size == 1) size = reader.u64();
  box.header_bytes = reader.position();
  if (size == 0) size = bytes_.size();
  if (!reader.ok() || size < box.header_bytes || size > bytes_.size())
    return Error{Code::kMalformed, "mp4 box: size", {}};
  box.body = bytes_.subspan(box.header_bytes, static_cast<size_t>(size) - box.header_bytes);
  bytes_ = bytes_.subspan(static_cast<size_t>(size));
  return std::optional<Box>(box);
}

Status walk_boxes(Bytes bytes, const ReadLimits& limits,
                  const std::function<void(std::string_view, const Box&)>& visit) {
  return Walk{limits, visit}.run(bytes, "", 1);
}

Result<std::vector<ReadTrack>> read_init(Bytes bytes, const ReadLimits& limits) {
  std::vector<ReadTrack> tracks;
  bool orphan = false;
  std::vector<Bytes> defaults;  // mvex may come before or after the tracks
  Status walked = walk_boxes(bytes, limits, [&](std::string_view path, const Box& box) {
    if (path == "moov/mvex/trex") return defaults.push_back(box.body);
    if (path == "moov/trak") return static_cast<void>(tracks.emplace_back());
    if (!path.starts_with("moov/trak/")) return;
    if (tracks.empty()) return static_cast<void>(orphan = true);
    ReadTrack& track = tracks.back();
    if (path == "moov/trak/tkhd") track.id = id_after_times(box.body);
    if (path == "moov/trak/mdia/mdhd") track.timescale = id_after_times(box.body);
    if (path == "moov/trak/mdia/hdlr" && box.body.size() >= 12) track.handler = four(box.body.subspan(8, 4));
    if (path == "moov/trak/mdia/minf/stbl/stsd" && box.body.size() >= 16)
      read_entry(box.body.subspan(8), track);
  });
  if (!walked.ok()) return walked.error();
  if (orphan || tracks.empty()) return Error{Code::kMalformed, "mp4 init: no track", {}};
  if (tracks.size() > limits.tracks_max) return Error{Code::kLimit, "mp4 init: tracks", {}};
  for (Bytes trex : defaults) read_defaults(trex, tracks);
  return tracks;
}

Result<std::vector<ReadRun>> read_fragments(Bytes bytes, const ReadLimits& limits,
                                            std::span<const ReadTrack> tracks) {
  FragmentReader fragments(bytes, limits, tracks);
  BoxCursor cursor(bytes);
  while (true) {
    Result<std::optional<Box>> box = cursor.next();
    if (!box.ok()) return box.error();
    if (!*box) return fragments.take();
    if ((*box)->type != "moof") continue;
    const auto moof_at = static_cast<size_t>((*box)->body.data() - bytes.data()) - (*box)->header_bytes;
    if (Status read = fragments.moof(moof_at, (*box)->body); !read.ok()) return read.error();
  }
}

}  // namespace eyas::mp4

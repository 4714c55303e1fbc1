// Snapshot: everything of one stream that can be asked for at one moment, and the answers to who asks.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "container/cmaf/moment.h"
#include "protocols/hls/playlist.h"

namespace eyas::hls {

// Immutable, hence thread-safe: one is made for each new part and handed to every loop that has viewers.
struct Snapshot {
  struct Entry {
    RenditionView view;
    base::Slice playlist;
    base::Slice delta;  // the answer to _HLS_skip=YES
  };
  std::vector<Entry> entries;
  base::Slice multivariant;
  bool ready = false;  // every track has a whole segment: players of all kinds can start

  const Entry* find(std::string_view name) const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// Writes the playlists.
SnapshotPtr make_snapshot(const cmaf::Moment& moment);

// What a file name under hls/ asks for: "video.m3u8", "audio_3_init.mp4", "video_17.m4s", "video_17_2.m4s".
struct Resource {
  enum class Kind : uint8_t { kPlaylist, kInit, kSegment, kPart } kind = Kind::kPlaylist;
  std::string_view track;
  uint64_t number = 0;  // generation, or Media Sequence Number
  uint64_t part = 0;
};
std::optional<Resource> parse_resource(std::string_view file);

// The delivery directives of a playlist request [RFC 8216bis 6.2.5].
struct Reload {
  std::optional<uint64_t> msn;
  std::optional<uint64_t> part;
  bool skip = false;
};
// Errors: kMalformed for values that are not numbers, and for _HLS_part without _HLS_msn.
base::Result<Reload> parse_reload(std::optional<std::string_view> msn, std::optional<std::string_view> part,
                                  std::optional<std::string_view> skip);

enum class Verdict : uint8_t { kReady, kWait, kRefuse };
// Whether the playlist holds what a reload waits for. kRefuse: too far ahead to ever be asked for.
Verdict judge(const RenditionView& view, const Reload& reload);

// The bytes of an init segment, segment or part; empty when it is not there. A part that is the next to come
// is kWait in `verdict`, others are kReady or kRefuse.
struct Found {
  Verdict verdict = Verdict::kRefuse;
  std::vector<base::Slice> bytes;
};
Found find_media(const RenditionView& view, const Resource& resource);

}  // namespace eyas::hls

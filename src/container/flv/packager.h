// Frames to FLV tags: the feed that RTMP play, HTTP-FLV and WebSocket-FLV share. Packaged once per stream.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/slice.h"
#include "container/flv/tag.h"
#include "media/frame.h"

namespace eyas::flv {

// One tag, ready for both wires. Immutable; shared by all sessions.
struct Unit {
  TagType type = TagType::kScript;
  uint32_t timestamp_ms = 0;
  bool key =
      false;  // a group starts here: the first video track's key frame, or audio where there is no video
  media::MediaTime dts;
  base::Slice flv;   // whole FLV tag: 11-byte header, body, 4-byte previous tag size, contiguous
  base::Slice body;  // the tag body inside `flv` (the RTMP message payload), sharing its memory
  size_t bytes() const { return flv.size(); }
};
using UnitPtr = std::shared_ptr<const Unit>;

// What a newcomer needs before a group.
struct Head {
  base::Slice flv_file_header;  // "FLV" 1 flags 9, then PreviousTagSize0
  std::vector<UnitPtr> units;   // onMetaData and sequence headers, at time 0
  // There is sound that not every player knows: whoever is given this may ask for the same in AAC.
  bool wants_aac = false;
};

// Lives on its stream's loop. Used as hub::Feed<flv::Format>.
class Format {
 public:
  using Unit = flv::Unit;
  using Head = flv::Head;
  static constexpr const char* kName = "flv";

  // The stream's tracks changed. Readers that already run get the new onMetaData and changed sequence headers
  // through `out`; newcomers get them in the head. Data tracks and codecs that FLV cannot carry are left out.
  void set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>& out);
  // Appends the frame's tag to `out`; nothing when its track is not carried.
  void package(const media::FramePtr& frame, std::vector<UnitPtr>& out);
  // For a reader that starts now. Never null.
  std::shared_ptr<const Head> head();

 protected:
  // Of the next head: that sound will come though no track of it is carried yet; `wants_aac`.
  void promise_sound(bool promised, bool wants_aac);

 private:
  struct Carried {
    media::TrackPtr track;
    uint8_t index = 0;  // among the tracks of its kind, as multitrack counts
  };
  const media::Track* first(media::TrackKind kind) const;
  UnitPtr metadata(media::MediaTime dts) const;

  std::vector<Carried> carried_;
  std::shared_ptr<const Head> head_;
  media::MediaTime last_dts_{};
  bool running_ = false;  // a head or a unit has gone out
  bool has_video_ = false;
  bool sound_promised_ = false;
  bool wants_aac_ = false;
};

}  // namespace eyas::flv

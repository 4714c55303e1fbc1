// Frames to transport stream packets: the feed that HTTP, UDP, TCP, SRT and HLS with TS segments share.
// Packaged once per stream.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/slice.h"
#include "codec/aac/aac.h"
#include "container/mpegts/packet.h"
#include "container/mpegts/stream_form.h"
#include "media/frame.h"

namespace eyas::mpegts {

// One frame's packets. Immutable; shared by all sessions.
struct Unit {
  // Decoding may start here: the first video track's key frame, or a frame of the first track where there is
  // no video. Units from a key one with tables on are a whole HLS segment: PAT, PMT, then (of video) access
  // unit delimiter, parameter sets and the key frame. All key frames of video have tables.
  bool key = false;
  bool has_tables = false;  // begins with PAT and PMT
  media::TrackId track = 0;
  media::MediaTime pts;
  media::MediaTime dts;
  base::Slice packets;  // a multiple of kPacketBytes
  size_t bytes() const { return packets.size(); }
};
using UnitPtr = std::shared_ptr<const Unit>;

// What stands before a group.
struct Head {
  base::Slice start;       // for a newcomer: PAT and PMT
  base::Slice resume;      // for a reader that lost units: PIDs marked as discontinuous, then PAT and PMT
  bool wants_aac = false;  // sound that cannot be carried: AAC that a worker makes of it would be
};

// PIDs and the programme's number, as most muxers choose them.
constexpr uint16_t kPmtPid = 0x1000;
constexpr uint16_t kFirstPid = 0x100;
constexpr uint16_t kProgrammeNumber = 1;

// Media time 0 is this on the wire, so that clocks sent before it are not negative.
constexpr base::Duration kTimeOffset = std::chrono::seconds(1);
// PTS and DTS as sent: 90 kHz, 33 bits.
uint64_t wire_ticks(media::MediaTime time);

// Lives on its stream's loop. Used as hub::Feed<mpegts::Format>.
class Format {
 public:
  using Unit = mpegts::Unit;
  using Head = mpegts::Head;
  static constexpr const char* kName = "mpegts";

  // Times between what is repeated.
  static constexpr base::Duration kTablesEvery = std::chrono::milliseconds(100);
  static constexpr base::Duration kPcrEvery = std::chrono::milliseconds(40);
  // How long before its DTS a picture is sent, by the clock in the stream: what tracks may be apart.
  static constexpr base::Duration kBuffer = std::chrono::milliseconds(200);

  // Whether transport streams carry it.
  static bool carries(const media::Track& track);
  // The programme; of sound that cannot be carried (G.711, FLAC) what a worker made in AAC, when it is there.
  static media::TrackSet select(const media::TrackSet& all);

  // The stream's tracks changed: a new PMT stands before the next frame. Codecs that TS cannot carry are left
  // out. A track keeps its PID for the feed's life.
  void set_tracks(const media::TrackSet& tracks, std::vector<UnitPtr>& out);
  // Appends the frame's packets to `out`; nothing when its track is not carried.
  void package(const media::FramePtr& frame, std::vector<UnitPtr>& out);
  // For a reader that starts, or resumes, before the next frame. Never null.
  std::shared_ptr<const Head> head();

 private:
  struct Carried {
    media::TrackPtr track;
    Framing framing;
    PacketWriter packets;
    codec::aac::AudioSpecificConfig aac;  // of kAdts
    std::vector<uint8_t> parameter_sets;  // of kNalUnits: Annex B, before key frames
    uint8_t cell_sequence = 0;            // of kMetadataCells
  };

  Carried* find(media::TrackId id);
  void describe_programme();
  void put_tables(base::ByteWriter& out, PacketWriter& pat, PacketWriter& pmt, bool discontinuity) const;
  // Clock packets for the time since the last one; fills the first packet of the frame's where it is the
  // clock's own.
  void put_clock(base::ByteWriter& out, const Carried& carried, media::MediaTime dts, Adaptation& first);
  void put_frame(base::ByteWriter& out, Carried& carried, const media::Frame& frame,
                 const Adaptation& adaptation);
  bool starts_group(const media::Frame& frame) const;

  std::map<media::TrackId, Carried> carried_;  // those of before too: a track keeps its PID
  media::TrackSet tracks_;                     // those carried now, in the stream's order
  PacketWriter pat_{kPatPid};
  PacketWriter pmt_{kPmtPid};
  Pmt table_;
  bool tables_due_ = true;
  bool wants_aac_ = false;
  media::TrackId leader_ = 0;  // whose PID has the clock, and whose key frames start groups; 0: no tracks
  std::optional<media::MediaTime> tables_at_;
  std::optional<media::MediaTime> clock_at_;
};

}  // namespace eyas::mpegts

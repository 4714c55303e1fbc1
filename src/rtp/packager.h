// Frames to RTP payloads: what the feeds of WebRTC and RTSP have in common. Packetised once per stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/slice.h"
#include "media/frame.h"
#include "rtp/payload/packetizer.h"

namespace eyas::rtp {

// One frame of one track, ready to be sent to anyone. Immutable; shared by all sessions.
struct PacketUnit {
  media::TrackPtr track;
  uint64_t number = 0;      // of its track's frames, one more each time: a step of two is a hole
  bool key = false;         // decoding can start here
  bool disposable = false;  // no other frame needs it
  media::MediaTime dts;
  base::MonoTime arrival;
  uint32_t rtp_timestamp = 0;  // of the presentation time in the codec's clock; viewers add their own offset
  uint32_t track_bps = 0;      // what the track takes lately, RTP payload only; 0 until known

  // When media time zero was on this machine's clock: what came through fastest tells. One value for all
  // tracks of a stream, so that they stay in step.
  base::MonoTime origin;
  // The same on the capturing device's clock, when the publisher told capture times.
  std::optional<base::WallTime> capture_origin;
  media::MediaTime pts;
  std::optional<uint8_t> orientation;  // as media::Frame has it

  base::Slice payload;                 // all packets' payloads, one after the other
  std::vector<PayloadPacket> packets;  // at least one

  size_t bytes() const { return payload.size() + packets.size() * sizeof(PayloadPacket); }
};
using PacketUnitPtr = std::shared_ptr<const PacketUnit>;

// What a newcomer needs: the tracks that this feed carries.
struct PacketHead {
  media::TrackSet tracks;
};

// How one protocol wants it.
struct PackagerRules {
  bool (*carries)(const media::Track& track);  // false: frames of the track are passed over
  size_t payload_bytes_max;                    // of one packet, RTP header not counted
  bool keep_sei = true;
  // Pictures that no other needs and that are shown before one already decoded (disposable B-frames):
  // browsers show pictures in the order of decoding.
  bool keep_late_pictures = true;
};

// Lives on its stream's loop.
class Packager {
 public:
  using Unit = PacketUnit;
  using Head = PacketHead;

  explicit Packager(PackagerRules rules);
  ~Packager();

  void set_tracks(const media::TrackSet& tracks, std::vector<PacketUnitPtr>& out);
  void package(const media::FramePtr& frame, std::vector<PacketUnitPtr>& out);
  std::shared_ptr<const PacketHead> head();

 private:
  struct Lane;

  Lane* lane_of(const media::Track& track);
  void note_origin(const media::Frame& frame);

  PackagerRules rules_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // one per track
  uint64_t highest_number_ = 0;               // of any lane: a track that comes back does not count anew
  std::shared_ptr<const PacketHead> head_;
  std::optional<base::MonoTime> origin_;
  base::MonoTime newest_arrival_;
  std::optional<base::WallTime> capture_origin_;
};

}  // namespace eyas::rtp

// Frames to RTP payloads: the feed that all WebRTC viewers of a stream share. Packetised once per stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/slice.h"
#include "media/frame.h"
#include "rtp/payload/packetizer.h"

namespace eyas::webrtc {

// What a datagram may hold besides RTP payload, so that it passes the least MTU of IPv6 (1280 less 40 and 8):
// RTP header 12, extensions 32, RTX 2, SRTP tag 16; the rest is left to tunnels and TURN.
constexpr size_t kPayloadBytesMax = 1160;

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

  base::Slice payload;                      // all packets' payloads, one after the other
  std::vector<rtp::PayloadPacket> packets;  // at least one

  size_t bytes() const { return payload.size() + packets.size() * sizeof(rtp::PayloadPacket); }
};
using PacketUnitPtr = std::shared_ptr<const PacketUnit>;

// What a newcomer needs: the tracks that this feed carries.
struct PacketHead {
  media::TrackSet tracks;
};

// What both formats below do. Pictures that no other needs and that are shown before one already decoded
// (disposable B-frames) are left out: browsers show pictures in the order of decoding. Lives on the stream's
// loop.
class Packager {
 public:
  using Unit = PacketUnit;
  using Head = PacketHead;

  explicit Packager(bool keep_sei);
  ~Packager();

  // What can be sent over WebRTC, of what a stream has: every rendition, and what was derived.
  static media::TrackSet select(const media::TrackSet& all);

  void set_tracks(const media::TrackSet& tracks, std::vector<PacketUnitPtr>& out);
  void package(const media::FramePtr& frame, std::vector<PacketUnitPtr>& out);
  std::shared_ptr<const PacketHead> head();

 private:
  struct Lane;

  Lane* lane_of(const media::Track& track);
  void note_origin(const media::Frame& frame);

  bool keep_sei_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // one per track
  uint64_t highest_number_ = 0;               // of any lane: a track that comes back does not count anew
  std::shared_ptr<const PacketHead> head_;
  std::optional<base::MonoTime> origin_;
  base::MonoTime newest_arrival_;
  std::optional<base::WallTime> capture_origin_;
};

// DEVIATION: DJI aircraft put SEI into every picture that stalls browsers' decoders; it goes by default.
class PacketFormat final : public Packager {
 public:
  static constexpr const char* kName = "rtp";
  PacketFormat() : Packager(false) {}
};
// For viewers that read SEI (`webrtc.keep_sei`).
class PacketFormatWithSei final : public Packager {
 public:
  static constexpr const char* kName = "rtp_sei";
  PacketFormatWithSei() : Packager(true) {}
};

}  // namespace eyas::webrtc

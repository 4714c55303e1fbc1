// The feeds that all WebRTC viewers of a stream share.
#pragma once

#include "rtp/packager.h"

namespace eyas::webrtc {

using rtp::PacketHead;
using rtp::PacketUnit;
using rtp::PacketUnitPtr;

// What a datagram may hold besides RTP payload, so that it passes the least MTU of IPv6 (1280 less 40 and 8):
// RTP header 12, extensions 32, RTX 2, SRTP tag 16; the rest is left to tunnels and TURN.
constexpr size_t kPayloadBytesMax = 1160;

// What both formats below do. Lives on its stream's loop.
class WebRtcPackager : public rtp::Packager {
 public:
  // What can be sent over WebRTC, of what a stream has: every rendition, and what was derived.
  static media::TrackSet select(const media::TrackSet& all);

 protected:
  explicit WebRtcPackager(bool keep_sei);
};

// DEVIATION: DJI aircraft put SEI into every picture that stalls browsers' decoders; it goes by default.
class PacketFormat final : public WebRtcPackager {
 public:
  static constexpr const char* kName = "rtp";
  PacketFormat() : WebRtcPackager(false) {}
};
// For viewers that read SEI (`webrtc.keep_sei`).
class PacketFormatWithSei final : public WebRtcPackager {
 public:
  static constexpr const char* kName = "rtp_sei";
  PacketFormatWithSei() : WebRtcPackager(true) {}
};

}  // namespace eyas::webrtc

// StreamFormat: frames -> RTP packets in interleaved frames. The feed that all RTSP viewers of a stream
// share, whatever carries their packets.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/slice.h"
#include "rtp/packager.h"
#include "rtp/sdp/sdp.h"

namespace eyas::rtsp {

// Of one packet, so that with its headers it passes the tunnels that an Ethernet path may lead through.
constexpr size_t kPayloadBytesMax = 1400;
// Tracks beyond are not carried: channels of an interleaved connection are numbered by a byte.
constexpr size_t kTracksMax = 64;

// One track of a stream as this feed sends it. All viewers get the same packets, numbers and all: they may
// begin anywhere in them [RFC 3550 5.1].
struct StreamLane {
  media::TrackPtr track;
  uint8_t place = 0;  // among the feed's tracks; the channels are twice that, and one more for RTCP
  uint8_t payload_type = 96;
  uint32_t clock_rate = 90000;
  uint32_t ssrc = 0;
  uint32_t timestamp_offset = 0;
  uint16_t next_sequence = 0;  // of the first packet behind this head

  uint8_t channel() const { return static_cast<uint8_t>(2 * place); }
  // The RTP timestamp of that moment.
  uint32_t timestamp_at(media::MediaTime time) const;
};

// What a newcomer needs before a group: how the tracks are sent.
struct StreamHead {
  std::vector<StreamLane> lanes;  // in the order of the description

  const StreamLane* lane_of(media::TrackId track) const;
  // What DESCRIBE and ANNOUNCE tell of it; see description_of().
  sdp::Description description(const std::string& name, const std::string& address, uint64_t version) const;
};

// One frame of one track, ready to be sent to anyone. Immutable; shared by all sessions.
struct StreamUnit {
  media::TrackPtr track;
  uint8_t place = 0;
  bool key = false;
  media::MediaTime dts;
  media::MediaTime pts;
  base::MonoTime origin;  // as rtp::PacketUnit has them
  std::optional<base::WallTime> capture_origin;
  uint32_t track_bps = 0;
  uint32_t packets = 0;
  uint32_t payload_octets = 0;
  base::Slice bytes;  // '$', channel, length, RTP packet; one behind the other

  size_t size() const { return bytes.size(); }
};
using StreamUnitPtr = std::shared_ptr<const StreamUnit>;
inline size_t ring_bytes(const StreamUnit& unit) {
  return unit.bytes.size() + sizeof(StreamUnit);
}

// Visits each RTP packet of a unit.
template <typename Visit>
void for_each_packet(const StreamUnit& unit, Visit visit) {
  constexpr size_t kFrame = 4;
  base::Bytes bytes = unit.bytes;
  for (size_t at = 0; at + kFrame <= bytes.size();) {
    auto size = static_cast<size_t>(bytes[at + 2] << 8 | bytes[at + 3]);
    visit(bytes.subspan(at + kFrame, size));
    at += kFrame + size;
  }
}
// A unit's bytes for a viewer that wants another channel than the feed's.
base::Slice on_channel(const StreamUnit& unit, uint8_t channel);

// Lives on its stream's loop.
class StreamFormat {
 public:
  using Unit = StreamUnit;
  using Head = StreamHead;
  static constexpr const char* kName = "rtsp";

  StreamFormat();

  void set_tracks(const media::TrackSet& tracks, std::vector<StreamUnitPtr>& out);
  void package(const media::FramePtr& frame, std::vector<StreamUnitPtr>& out);
  std::shared_ptr<const StreamHead> head() const { return std::make_shared<const StreamHead>(head_); }

 private:
  StreamLane make_lane(const media::TrackPtr& track);
  StreamUnitPtr unit_of(const rtp::PacketUnit& packets, StreamLane& lane) const;

  rtp::Packager packager_;
  StreamHead head_;
  uint8_t next_place_ = 0;
  std::vector<rtp::PacketUnitPtr> packaged_;
};

// A viewer's sender report with CNAME [RFC 3550 6.4.1, 6.5.1]: `now` of the clock that the pictures were
// taken by, where the publisher told it.
void append_report(std::vector<uint8_t>& out, const StreamLane& lane, const StreamUnit& newest,
                   uint32_t packets, uint32_t octets, const base::Clock& clock);

}  // namespace eyas::rtsp

// Egress: what one viewer plays: units of the feed -> its connection or its UDP ports.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "hub/feed.h"
#include "io/byte_stream.h"
#include "protocols/rtsp/datagram_ports.h"
#include "protocols/rtsp/stream_format.h"
#include "protocols/rtsp/wire/headers.h"

namespace eyas::rtsp {

// The way of one track to a viewer.
struct OutgoingTrack {
  media::TrackId track = 0;
  uint8_t place = 0;
  uint8_t channel = 0;  // interleaved; RTCP has the next one
  uint8_t rtcp_channel = 1;
  io::Endpoint rtp;  // over UDP
  io::Endpoint rtcp;
};

// Pulls from its reader only what its path takes, so it never owns a queue of frames. Lives on its
// connection's loop.
class Egress {
 public:
  static constexpr base::Duration kReportInterval = std::chrono::seconds(5);

  enum class Progress : uint8_t {
    kCaughtUp,  // the reader wakes us
    kBlocked,   // on_drained() or, over UDP, the time that resume_after() says
    kEnded,     // the stream is over, and all of it was sent
    kChanged,   // a track is not any more what was described: the viewer must ask anew
  };

  virtual ~Egress() = default;

  void start(hub::Reader<StreamFormat> reader) { reader_ = std::move(reader); }
  void stop() { reader_ = {}; }
  hub::Reader<StreamFormat> take_reader() { return std::exchange(reader_, {}); }
  bool started() const { return static_cast<bool>(reader_); }

  // What the first packets carry, if they are there already. Asked once, before pump().
  std::vector<RtpInfo> first_packets(const std::vector<std::string>& addresses);
  // Sends what there is, as long as the path takes it.
  virtual Progress pump(base::MonoTime now) = 0;
  // When pump() can go on.
  virtual base::Duration resume_after() const { return base::Duration::zero(); }
  // Says goodbye on every track [RFC 3550 6.6].
  void send_byes();

  uint64_t bytes_sent() const { return bytes_sent_; }
  uint64_t units_lost() const { return units_lost_; }

 protected:
  Egress(std::vector<OutgoingTrack> tracks, const base::Clock& clock);

  struct Lane {
    OutgoingTrack way;
    const StreamLane* lane = nullptr;  // of head_
    media::TrackPtr described;         // what the viewer was told
    uint32_t packets = 0;
    uint32_t octets = 0;
    std::optional<base::MonoTime> next_report;
    media::TrackPtr newest;  // as its last unit had it
  };

  // The next unit of a track that is set up; null when there is nothing now.
  StreamUnitPtr next();
  Lane& lane_of(const StreamUnit& unit) { return *by_place_[unit.place]; }
  // Counts the unit, and sends the report that is due before it: players that get a track's first packet
  // without one start its clock at nought, and jump when the report comes (FFmpeg).
  void about_to_send(const StreamUnit& unit, base::MonoTime now);
  // A track became what the viewer was not told of: the session cannot go on.
  bool changed() const { return changed_; }
  bool ended() const { return !first_ && reader_ && reader_.ended(); }
  virtual void send_rtcp(const OutgoingTrack& way, base::Bytes packet) = 0;

 private:
  void watch_track(const StreamUnit& unit);
  void take_head(std::shared_ptr<const StreamHead> head);

  const base::Clock& clock_;
  hub::Reader<StreamFormat> reader_;
  std::optional<hub::Reader<StreamFormat>::Item> first_;
  std::shared_ptr<const StreamHead> head_;
  std::vector<Lane> lanes_;
  std::vector<Lane*> by_place_;
  bool changed_ = false;
  uint64_t bytes_sent_ = 0;
  uint64_t units_lost_ = 0;
};

// Interleaved on the connection itself. `stream` outlives it.
class TcpEgress final : public Egress {
 public:
  TcpEgress(std::vector<OutgoingTrack> tracks, io::ByteStream& stream);
  Progress pump(base::MonoTime now) override;

 private:
  void send_rtcp(const OutgoingTrack& way, base::Bytes packet) override;

  io::ByteStream& stream_;
  std::vector<base::Slice> slices_;
};

// Over UDP, no faster than a receiver's socket can swallow: what is behind is sent at several times the
// stream's own rate. `ports` outlives it.
class UdpEgress final : public Egress {
 public:
  static constexpr size_t kBurstBytes = 64 * 1024;  // a default receive buffer takes twice that
  static constexpr uint64_t kRateLeastBps = 40'000'000;
  static constexpr unsigned kRateTimes = 4;  // of the stream's rate
  static constexpr base::Duration kTick = std::chrono::milliseconds(2);

  UdpEgress(std::vector<OutgoingTrack> tracks, const base::Clock& clock, DatagramPorts& ports);
  Progress pump(base::MonoTime now) override;
  base::Duration resume_after() const override { return kTick; }

 private:
  void send_rtcp(const OutgoingTrack& way, base::Bytes packet) override;
  void refill(base::MonoTime now);
  // False when the budget is used up before the unit's end.
  bool send_some();

  DatagramPorts& ports_;
  StreamUnitPtr unit_;  // under way
  size_t unit_at_ = 0;
  int64_t budget_ = kBurstBytes;
  uint64_t rate_bps_ = kRateLeastBps;
  std::optional<base::MonoTime> refilled_;
};

}  // namespace eyas::rtsp

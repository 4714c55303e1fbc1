// StreamReceiver: all tracks of one sender, kept in step with each other -> a publisher's tracks and frames.
#pragma once

#include <memory>
#include <vector>

#include "hub/facts.h"
#include "protocols/rtsp/track_receiver.h"

namespace eyas::rtsp {

// Tracks are numbered by their place in the media given, from 0; their ids are that and one. Lives on its
// session's loop.
class StreamReceiver {
 public:
  // Media that cannot be taken have no receiver: packets of theirs are dropped. `sink` outlives it.
  StreamReceiver(const std::vector<ReceivedMedia>& media, ReceiverOptions options, TrackReceiver::Start start,
                 TrackReceiver::Sink& sink);

  // How many of the media can be taken.
  size_t tracks() const;
  bool takes(size_t place) const { return place < receivers_.size() && receivers_[place] != nullptr; }
  void on_packet(size_t place, base::Bytes packet, base::MonoTime now);
  // When next_tick() says.
  void on_tick(base::MonoTime now);
  base::Duration next_tick() const;
  // Appends what is due on the RTCP channel of that track.
  void append_reports(size_t place, std::vector<uint8_t>& out, uint32_t own_ssrc, base::MonoTime now);
  void want_key(media::TrackId track);

  // Of any track; nullopt before the first.
  std::optional<base::MonoTime> last_packet() const;
  uint64_t bytes() const;
  // Of all tracks together, for the API.
  hub::Counters counters() const;

 private:
  void steer_clocks();

  ReceiverOptions options_;
  std::vector<std::unique_ptr<TrackReceiver>> receivers_;
};

}  // namespace eyas::rtsp

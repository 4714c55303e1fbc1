// Ingest: what one sender records: packets by section -> the hub.
#pragma once

#include <optional>
#include <vector>

#include "hub/publisher.h"
#include "protocols/rtsp/jpeg_tracks.h"
#include "protocols/rtsp/stream_receiver.h"

namespace eyas::rtsp {

// Lives on its connection's loop.
class Ingest final : private TrackReceiver::Sink {
 public:
  // Who makes video of the sections that are JPEG, and where; `title` for the log.
  struct JpegParts {
    std::string title;
    io::Executor& home;
    hub::Pictures* pictures;  // null: nobody
  };
  Ingest(const sdp::Description& description, const ReceiverOptions& options, TrackReceiver::Start start,
         JpegParts jpeg, hub::Publisher publisher);

  // How many sections there are, and how many of them can be taken.
  size_t sections() const { return places_.size(); }
  size_t tracks() const { return receiver_.tracks(); }
  // Packets of sections that cannot be taken are dropped.
  void on_packet(size_t section, base::Bytes packet, base::MonoTime now);
  void on_tick(base::MonoTime now);
  base::Duration next_tick() const { return receiver_.next_tick(); }
  void append_reports(size_t section, std::vector<uint8_t>& out, uint32_t own_ssrc, base::MonoTime now);
  // Tells the stream what was seen so far; about once a second.
  void report() { publisher_.report(receiver_.counters()); }
  hub::Publisher& publisher() { return publisher_; }

 private:
  Ingest(const std::vector<ReceivedMedia>& media, size_t sections, const ReceiverOptions& options,
         TrackReceiver::Start start, JpegParts jpeg, hub::Publisher publisher);
  void on_track(media::TrackPtr track) override { publisher_.set_track(std::move(track)); }
  void on_frame(media::Frame frame) override { publisher_.publish(std::move(frame)); }

  hub::Publisher publisher_;
  JpegTracks jpeg_;
  StreamReceiver receiver_;
  std::vector<std::optional<size_t>> places_;  // of the receiver, by section
};

}  // namespace eyas::rtsp

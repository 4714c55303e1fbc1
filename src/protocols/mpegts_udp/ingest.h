// Ingest: transport stream bytes into the hub.
#pragma once

#include <string>

#include "container/mpegts/demuxer.h"
#include "protocols/mpegts_udp/mpegts_udp.h"
#include "protocols/pull_publisher.h"

namespace eyas::mpegts_udp {

// Lives on its session's loop.
class Ingest final : private mpegts::Demuxer::Sink {
 public:
  struct Callbacks {
    base::UniqueFunction<void()> running;  // once: the first frame has gone to the hub
    // Refused, revoked, or no transport stream. May come from inside on_bytes(), which must not be the end of
    // this ingest.
    base::UniqueFunction<void(base::Error)> failed;
  };

  Ingest(const Parts& parts, const protocols::TransferRequest& request, const std::string& peer,
         uint16_t programme, Callbacks callbacks);
  // Hands on the units that wait for their end.
  ~Ingest() override;

  void on_bytes(base::Bytes bytes, base::MonoTime arrival);
  // Tells the stream and the metrics what happened so far; about once a second.
  void report();
  const mpegts::Events& events() const { return demuxer_.events(); }

 private:
  void on_track(media::TrackPtr track) override { publisher_.set_track(std::move(track)); }
  void on_frame(media::Frame frame) override { publisher_.publish(std::move(frame)); }

  Parts parts_;
  Callbacks callbacks_;
  protocols::PullPublisher publisher_;
  mpegts::Events reported_;
  mpegts::Demuxer demuxer_;
};

}  // namespace eyas::mpegts_udp

// PullConnection: one connection of a pull: its byte stream, its session, its ports, what it publishes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/byte_stream.h"
#include "io/dial.h"
#include "io/loop.h"
#include "protocols/pull_publisher.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/play.h"
#include "protocols/rtsp/client/port_pair.h"
#include "protocols/rtsp/jpeg_tracks.h"

namespace eyas::rtsp {

// Ends the session at the server when it dies. Lives on its loop.
class PullConnection final : private io::ByteStream::Handler,
                             private Play::Sink,
                             private PortPair::Sink,
                             private TrackReceiver::Sink {
 public:
  // Each at most once, from inside a call into the connection, which is over then but must not be destroyed
  // before the turn ends.
  struct Events {
    base::UniqueFunction<void()> on_running;
    base::UniqueFunction<void(base::Error)> on_ended;
    base::UniqueFunction<void(const base::Url&)> on_redirect;
    base::UniqueFunction<void()> on_silent_path;  // no packet came by the first of several paths
  };
  struct Setup {
    base::Url url;
    std::vector<PacketPath> paths;
    hub::StreamName stream;
    hub::PublisherInfo info;
    const io::DialPolicy& policy;  // of what may be sent to; outlives it
  };

  PullConnection(Setup setup, std::unique_ptr<io::ByteStream> stream, io::Loop& loop, ClientServices services,
                 Events events);
  ~PullConnection() override;

  protocols::TransferFacts facts() const;

 private:
  void on_data(base::Bytes bytes) override;
  void on_drained() override { stream_->pause_reading(false); }
  void on_closed(const base::Error& why) override;

  void send(base::Slice bytes) override;
  void on_tracks(const std::vector<ReceivedMedia>& tracks) override;
  base::Result<NumberPair> open_ports(size_t track) override;
  base::Status on_transport(size_t track, const Transport& transport) override;
  void on_playing() override;
  void on_packet(size_t track, base::Bytes packet) override;
  void on_redirect(const base::Url& to) override;
  void on_datagram(size_t track, base::Bytes packet) override { on_packet(track, packet); }

  void on_track(media::TrackPtr track) override { publisher_.set_track(std::move(track)); }
  void on_frame(media::Frame frame) override { publisher_.publish(std::move(frame)); }

  void check(const base::Status& status);
  void end(base::Error why);
  void tick();
  void schedule_tick();
  base::Status check_media(base::MonoTime now);
  void send_reports(base::MonoTime now);
  base::MonoTime now() const { return loop_.clock().mono(); }

  Setup setup_;
  io::Loop& loop_;
  ClientServices services_;
  Events events_;
  uint32_t ssrc_;  // of our reports
  TrackReceiver::Start start_;
  std::unique_ptr<io::ByteStream> stream_;
  Play play_;
  std::vector<std::unique_ptr<PortPair>> ports_;  // by track; UDP only
  protocols::PullPublisher publisher_;
  JpegTracks jpeg_;
  std::unique_ptr<StreamReceiver> receiver_;
  std::optional<base::MonoTime> playing_since_;
  io::Timer tick_timer_;
  base::MonoTime tick_at_;
  bool over_ = false;
};

}  // namespace eyas::rtsp

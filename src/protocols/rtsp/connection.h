// One RTSP connection: its byte stream, its session, and what it publishes or plays.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocols/rtsp/egress.h"
#include "protocols/rtsp/ingest.h"
#include "protocols/rtsp/multicast.h"
#include "protocols/rtsp/rtsp.h"
#include "protocols/rtsp/session.h"

namespace eyas::rtsp {

// Lives on its connection's loop.
class Connection final : private io::ByteStream::Handler, private Session::Sink {
 public:
  Connection(Server& server, uint64_t id, std::unique_ptr<io::ByteStream> stream,
             io::AddressCensus::Place place);
  ~Connection() override;

  void start() { stream_->start(*this); }
  void tick(base::MonoTime now);
  void end(const base::Error& why);

 private:
  // Where a section's packets come from, or a lane's go to; reports go the other way.
  struct Way {
    Transport transport;
    io::Endpoint rtp;
    io::Endpoint rtcp;
    std::vector<DatagramPorts::Attachment> attachments;
  };

  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& why) override;

  void send(std::string text) override;
  void on_open(const Target& target) override;
  void on_announce(const Target& target, const sdp::Description& description) override;
  base::Result<Transport> on_setup(size_t place, bool record, const Transport& wanted) override;
  void on_play() override;
  void on_pause() override;
  void on_record() override;
  void on_teardown() override;
  void on_interleaved(uint8_t channel, base::Bytes packet, base::MonoTime now) override;
  void on_login_refused() override;

  // To know what the stream has: a reader that stays, unread, so that the feed stays too.
  void probe_answered(uint64_t serial, base::Result<hub::Reader<StreamFormat>> reader);
  void probe();
  void probe_failed(const base::Error& why);
  void publish_answered(uint64_t serial, const sdp::Description& description,
                        base::Result<hub::Publisher> publisher);
  void play_answered(uint64_t serial, base::Result<hub::Reader<StreamFormat>> reader);
  template <typename Done>
  void read_stream(base::Task on_more, Done done);

  base::Result<Transport> set_up_tcp(size_t place, const Transport& wanted);
  base::Result<Transport> set_up_udp(size_t place, const Transport& wanted);
  base::Result<Transport> set_up_multicast(size_t place, const Transport& wanted);
  bool channel_taken(unsigned channel) const;
  void on_datagram(size_t place, base::Bytes packet, base::MonoTime now);
  bool over(Transport::Lower lower) const;

  std::vector<OutgoingTrack> outgoing() const;
  void pump();
  void receive_tick();
  void send_reports(base::MonoTime now);
  void check(const base::Status& status);
  base::MonoTime now() const { return stream_->executor().clock().mono(); }
  void log_refused(const char* event, const base::Error& why);

  // A task for later that does nothing once this connection is gone.
  template <typename Callable>
  auto if_alive(Callable callable) {
    return [alive = std::weak_ptr<bool>(alive_), callable = std::move(callable)](auto&&... args) mutable {
      if (!alive.expired()) callable(std::forward<decltype(args)>(args)...);
    };
  }

  Server& server_;
  std::shared_ptr<const Options> options_;
  uint64_t id_;
  std::string name_;  // "rtsp-12"
  io::AddressCensus::Place place_;
  std::unique_ptr<io::ByteStream> stream_;
  Session session_;
  bool closing_ = false;

  uint64_t serial_ = 0;  // tells a late answer of the hub from one that belongs here
  hub::Reader<StreamFormat> probe_;
  io::Timer probe_timer_;
  std::map<size_t, Way> ways_;  // by place or section
  std::unique_ptr<Egress> egress_;
  io::Timer resume_;
  Multicast::Membership multicast_;
  MulticastGroup group_;  // of multicast_
  std::unique_ptr<Ingest> ingest_;
  uint32_t report_ssrc_ = 0;
  io::Timer receive_timer_;
  base::MonoTime sent_all_;  // when the kernel last had everything
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::rtsp

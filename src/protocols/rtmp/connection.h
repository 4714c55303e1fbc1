// One RTMP connection: its byte stream, its session, and what it publishes and plays.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "protocols/rtmp/egress.h"
#include "protocols/rtmp/ingest.h"
#include "protocols/rtmp/rtmp.h"
#include "protocols/rtmp/session.h"

namespace eyas::rtmp {

// Lives on its connection's loop.
class Connection final : private io::ByteStream::Handler, private Session::Sink {
 public:
  Connection(Server& server, uint64_t id, std::unique_ptr<io::ByteStream> stream,
             io::AddressCensus::Place place);
  ~Connection() override;

  void start() { stream_->start(*this); }
  void tick(base::MonoTime now);
  // Asks the peer to connect again, or closes when it does not know how.
  void end(const base::Error& why);

  const std::string& name() const { return name_; }

 private:
  // What the connection publishes or plays on one message stream. The serial tells a late answer of the hub
  // from one that belongs here.
  struct Published {
    uint64_t serial = 0;
    std::string stream;
    std::unique_ptr<Ingest> ingest;
  };
  struct Played {
    uint64_t serial = 0;
    std::string stream;
    std::unique_ptr<Egress> egress;
    io::Timer delayed;            // armed while max_send_delay holds units back
    hub::Derivations::Lease aac;  // of the stream's sound, for a player that may know no other
  };

  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& why) override;

  void send(base::Slice bytes) override;
  void on_publish(uint32_t stream_id, const Target& target) override;
  void on_play(uint32_t stream_id, const Target& target) override;
  base::Status on_media(const Message& message) override;
  void on_stop(uint32_t stream_id) override;
  void on_pause(uint32_t stream_id, bool paused) override;
  void on_receive(uint32_t stream_id, MessageType type, bool wanted) override;
  void on_limit(Limit limit) override { server_.statistics_->hit(limit); }

  void publish_answered(uint32_t stream_id, uint64_t serial, base::Result<hub::Publisher> publisher);
  template <typename Format>
  void read(uint32_t stream_id, uint64_t serial, const hub::StreamName& name, hub::ReaderInfo info);
  void play_answered(uint32_t stream_id, uint64_t serial, base::Result<FlvReader> reader);
  void refuse_publish(uint32_t stream_id, const std::string& stream, const std::string& why);
  void wake(uint32_t stream_id, uint64_t serial);
  void pump(uint32_t stream_id);
  void want_aac(Played& play);
  void finish_play(uint32_t stream_id, uint64_t serial);
  Played* played(uint32_t stream_id, uint64_t serial);
  void check(const base::Status& status);
  base::MonoTime now() const { return stream_->executor().clock().mono(); }

  // A task for later that does nothing once this connection is gone.
  template <typename Callable>
  auto if_alive(Callable callable) {
    return [alive = std::weak_ptr<bool>(alive_), callable = std::move(callable)](auto&&... args) mutable {
      if (!alive.expired()) callable(std::forward<decltype(args)>(args)...);
    };
  }

  Server& server_;
  uint64_t id_;
  std::string name_;  // "rtmp-12"
  io::AddressCensus::Place place_;
  std::unique_ptr<io::ByteStream> stream_;
  Session session_;
  bool announced_ = false;  // rtmp.connect was logged
  bool closing_ = false;
  uint64_t next_serial_ = 1;
  std::map<uint32_t, Published> published_;
  std::map<uint32_t, Played> played_;
  io::Timer close_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::rtmp

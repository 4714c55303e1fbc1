// PushConnection: one connection of a push: its byte stream, its session, and what of the stream it sends.
#pragma once

#include <memory>
#include <vector>

#include "io/byte_stream.h"
#include "io/loop.h"
#include "protocols/rtsp/client/client.h"
#include "protocols/rtsp/client/record.h"
#include "protocols/rtsp/egress.h"

namespace eyas::rtsp {

// Ends the session at the server when it dies. Lives on its loop.
class PushConnection final : private io::ByteStream::Handler, private Record::Sink {
 public:
  // Each at most once, from inside a call into the connection, which is over then but must not be destroyed
  // before the turn ends.
  struct Events {
    base::UniqueFunction<void()> on_running;
    base::UniqueFunction<void(base::Error)> on_ended;
    base::UniqueFunction<void(const base::Url&)> on_redirect;
  };
  struct Setup {
    base::Url url;
    hub::StreamName stream;
    std::string session;
    std::shared_ptr<const StreamHead> head;  // what is announced
  };

  PushConnection(Setup setup, std::unique_ptr<io::ByteStream> stream, io::Loop& loop, ClientServices services,
                 Events events);
  ~PushConnection() override;

  protocols::TransferFacts facts() const;

 private:
  void on_data(base::Bytes bytes) override;
  void on_drained() override;
  void on_closed(const base::Error& why) override { end(why); }

  void send(base::Slice bytes) override;
  void on_recording(const std::vector<NumberPair>& channels) override;
  void on_report(base::Bytes packet) override { report_bytes_ += packet.size(); }
  void on_redirect(const base::Url& to) override;

  void answered(base::Result<hub::Reader<StreamFormat>> reader);
  void pump();
  void tick();
  void end(base::Error why);
  base::MonoTime now() const { return loop_.clock().mono(); }

  // A task for later that does nothing once this connection is gone.
  template <typename Callable>
  auto if_alive(Callable callable) {
    return [alive = std::weak_ptr(alive_), callable = std::move(callable)](auto&&... args) mutable {
      if (!alive.expired()) callable(std::forward<decltype(args)>(args)...);
    };
  }

  Setup setup_;
  io::Loop& loop_;
  ClientServices services_;
  Events events_;
  std::unique_ptr<io::ByteStream> stream_;
  Record record_;
  std::unique_ptr<TcpEgress> egress_;
  io::Timer tick_timer_;
  base::MonoTime moved_;  // when the peer took something last, or there was nothing to send
  uint64_t report_bytes_ = 0;
  bool over_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::rtsp

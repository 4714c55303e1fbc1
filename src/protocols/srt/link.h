// Link: one SRT connection as its loop sees it.
#pragma once

#include <atomic>
#include <memory>

#include "io/executor.h"
#include "protocols/srt/poller.h"
#include "protocols/srt/socket.h"

namespace eyas::srt {

// Lives on its loop; told by the poller's thread when to look.
class Link final : public Poller::Watcher, public std::enable_shared_from_this<Link> {
 public:
  // All calls come from the loop, never from inside a call into the link.
  struct Handler {
    virtual ~Handler() = default;
    // A call of ours was answered.
    virtual void on_connected() {}
    // One message; `bytes` are valid during the call.
    virtual void on_message(base::Bytes bytes, base::MonoTime arrival) = 0;
    // There is room again after send() said kNotNow.
    virtual void on_room() {}
    // Once; nothing follows.
    virtual void on_closed(const base::Error& why) = 0;
  };

  // Messages read in one turn; then others on this loop get theirs.
  static constexpr int kMessagesPerTurn = 256;

  Link(Poller& poller, Socket socket, io::Executor& loop);
  ~Link() override;

  // Of a socket that is connected. `handler` outlives the link, or calls stop().
  void start(Handler& handler);
  // Calls `to` instead; on_connected() or on_closed() follows, unless this fails.
  base::Status connect(Handler& handler, const io::Endpoint& to);
  // Tells its handler nothing any more.
  void stop() { handler_ = nullptr; }

  Socket::Moved send(base::Bytes message) { return socket_.send(message); }
  PathFacts facts(bool sender) const { return socket_.facts(sender); }
  const std::string& peer() const { return peer_; }

 private:
  void on_ready() override;  // on the poller's thread
  void look();
  void read();
  void end();

  Poller& poller_;
  Socket socket_;
  io::Executor& loop_;
  Handler* handler_ = nullptr;
  std::string peer_;
  bool connected_ = false;
  std::atomic<bool> posted_{false};
};

}  // namespace eyas::srt

// Server: the sessions of peers that called us, on one loop.
#pragma once

#include <map>
#include <memory>

#include "protocols/srt/session.h"
#include "protocols/srt/wire/stream_id.h"

namespace eyas::srt {

// Lives on its loop.
class Server {
 public:
  Server(const Options& options, hub::Directory& directory, io::Executor& loop, Poller& poller,
         Statistics& statistics);
  ~Server();

  void accept(Socket socket);
  void drain();

 private:
  struct Held {
    std::unique_ptr<Session> session;
    io::AddressCensus::Place place;
  };
  void begin(Socket socket, StreamId id, hub::StreamName name, io::AddressCensus::Place place);
  void remove(uint64_t id, const base::Error& why);
  void tick();

  const Options& options_;
  hub::Directory& directory_;
  io::Executor& loop_;
  Poller& poller_;
  Statistics& statistics_;
  std::map<uint64_t, Held> sessions_;
  io::Timer tick_;
  bool draining_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::srt

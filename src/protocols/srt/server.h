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
  // `derivations` may be null; all others outlive it, too.
  Server(const Options& options, hub::Directory& directory, io::Executor& loop, Poller& poller,
         Statistics& statistics, hub::Derivations* derivations);
  ~Server();

  void accept(Socket socket);
  // Ends all sessions; nobody is accepted after it.
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
  hub::Derivations* derivations_;
  std::map<uint64_t, Held> sessions_;
  io::Timer tick_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::srt

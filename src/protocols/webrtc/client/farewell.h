// Farewells: ends sessions of ours on others' servers by DELETE, after we are gone from them ourselves.
#pragma once

#include <list>
#include <memory>

#include "http/client.h"

namespace eyas::webrtc {

// Nobody hears how it went: a server that is not told notices by our silence. Lives on its loop.
class Farewells {
 public:
  static constexpr size_t kUnderWayMax = 64;

  explicit Farewells(io::Loop& loop) : loop_(loop) {}

  void say(io::Dialer& dialer, const http::ClientOptions& options, http::ClientRequest request);

 private:
  struct One {
    std::unique_ptr<http::Client> client;
    std::shared_ptr<void> under_way;
  };

  io::Loop& loop_;
  std::list<One> all_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace eyas::webrtc

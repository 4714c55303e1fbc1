// A blocking HTTP/1.1 client on loopback that keeps its connection: what signalling needs.
#pragma once

#include <map>
#include <string>

#include "bench/connect.h"

namespace eyas::bench {

struct SignallingAnswer {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
};

class SignallingClient {
 public:
  explicit SignallingClient(uint16_t port) : port_(port) {}
  ~SignallingClient();
  SignallingClient(const SignallingClient&) = delete;
  SignallingClient& operator=(const SignallingClient&) = delete;

  // Connects when there is no connection. Status 0: the server closed or answered nonsense.
  SignallingAnswer ask(const std::string& method, const std::string& path, const std::string& type = {},
                       const std::string& body = {});

 private:
  bool fill();
  void drop();

  uint16_t port_;
  int fd_ = -1;
  std::string held_;
};

}  // namespace eyas::bench

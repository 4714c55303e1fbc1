// One kept HTTP/1.1 connection that asks for one thing at a time.
#pragma once

#include <string>

#include "bench/connect.h"

namespace eyas::bench {

// Lives on the thread that made it.
class HttpClient {
 public:
  explicit HttpClient(uint16_t port) : fd_(connect_loopback(port)) {}
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  int fd() const { return fd_; }
  bool waiting() const { return waiting_; }
  // `keep_body`: else the kernel drops the body's bytes uncopied, so that the load tool is not what is
  // measured.
  void ask(const std::string& path, bool keep_body);
  enum class Progress : uint8_t { kNone, kAnswered, kLost };
  // Reads what is there, without waiting.
  Progress read();
  // Of the last answer.
  bool ok() const { return held_.starts_with("HTTP/1.1 200"); }
  std::string body() const { return held_.substr(held_.find("\r\n\r\n") + 4); }
  uint64_t take_bytes() { return std::exchange(bytes_, 0); }

 private:
  int fd_;
  bool waiting_ = false;
  bool keep_body_ = false;
  bool in_body_ = false;
  size_t body_left_ = 0;
  std::string held_;  // head, and the body when it is kept
  uint64_t bytes_ = 0;
};

}  // namespace eyas::bench

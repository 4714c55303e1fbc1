#include "bench/http_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace eyas::bench {

HttpClient::~HttpClient() {
  close(fd_);
}

void HttpClient::ask(const std::string& path, bool keep_body) {
  waiting_ = true;
  keep_body_ = keep_body;
  in_body_ = false;
  held_.clear();
  send_all(fd_, base::as_bytes("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"));
}

HttpClient::Progress HttpClient::read() {
  static thread_local std::vector<char> buffer(1 << 18);
  bool discard = in_body_ && !keep_body_;
  ssize_t n = recv(fd_, discard ? nullptr : buffer.data(), discard ? body_left_ : buffer.size(),
                   MSG_DONTWAIT | (discard ? MSG_TRUNC : 0));
  if (n == 0) return Progress::kLost;
  if (n < 0) return Progress::kNone;
  auto count = static_cast<size_t>(n);
  bytes_ += count;
  if (!discard) held_.append(buffer.data(), count);
  if (!in_body_) {
    size_t end = held_.find("\r\n\r\n");
    if (end == std::string::npos) return Progress::kNone;
    std::string head = held_.substr(0, end);
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return std::tolower(c); });
    size_t length = head.find("content-length:");
    in_body_ = true;
    body_left_ = length == std::string::npos ? 0 : std::strtoull(&head[length + 15], nullptr, 10);
    count = held_.size() - end - 4;
  }
  body_left_ -= std::min(count, body_left_);
  if (body_left_ > 0) return Progress::kNone;
  waiting_ = false;
  return Progress::kAnswered;
}

}  // namespace eyas::bench

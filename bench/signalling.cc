#include "bench/signalling.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace eyas::bench {
namespace {

void parse_head(const std::string& head, SignallingAnswer& answer) {
  size_t blank = head.find(' ');
  if (blank != std::string::npos) answer.status = std::atoi(head.c_str() + blank + 1);
  for (size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
    size_t colon = head.find(':', at), end = std::min(head.find("\r\n", at + 2), head.size());
    if (colon == std::string::npos || colon > end) continue;
    std::string name = head.substr(at + 2, colon - at - 2), value = head.substr(colon + 1, end - colon - 1);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    answer.fields[name] = value.substr(std::min(value.find_first_not_of(' '), value.size()));
  }
}

}  // namespace

SignallingClient::~SignallingClient() {
  drop();
}

void SignallingClient::drop() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  held_.clear();
}

bool SignallingClient::fill() {
  char buffer[16 * 1024];
  ssize_t n = recv(fd_, buffer, sizeof buffer, 0);
  if (n > 0) held_.append(buffer, static_cast<size_t>(n));
  return n > 0;
}

SignallingAnswer SignallingClient::ask(const std::string& method, const std::string& path,
                                       const std::string& type, const std::string& body) {
  if (fd_ < 0) fd_ = connect_loopback(port_);
  std::string request = method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!type.empty()) request += "Content-Type: " + type + "\r\n";
  request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  send_all(fd_, base::as_bytes(request));

  SignallingAnswer answer;
  size_t end;
  while ((end = held_.find("\r\n\r\n")) == std::string::npos) {
    if (!fill()) return drop(), SignallingAnswer{};
  }
  parse_head(held_.substr(0, end), answer);
  const size_t whole = end + 4 + std::strtoull(answer.fields["content-length"].c_str(), nullptr, 10);
  while (held_.size() < whole) {
    if (!fill()) return drop(), SignallingAnswer{};
  }
  answer.body = held_.substr(end + 4, whole - end - 4);
  held_.erase(0, whole);
  if (answer.fields["connection"] == "close") drop();
  return answer;
}

}  // namespace eyas::bench

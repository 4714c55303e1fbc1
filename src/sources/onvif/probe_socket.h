// ProbeSocket: WS-Discovery on one interface: a probe goes to the group, answers come back to us.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/loop.h"
#include "sources/onvif/messages.h"

namespace eyas::onvif {

// A socket of its own, for answers are longer than io::UdpSocket's datagrams. Lives on its loop.
class ProbeSocket final : io::FdHandler {
 public:
  using OnMatch = std::function<void(ProbeMatch)>;
  static constexpr size_t kDatagramBytesMax = 65536;
  static constexpr size_t kDatagramsMax = 1024;  // of one search; further ones are not read

  // From this IPv4 address of ours: what is bound to it leaves by its interface. Sends the probe twice, for
  // datagrams get lost [WS-DD 3.1.3]. Errors: kInvalidConfig, kSystem.
  static base::Result<std::unique_ptr<ProbeSocket>> open(io::Loop& loop, const std::string& address,
                                                         OnMatch on_match);
  ~ProbeSocket() override;

 private:
  ProbeSocket(io::Loop& loop, int fd, OnMatch on_match);
  void on_fd(uint32_t events) override;

  io::Loop& loop_;
  int fd_;
  OnMatch on_match_;
  size_t datagrams_ = 0;
};

// IPv4 addresses of our interfaces that are up and take multicasts.
std::vector<std::string> interface_addresses();

}  // namespace eyas::onvif

// DatagramPorts: the pair of UDP ports that all sessions of a loop share, told apart by their peers'
// addresses.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/task.h"
#include "io/udp.h"
#include "protocols/rtsp/options.h"
#include "protocols/rtsp/wire/transport.h"

namespace eyas::rtsp {

// An interface, so that simulations have datagrams too. Lives on its loop.
class DatagramPorts {
 public:
  // `packet` is valid during the call only.
  using Receive = base::UniqueFunction<void(base::Bytes packet, base::MonoTime now)>;
  // Its death ends what attach() began.
  using Attachment = std::shared_ptr<void>;

  virtual ~DatagramPorts() = default;
  virtual NumberPair numbers() const = 0;
  // Where a host's port is reached from here. Errors: kUnsupported for an address of another family.
  virtual base::Result<io::Endpoint> endpoint(const std::string& host, uint16_t port) const = 0;
  // What comes from there to either port goes to `receive`. A later one for the same endpoint takes its
  // place.
  [[nodiscard]] virtual Attachment attach(const io::Endpoint& from, Receive receive) = 0;
  virtual void send_rtp(const io::Endpoint& to, base::Bytes packet) = 0;
  virtual void send_rtcp(const io::Endpoint& to, base::Bytes packet) = 0;
};

// Over two sockets. `host` as in "127.0.0.1" or empty for every interface. Errors: kSystem when no two
// neighbours of the range are free.
base::Result<std::unique_ptr<DatagramPorts>> open_datagram_ports(io::Loop& loop, const std::string& host,
                                                                 PortRange range);

// The same to send to multicast groups: `from` is the address of ours that packets leave from, empty for the
// system's choice. Errors: kSystem, kInvalidConfig.
base::Result<std::unique_ptr<DatagramPorts>> open_multicast_ports(io::Loop& loop, const std::string& from,
                                                                  unsigned ttl);

}  // namespace eyas::rtsp
